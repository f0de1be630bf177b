"""The part of the panels that makes pictures: of what kind, how, and the two buttons, images or nodes."""

from __future__ import annotations

from typing import Any

import bpy

from ..session import live_offers, live_plans, refresh
from .parts import Layout, lines


def draw_bake(layout: Layout, context: bpy.types.Context) -> None:
    """What to make and how, and the two buttons: images, or nodes."""
    now = context.scene.avcore.now
    bake = now.bake
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.prop(bake, "target")
    if bake.target == "MATERIAL":
        layout.prop(bake, "surface")
    row = layout.row(align=True)
    row.prop(bake, "width", text="Size")
    row.prop(bake, "height", text="")
    layout.prop(bake, "range")
    if bake.range == "CUSTOM":
        row = layout.row(align=True)
        row.prop(bake, "first", text="From, To")
        row.prop(bake, "last", text="")
    _draw_maps(layout, bake)
    header, body = layout.panel("avcore_files", default_closed=True)
    header.label(text="Files")
    if body is not None:
        body.prop(bake, "format")
        if bake.format == "png":
            body.row().prop(bake, "bits", expand=True)
        body.prop(bake, "quality")
        body.prop(bake, "folder", placeholder="bakes")
        body.prop(bake, "name", placeholder="strip and preset")
    _draw_live(layout, now)
    row = layout.row(align=True)
    row.scale_y = 1.4
    row.operator("avcore.bake", icon="RENDER_ANIMATION")
    row.operator("avcore.live", icon="NODETREE")
    row.operator("avcore.job_add", text="", icon="ADD")
    if live_plans.here(context) is not None:
        layout.operator("avcore.bake_live", icon="RENDER_STILL")


def _draw_maps(layout: Layout, bake: Any) -> None:
    """What to bake beside the colours; a film has none."""
    is_film = bake.format == "video"
    header, body = layout.panel("avcore_maps", default_closed=True)
    chosen = len(bake.maps)
    header.label(
        text=bpy.app.translations.pgettext_iface("Maps: {}").format(chosen) if chosen and not is_film else "Maps"
    )
    if body is None:
        return
    if is_film:
        lines(body, "A movie has no maps; choose PNG or OpenEXR under Files", icon="INFO")
    grid = body.grid_flow(columns=2, even_columns=True, align=True)
    grid.use_property_split = False
    grid.enabled = not is_film
    grid.prop(bake, "maps")


def _draw_live(layout: Layout, now: Any) -> None:
    """Whether the preset can be live, and how."""
    live, offer, reason = now.live, live_offers.of(now.preset), live_offers.why_not(now)
    if offer is None:
        refresh.soon()
    # The reason is open at first, the settings are not; each stays as the artist leaves it.
    header, body = layout.panel("avcore_not_live" if reason else "avcore_live", default_closed=not reason)
    if reason:
        header.label(text="Live: not with this")
        if body is not None:
            lines(body, reason, icon="INFO")
        return
    if offer is not None:
        header.label(text=bpy.app.translations.pgettext_iface("Live: {} nodes").format(offer.nodes))
    else:
        header.label(text="Live")
    if body is None:
        return
    if now.bake.target == "MATERIAL":
        body.prop(live, "coordinates")
        row = body.row()
        row.enabled = now.bake.surface == "LIT"
        row.prop(live, "emission")
    body.prop(live, "keys")
