"""The preview: one frame in an image that the panel and the Image Editor show, drawn anew when something changes."""

from __future__ import annotations

import time
from typing import Any

import bpy
import bpy.utils.previews
import numpy as np

from ..engine.client import read_array
from ..engine.contract import Cancelled, Failed, Picture, Preview, Progress
from . import refresh
from .engine import Call, session

IMAGE_NAME = "avcore preview"
ICON = "picture"
ICON_SIZE = 256
SAY_AFTER_S = 0.5
STAGES = {"analysis": "Listening to the sound", "compiling": "Compiling, once on this computer"}


class Shown:
    """What the panel shows: the last picture, or why there is none."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Show nothing."""
        self.icon = 0
        self.count = 0
        self.sentence = ""
        self.frame: int | None = None
        self.seconds = 0.0
        self.last: Preview | None = None
        self.again: Preview | None = None
        self.call: Call | None = None
        self.stage = ""
        self.stage_began = 0.0

    @property
    def waits_for(self) -> str:
        """What a picture that takes long is waiting for; empty for one that comes at once."""
        is_due = self.call is not None and not self.call.is_over
        is_long = time.monotonic() - self.stage_began >= SAY_AFTER_S
        return STAGES.get(self.stage, "") if is_due and is_long else ""


shown = Shown()
_previews: Any = None


def draw(request: Preview) -> None:
    """Ask for a picture; while one is being drawn, only the newest request waits."""
    if shown.call is not None and not shown.call.is_over:
        shown.again = request
        return
    shown.last, shown.again, shown.stage = request, None, ""
    shown.call = session.ask(request, _take, failed=_missed, progress=_wait)


def draw_now(request: Preview) -> bpy.types.Image:
    """Ask for a picture and wait for it.

    Raises:
        WorkerError: it could not be drawn.
    """
    _take(session.wait(request))
    return bpy.data.images[IMAGE_NAME]


def _wait(progress: Progress) -> None:
    if progress.stage != shown.stage:
        shown.stage, shown.stage_began = progress.stage, time.monotonic()
        if not bpy.app.background:
            bpy.app.timers.register(refresh.redraw, first_interval=SAY_AFTER_S + 0.05)


def _take(picture: Picture) -> None:
    rgb = read_array(picture.array)[::-1]
    height, width = rgb.shape[:2]
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = rgb / np.float32(255) if rgb.dtype == np.uint8 else rgb
    image = bpy.data.images.get(IMAGE_NAME)
    if image is None or image.source != "GENERATED":
        image = bpy.data.images.new(IMAGE_NAME, width, height)
    if tuple(image.size) != (width, height):
        image.scale(width, height)
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    shown.sentence, shown.frame, shown.seconds = "", picture.frame, picture.seconds
    shown.count += 1
    _set_icon(pixels)
    _next()


def _set_icon(pixels: Any) -> None:
    """The picture in the panel: an icon of the same shape, at most ``ICON_SIZE`` a side."""
    if _previews is None or bpy.app.background:
        return
    step = max(1, -(-max(pixels.shape[:2]) // ICON_SIZE))
    small = np.ascontiguousarray(pixels[::step, ::step])
    _previews.clear()  # an icon that was drawn once keeps its first pixels
    icon = _previews.new(ICON)
    icon.image_size = icon.icon_size = (small.shape[1], small.shape[0])
    icon.image_pixels_float.foreach_set(small.ravel())
    icon.icon_pixels_float.foreach_set(small.ravel())
    shown.icon = icon.icon_id


def _missed(why: Failed | Cancelled) -> None:
    if isinstance(why, Failed):
        shown.sentence = why.sentence
    _next()


def _next() -> None:
    refresh.redraw()
    request, shown.again = shown.again, None
    if request is not None:
        shown.call = None
        draw(request)


def register() -> None:
    """Make room for the icon."""
    global _previews
    _previews = bpy.utils.previews.new()


def unregister() -> None:
    """Forget the picture."""
    global _previews
    bpy.utils.previews.remove(_previews)
    _previews = None
    shown.forget()
