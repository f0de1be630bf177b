"""Panels, menus and drawings. They show what `session` knows, and call the operators."""

from __future__ import annotations

import bpy

from . import menus, overlay, panels


def register() -> None:
    """Show them."""
    menus.register()
    for cls in panels.CLASSES:
        bpy.utils.register_class(cls)
    overlay.register()


def unregister() -> None:
    """Take them away."""
    overlay.unregister()
    for cls in reversed(panels.CLASSES):
        bpy.utils.unregister_class(cls)
    menus.unregister()
