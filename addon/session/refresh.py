"""What follows a change: describe the preset, draw the preview anew. At most once in a moment, and only in a window."""

from __future__ import annotations

from typing import Any

import bpy

SOON_S = 0.05
_tasks: list[Any] = []


def on_change(task: Any) -> None:
    """Have ``task(scene)`` called a moment after each change."""
    _tasks.append(task)


def soon() -> None:
    """Something has changed."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_now):
        bpy.app.timers.register(_now, first_interval=SOON_S)


def sound_changed(_owner: Any, _context: bpy.types.Context) -> None:
    """Another sound was picked."""
    soon()


def _now() -> None:
    for task in _tasks:
        task(bpy.context.scene)


def unregister() -> None:
    """Forget all."""
    _tasks.clear()
    if not bpy.app.background and bpy.app.timers.is_registered(_now):
        bpy.app.timers.unregister(_now)


def redraw() -> None:
    """Draw all panels anew that show what the extension knows."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "SEQUENCE_EDITOR", "NODE_EDITOR", "PROPERTIES", "IMAGE_EDITOR", "PREFERENCES"}:
                area.tag_redraw()
