"""The panels: the same short set in four places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from . import farm, making, parts

Draw = Callable[[bpy.types.UILayout, bpy.types.Context], None]

# Where panels lie: a short name, and what a panel class says about its place.
PLACES: tuple[tuple[str, dict[str, str]], ...] = (
    ("view", {"bl_space_type": "VIEW_3D", "bl_region_type": "UI", "bl_category": "avcore"}),
    ("sequencer", {"bl_space_type": "SEQUENCE_EDITOR", "bl_region_type": "UI", "bl_category": "avcore"}),
    ("shader", {"bl_space_type": "NODE_EDITOR", "bl_region_type": "UI", "bl_category": "avcore"}),
    ("material", {"bl_space_type": "PROPERTIES", "bl_region_type": "WINDOW", "bl_context": "material"}),
)
# The sub-panels: name, title, how to draw, whether closed at first, and the places (all without).
PARTS: tuple[tuple[str, str, Draw, bool, tuple[str, ...]], ...] = (
    ("sound", "Sound", parts.draw_sound, False, ()),
    ("preset", "Preset", parts.draw_preset, False, ()),
    ("preview", "Preview", parts.draw_preview, False, ()),
    ("parameters", "Settings", parts.draw_parameters, True, ()),
    ("bake", "Bake", making.draw_bake, False, ()),
    ("keys", "Keys", parts.draw_keys, True, ("view", "sequencer")),
    ("jobs", "Jobs", parts.draw_jobs, True, ("view", "sequencer")),
    ("farm", "Send to Farm", farm.draw_farm, True, ("view", "sequencer")),
    ("heard", "What It Heard", parts.draw_heard, True, ("sequencer",)),
)


def _poll_shader(_cls: type, context: bpy.types.Context) -> bool:
    return context.space_data.tree_type == "ShaderNodeTree"


def _poll_material(_cls: type, context: bpy.types.Context) -> bool:
    return context.object is not None


_POLLS: dict[str, Any] = {"shader": _poll_shader, "material": _poll_material}


def _panel(place: str, where: dict[str, str], name: str, title: str, draw: Draw, parent: str, *, closed: bool) -> type:
    """A panel class; sub-panels name their parent."""

    def draw_panel(self: bpy.types.Panel, context: bpy.types.Context) -> None:
        draw(self.layout, context)

    told: dict[str, Any] = {
        "bl_label": title,
        "draw": draw_panel,
        "__doc__": f"{title}, for sound into pictures",
        **where,
    }
    if parent:
        told["bl_parent_id"] = parent
    if closed:
        told["bl_options"] = {"DEFAULT_CLOSED"}
    if place in _POLLS:
        told["poll"] = classmethod(_POLLS[place])
    identifier = f"AVCORE_PT_{place}_{name}"
    return type(identifier, (bpy.types.Panel,), {"bl_idname": identifier, **told})


def _all() -> list[type]:
    found = []
    for place, where in PLACES:
        top = _panel(place, where, "top", "Sound into Pictures", parts.draw_top, "", closed=place == "material")
        found.append(top)
        found += [
            _panel(place, where, name, title, draw, top.__name__, closed=closed)
            for name, title, draw, closed, only in PARTS
            if not only or place in only
        ]
    return found


CLASSES = tuple(_all())
