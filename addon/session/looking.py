"""What the preview shows: the picture that the bake would have at the current frame."""

from __future__ import annotations

import math

import bpy

from ..engine.contract import Preview
from ..errors import AddonError
from . import parameters, picture, places, refresh
from .hearables import Heard, hear, is_ready

SIZE = 512


def request(context: bpy.types.Context, *, size: int = SIZE) -> Preview:
    """The request for the current frame, in the shape of the bake with ``size`` pixels on its longer side.

    Raises:
        AddonError: no sound is picked.
        WorkerError: its length must be asked for, and there is no worker.
    """
    scene = context.scene
    job = scene.avcore.now
    heard = _heard(context, scene, job)
    at = float(heard.hearing.times([scene.frame_current])[0])
    if math.isnan(at):  # the nearest frame that has sound
        nearest = min(max(scene.frame_current, heard.hearing.frame_start), heard.hearing.frame_end - 1)
        at = float(heard.hearing.times([nearest])[0])
    scale = size / max(job.bake.width, job.bake.height)
    prefs = places.preferences()
    fps = heard.hearing.fps
    try:
        overrides = parameters.overrides(job.preset)
    except ValueError as error:
        raise AddonError(str(error)) from error
    return Preview(
        audio=str(heard.path),
        preset=job.preset.name,
        overrides=overrides,
        time_s=0.0 if math.isnan(at) else at,
        width=max(16, round(job.bake.width * scale)),
        height=max(16, round(job.bake.height * scale)),
        fps=f"{fps.numerator}/{fps.denominator}",
        pixel="uint8",
        device=prefs.device or "auto",
        threads=prefs.threads or None,
    )


def _heard(context: bpy.types.Context, scene: bpy.types.Scene, job: object) -> Heard:
    return hear(context, scene, job.sound)  # type: ignore[attr-defined]


def follow(scene: bpy.types.Scene) -> None:
    """Draw the preview anew where something has changed since the last."""
    settings = scene.avcore
    if not settings.live or not parameters.follow(settings.now.preset) or not refresh.is_preview_wanted():
        return
    try:
        if not is_ready(bpy.context, scene, settings.now.sound):
            if settings.now.sound.kind != "FILE":
                picture.shown.sentence = "The strips are not mixed yet; Preview does it, which takes a moment"
                refresh.redraw()
            return
        wanted = request(bpy.context)
    except (AddonError, ValueError) as error:
        picture.shown.sentence = str(error)
        refresh.redraw()
        return
    if wanted not in (picture.shown.last, picture.shown.again):
        picture.draw(wanted)
