"""Entries in Blender's own menus, where people look for them."""

from __future__ import annotations

from typing import Any

import bpy


class PresetsMenu(bpy.types.Menu):
    """What can be done with presets"""

    bl_idname = "AVCORE_MT_presets"
    bl_label = "Presets"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("avcore.save_preset", icon="FILE_TICK")
        layout.operator("avcore.install_pack", icon="IMPORT")
        layout.operator("avcore.open_presets", icon="FILE_FOLDER")
        layout.operator("avcore.reload_presets", icon="FILE_REFRESH")


class StripMenu(bpy.types.Menu):
    """What can be made of the sound of a strip"""

    bl_idname = "AVCORE_MT_strip"
    bl_label = "Sound into Pictures"

    def draw(self, _context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("avcore.pick_sound", icon="SOUND").kind = "ACTIVE"
        layout.operator("avcore.listen", icon="SPEAKER")
        layout.operator("avcore.bake", icon="RENDER_ANIMATION")


class JobsList(bpy.types.UIList):
    """The list of jobs"""

    bl_idname = "AVCORE_UL_jobs"

    def draw_item(
        self, _context: Any, layout: Any, _data: Any, item: Any, _icon: Any, _active: Any, _name: Any, _index: int = 0
    ) -> None:
        icon = "CHECKMARK" if item.state == "done" else "ERROR" if item.state else "SORTTIME"
        row = layout.row(align=True)
        row.prop(item, "name", text="", emboss=False, icon=icon)
        row.prop(item.bake, "target", text="", icon_only=True, emboss=False)


def _draw_strip_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.separator()
    menu.layout.menu(StripMenu.bl_idname, icon="SOUND")


def _draw_button_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Offer to drive a property that can have keys."""
    found = getattr(context, "property", None)
    if not found or not context.scene.avcore:
        return
    owner, path, index = found
    if not isinstance(owner, bpy.types.ID) or not path or not _is_number(owner, path):
        return
    menu.layout.separator()
    menu.layout.operator_context = "INVOKE_DEFAULT"
    operator = menu.layout.operator("avcore.drive", text="Drive with Sound ...", icon="SOUND")
    operator.owner, operator.path, operator.index = repr(owner), path, index


def _is_number(owner: bpy.types.ID, path: str) -> bool:
    try:
        value = owner.path_resolve(path)
    except ValueError:
        return False
    if hasattr(value, "__len__") and not isinstance(value, str) and len(value):
        value = value[0]
    return isinstance(value, int | float) and not isinstance(value, bool)


CLASSES = (PresetsMenu, StripMenu, JobsList)
_PLACES: tuple[tuple[str, Any], ...] = (
    ("SEQUENCER_MT_strip", _draw_strip_menu),
    ("SEQUENCER_MT_context_menu", _draw_strip_menu),
    ("UI_MT_button_context_menu", _draw_button_menu),
)


def register() -> None:
    """Add the entries."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    for name, draw in _PLACES:
        getattr(bpy.types, name).append(draw)


def unregister() -> None:
    """Take them out."""
    for name, draw in _PLACES:
        getattr(bpy.types, name).remove(draw)
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
