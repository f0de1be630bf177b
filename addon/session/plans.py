"""What a bake is, from the settings as they are: the request to the worker, and what it needs afterwards."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..engine.contract import Bake
from ..errors import AddonError
from . import parameters, places
from .hearables import Heard, hear_plainly


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
    )
    request = _replacing_own(request)
    thing = bpy.data.objects.get(job.object) or context.object
    place_of_object = thing.name if thing else ""
    recipe = _recipe(job, heard, scene=scene.name, object=place_of_object, overrides=overrides)
    return Plan(request, heard, first, last, name, settings.target, place_of_object, scene.name, recipe)


def _recipe(job: Any, heard: Heard, *, scene: str, object: str, overrides: dict[str, Any]) -> str:
    """All settings of a job, as text to keep with what is made, so that it can be baked again."""
    sound = {name: getattr(job.sound, name) for name in ("kind", "strip", "channel", "file", "file_start")}
    if heard.strip:  # another strip may be active by then
        sound |= {"kind": "STRIP", "strip": heard.strip}
    names = ("width", "height", "range", "first", "last", "format", "bits", "quality", "folder", "name", "target")
    told = {
        "sound": sound,
        "preset": {"name": job.preset.name, "overrides": json.dumps(overrides, sort_keys=True)},
        "bake": {name: getattr(job.bake, name) for name in names},
        "object": object,
        "scene": scene,
        "path": str(heard.path),
    }
    return json.dumps(told, sort_keys=True)


def _replacing_own(request: Bake) -> Bake:
    """The request, allowed to replace what is in its folder where that is a bake of ours with other settings.

    Raises:
        AddonError: the folder cannot be made.
    """
    out = Path(request.out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AddonError(f"the folder {out.parent} cannot be made: {error.strerror}; choose another") from error
    note = out.with_name(f".{out.name}.avcore-request.json")
    text = json.dumps(dataclasses.asdict(dataclasses.replace(request, overwrite=False)), sort_keys=True)
    before = note.read_text(encoding="utf-8") if note.is_file() else ""
    if before == text:
        return request
    try:
        note.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AddonError(f"{out.parent} cannot be written to: {error.strerror}; choose another folder") from error
    return dataclasses.replace(request, overwrite=True) if before else request


def _range(scene: bpy.types.Scene, settings: Any, heard: Heard) -> tuple[int, int]:
    """The first and last frame to bake: those asked for in which the sound is heard.

    Raises:
        AddonError: there are none.
    """
    start, end = heard.hearing.frame_start, heard.hearing.frame_end - 1
    first, last = start, end
    if settings.range == "SCENE":
        first, last = max(start, scene.frame_start), min(end, scene.frame_end)
    elif settings.range == "CUSTOM":
        first, last = max(start, settings.first), min(end, settings.last)
    if first > last:
        raise AddonError(
            f"{heard.label} is heard in frames {start} to {end}, outside the range to bake; change the range"
        )
    return first, last


def _file_name(text: str) -> str:
    """A name that every file system takes, without digits at its end, which are the frame's."""
    name = re.sub(r"[^\w.-]+", "-", text).strip("-.") or "bake"
    return f"{name}-bake" if name[-1].isdigit() else name
