"""What follows a change: describe the preset, draw the preview anew. At most once in a moment, and only in a window."""

from __future__ import annotations

import time
from typing import Any

import bpy
from bpy.app.handlers import persistent

SOON_S = 0.05
LOOK_S = 0.4
SETTLE_S, SETTLES = 0.08, 8
_tasks: list[Any] = []
_loads: list[Any] = []
_looks: list[Any] = []
_seen: list[Any] = []
_left = 0
_redrawn = 0.0
_is_wanted = False


def on_change(task: Any) -> None:
    """Have ``task(scene)`` called a moment after each change."""
    _tasks.append(task)


def soon() -> None:
    """Something has changed."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_now):
        bpy.app.timers.register(_now, first_interval=SOON_S)


def want_preview() -> None:
    """The artist is choosing: draw a preview, and go on doing so."""
    global _is_wanted
    _is_wanted = True
    soon()


def is_preview_wanted() -> bool:
    """Whether the artist has begun to choose; before that, nothing is analysed or drawn unasked."""
    return _is_wanted


def sound_changed(_owner: Any, _context: bpy.types.Context) -> None:
    """Another sound was picked."""
    want_preview()


def _now() -> None:
    for task in _tasks:
        task(bpy.context.scene)


@persistent
def _frame_changed(scene: bpy.types.Scene, _graph: Any) -> None:
    if scene.avcore.live and not bpy.app.is_job_running("RENDER"):
        soon()


@persistent
def _edited(_scene: bpy.types.Scene, _graph: Any) -> None:
    if not bpy.app.background and not bpy.app.timers.is_registered(_look):
        bpy.app.timers.register(_look, first_interval=LOOK_S)


@persistent
def _loaded(_path: str) -> None:
    for task in _loads:
        task()


def on_load(task: Any) -> None:
    """Have ``task()`` called when another file is opened."""
    _loads.append(task)


def on_look(task: Any) -> None:
    """Have ``task()`` called after edits; when what it returns is new, all panels are drawn anew."""
    _looks.append(task)


def register() -> None:
    """Listen for changes."""
    if not bpy.app.background:
        bpy.app.handlers.frame_change_post.append(_frame_changed)
        bpy.app.handlers.depsgraph_update_post.append(_edited)
    bpy.app.handlers.load_post.append(_loaded)


def unregister() -> None:
    """Forget all."""
    if not bpy.app.background:
        bpy.app.handlers.frame_change_post.remove(_frame_changed)
        bpy.app.handlers.depsgraph_update_post.remove(_edited)
    bpy.app.handlers.load_post.remove(_loaded)
    _tasks.clear()
    _loads.clear()
    _looks.clear()
    for timer in (_now, _look, _settle, _redraw_late):
        if not bpy.app.background and bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)


def redraw(*, at_most_per_s: float = 1e6) -> None:
    """Draw all panels anew that show what the extension knows; the 3D view itself is dear and shows nothing of it."""
    global _redrawn
    now = time.monotonic()
    if now - _redrawn < 1 / at_most_per_s:
        if not bpy.app.background and not bpy.app.timers.is_registered(_redraw_late):
            bpy.app.timers.register(_redraw_late, first_interval=1 / at_most_per_s)
        return
    _redrawn = now
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions:
                if region.type == "UI" or (region.type == "WINDOW" and area.type in _WHOLE):
                    region.tag_redraw()


def _look() -> None:
    """Draw the panels of all editors anew where what they say of strips has changed."""
    global _seen, _left
    now = [task() for task in _looks]
    if now != _seen:
        _seen, _left = now, SETTLES
        if not bpy.app.timers.is_registered(_settle):
            bpy.app.timers.register(_settle)


def _settle() -> float | None:
    """Again and again for a moment: a panel that has grown moves those below it step by step, at each drawing."""
    global _left
    redraw()
    _left -= 1
    return SETTLE_S if _left > 0 else None


def _redraw_late() -> None:
    redraw()


_WHOLE = {"SEQUENCE_EDITOR", "PROPERTIES", "PREFERENCES", "IMAGE_EDITOR"}
