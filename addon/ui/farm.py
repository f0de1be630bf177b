"""The panel "Send to Farm"."""

from __future__ import annotations

import bpy

from ..session import farm
from .parts import lines

Layout = bpy.types.UILayout


def draw_farm(layout: Layout, context: bpy.types.Context) -> None:
    """How the job is cut and where it goes, the button, and what became of the last one."""
    settings = context.scene.avcore.farm
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.prop(settings, "folder", placeholder="beside the file")
    layout.prop(settings, "frames_per_task")
    layout.prop(settings, "profile")
    row = layout.row(align=True)
    row.scale_y = 1.4
    row.operator("avcore.send_to_farm", icon="RENDER_ANIMATION")
    if farm.manager():
        row.operator("avcore.send_to_farm", text="Submit", icon="URL").submit = True
    export = farm.current.export
    if export is None:
        return
    box = layout.box()
    if farm.current.is_running:
        row = box.row(align=True)
        row.label(text=export.sentence, icon="SORTTIME")
        row.operator("avcore.cancel_farm", text="", icon="X")
        return
    lines(box, export.sentence, icon="ERROR" if export.has_failed else "CHECKMARK")
    if export.page:
        box.operator("wm.url_open", text="Show Job", icon="URL").url = export.page
