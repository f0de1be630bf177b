"""Fields that a panel and a dialog share."""

from __future__ import annotations

from typing import Any

import bpy


def draw_keys(layout: bpy.types.UILayout, keys: Any) -> None:
    """Which signal, its range and its shape in time."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.prop(keys, "source")
    row = layout.row(align=True)
    row.prop(keys, "low", text="From, To")
    row.prop(keys, "high", text="")
    column = layout.column(align=True)
    for name in ("attack", "release", "lookahead", "delay"):
        column.prop(keys, name)
    layout.prop(keys, "spacing")
    if keys.spacing == "DECIMATED":
        layout.prop(keys, "error")
