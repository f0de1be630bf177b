"""Operators: what the artist can do, from panels, menus, search and Python."""

from __future__ import annotations

import bpy

from . import bake, engine, farm, jobs, keys, library, live, markers, panel, preview, sound, update

CLASSES = (
    *sound.CLASSES,
    *library.CLASSES,
    *preview.CLASSES,
    *bake.CLASSES,
    *live.CLASSES,
    *update.CLASSES,
    *jobs.CLASSES,
    *keys.CLASSES,
    *markers.CLASSES,
    *farm.CLASSES,
    *engine.CLASSES,
    *panel.CLASSES,
)


def register() -> None:
    """Make them known."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
