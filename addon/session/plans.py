"""What a bake is, from the settings as they are: the request to the worker, and what it needs afterwards."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import bpy

from ..engine.contract import Bake
from ..errors import AddonError
from . import parameters, places
from .claims import claim
from .hearables import Heard, hear_plainly
from .kinds import MAPS

SOUND_NAMES = ("kind", "strip", "channel", "file", "file_start")
BAKE_NAMES = (
    "width", "height", "range", "first", "last", "format", "bits", "quality", "folder", "name", "target", "maps",
    "surface",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What to bake, and what to make of it; names instead of datablocks, since undo replaces those."""

    request: Bake
    heard: Heard
    first: int
    last: int
    name: str
    target: str
    object: str
    scene: str
    recipe: str
    lit: bool = True


def plan(
    context: bpy.types.Context, job: Any, *, scene: bpy.types.Scene | None = None, overwrite: bool = False
) -> Plan:
    """What a bake of ``job`` is, from the settings as they are now.

    Raises:
        AddonError: there is no sound, no place to write, or no frame.
        WorkerError: no engine, where a mix is to be made.
    """
    scene = scene or context.scene
    settings, preset = job.bake, job.preset
    try:
        overrides = parameters.overrides(preset)
        place = places.bake_folder(settings.folder)
    except ValueError as error:
        raise AddonError(str(error)) from error
    heard = hear_plainly(context, scene, job.sound)
    first, last = _range(scene, settings, heard)
    at = heard.hearing.time_of_frame(first)
    assert at is not None
    name = _file_name(settings.name or f"{heard.label}-{preset.name}")
    prefs = places.preferences()
    fps = heard.hearing.fps
    is_video = settings.format == "video"
    request = Bake(
        audio=str(heard.path),
        out=str(place / (f"{name}.mp4" if is_video else name)),
        preset=preset.name,
        overrides=overrides,
        width=settings.width,
        height=settings.height,
        fps=f"{fps.numerator}/{fps.denominator}",
        start_s=float(at),
        duration=f"{last - first + 1} frames",
        format=settings.format,
        bits=16 if settings.format == "exr" else int(settings.bits),
        device=prefs.device or "auto",
        quality=settings.quality,
        threads=prefs.threads or None,
        sound=False,
        overwrite=overwrite or is_video,
        maps=() if is_video else tuple(name for name, *_ in MAPS if name in settings.maps),
    )
    request = claim(request)
    thing = object_of(context, job)
    recipe = recipe_of(job, heard, scene=scene.name, object=thing, overrides=overrides)
    return Plan(
        request,
        heard,
        first,
        last,
        name,
        settings.target,
        thing,
        scene.name,
        json.dumps(recipe, sort_keys=True),
        lit=settings.surface == "LIT",
    )


def object_of(context: bpy.types.Context, job: Any) -> str:
    """The name of the object that a job is for, the active one where it names none; empty where there is none."""
    thing = bpy.data.objects.get(job.object) or context.object
    return thing.name if thing else ""


def recipe_of(job: Any, heard: Heard, *, scene: str, object: str, overrides: dict[str, Any]) -> dict[str, Any]:
    """All settings of a job, as plain data to keep with what is made, so that it can be made again."""
    sound = {name: getattr(job.sound, name) for name in SOUND_NAMES}
    if heard.strip:  # another strip may be active by then
        sound |= {"kind": "STRIP", "strip": heard.strip}
    return {
        "sound": sound,
        "preset": {"name": job.preset.name, "overrides": json.dumps(overrides, sort_keys=True)},
        "bake": {**{name: getattr(job.bake, name) for name in BAKE_NAMES}, "maps": sorted(job.bake.maps)},
        "object": object,
        "scene": scene,
        "path": str(heard.path),
    }


def wanted_range(scene: bpy.types.Scene, settings: Any, heard: Heard) -> tuple[int, int]:
    """The first and last frame asked for in which the sound is heard; where there are none, the first is greater."""
    start, end = heard.hearing.frame_start, heard.hearing.frame_end - 1
    if settings.range == "SCENE":
        return max(start, scene.frame_start), min(end, scene.frame_end)
    if settings.range == "CUSTOM":
        return max(start, settings.first), min(end, settings.last)
    return start, end


def _range(scene: bpy.types.Scene, settings: Any, heard: Heard) -> tuple[int, int]:
    """The first and last frame to bake.

    Raises:
        AddonError: there are none.
    """
    start, end = heard.hearing.frame_start, heard.hearing.frame_end - 1
    first, last = wanted_range(scene, settings, heard)
    if first > last:
        raise AddonError(
            f"{heard.label} is heard in frames {start} to {end}, outside the range to bake; change the range"
        )
    return first, last


def _file_name(text: str) -> str:
    """A name that every file system takes, without digits at its end, which are the frame's."""
    name = re.sub(r"[^\w.-]+", "-", text).strip("-.") or "bake"
    return f"{name}-bake" if name[-1].isdigit() else name
