"""One bake under way: asked of the worker, watched by the panel, and made into datablocks when it is done."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..bake import InTheWay, Made
from ..engine.contract import Bake, Baked, Cancelled, Failed, Progress
from ..errors import AddonError
from . import parameters, places, refresh
from .engine import Call, session
from .hearables import Heard, hear_plainly, picked_strip

SAY_EVERY_S = 1.0
REDRAWS_PER_S = 3.0  # a window that is drawn by the processor takes it from the bake


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


@dataclass
class Run:
    """A bake under way or over. Exactly one of ``baked``, ``failed`` and ``is_cancelled`` is set at its end."""

    plan: Plan
    call: Call | None = None
    progress: Progress | None = None
    baked: Baked | None = None
    failed: Failed | None = None
    is_cancelled: bool = False
    made: Made | None = None
    in_the_way: InTheWay | None = None

    @property
    def is_over(self) -> bool:
        """Whether the worker has answered."""
        return self.baked is not None or self.failed is not None or self.is_cancelled

    @property
    def fraction(self) -> float:
        """How much of the frames is done, in [0, 1]."""
        progress = self.progress
        return progress.done / progress.total if progress and progress.stage == "frames" and progress.total else 0.0

    @property
    def text(self) -> str:
        """How far it is, for the panel and the status bar."""
        if self.progress is None:
            return "starting"
        if self.progress.stage != "frames":
            return self.progress.stage
        left = "" if self.progress.left_s is None else f", {duration_text(self.progress.left_s)} left"
        return f"{self.progress.done:.0f} of {self.progress.total:.0f} frames{left}"

    def start(self) -> None:
        """Ask for it, again after it has stopped; whole frames are kept."""
        self.progress = self.baked = self.failed = None
        self.is_cancelled = False
        self.call = session.ask(self.plan.request, self._done, failed=self._failed, progress=self._progress)

    def cancel(self) -> None:
        """Stop it; what has been baked stays."""
        if self.call is not None and not self.is_over:
            session.cancel(self.call)

    def wait(self, say: Any) -> None:
        """Bake and wait, with progress to ``say``.

        Raises:
            WorkerError: it failed.
        """
        self.baked = session.wait(self.plan.request, progress=lambda progress: (self._progress(progress), say(self)))

    def _progress(self, progress: Progress) -> None:
        self.progress = progress
        refresh.redraw(at_most_per_s=REDRAWS_PER_S)

    def _done(self, baked: Baked) -> None:
        self.baked = baked
        refresh.redraw()

    def _failed(self, why: Failed | Cancelled) -> None:
        if isinstance(why, Failed):
            self.failed = why
        else:
            self.is_cancelled = True
        refresh.redraw()


class Printer:
    """Progress of a waiting bake on standard output, once a second."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, run: Run) -> None:
        now = time.monotonic()
        if bpy.app.background and now - self._said >= SAY_EVERY_S:
            self._said = now
            print(f"avcore: {run.plan.name}: {run.text}", flush=True)


def say_status(context: bpy.types.Context, text: str) -> None:
    """Say something in the status bar, where it is new; empty text gives the bar back to Blender."""
    now = time.monotonic()
    if text != current.status and (not text or now - current.said >= 1 / REDRAWS_PER_S):
        current.status, current.said = text, now
        context.workspace.status_text_set(text or None)


class Current:
    """The bake that the panel shows, if any."""

    run: Run | None = None
    status: str = ""
    said: float = 0.0


current = Current()


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


def duration_text(seconds: float) -> str:
    """``42 s``, ``3:05 min`` or ``2:10 h``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


__all__ = ["Plan", "Printer", "Run", "current", "duration_text", "picked_strip", "plan", "say_status"]
