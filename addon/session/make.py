"""From a finished bake to datablocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..bake import (
    BakeError,
    InTheWay,
    Made,
    read_maps,
    to_brush,
    to_compositor,
    to_geometry_nodes,
    to_image,
    to_light,
    to_material,
    to_world,
)
from ..live import give_way, live_nodes


def target(run: Any, *, replace: bool = False, kind: str = "") -> Made | InTheWay:
    """Make what a finished bake is for; what of the user's is in the way is left, unless ``replace``.

    Args:
        run: a bake that is done.
        replace: take the place of what is in the way.
        kind: another target than the bake's.

    Raises:
        AddonError: it cannot be made.
    """
    plan = run.plan
    maps = read_maps(Path(plan.request.out), names=plan.request.maps)  # others there are of an earlier bake
    scene = bpy.data.scenes.get(plan.scene) or bpy.context.scene
    kind = kind or plan.target
    heard = plan.heard.fingerprint.to_json() if plan.heard.fingerprint else ""
    told: dict[str, Any] = {"frame_start": plan.first, "heard": heard, "recipe": plan.recipe}
    if kind == "MATERIAL":
        return _instead(to_material(maps, _object(plan), lit=plan.lit, replace=replace, **told))
    if kind == "WORLD":
        return _instead(to_world(maps, scene, replace=replace, **told))
    if kind == "LIGHT":
        return _instead(to_light(maps, _object(plan), replace=replace, **told))
    if kind == "GEOMETRY":
        return to_geometry_nodes(maps, **told)
    if kind == "COMPOSITOR":
        return to_compositor(maps, scene, **told)
    if kind == "BRUSH":
        return to_brush(maps, _brush(), replace=replace, **told)
    return to_image(maps, **told)


def _instead(made: Made | InTheWay) -> Made | InTheWay:
    """What was made, now without the live picture that was there."""
    if isinstance(made, Made):
        for live in live_nodes():
            if (live.kind, live.name) == (made.kind, made.name):
                give_way(live)
    return made


def _object(plan: Any) -> bpy.types.Object:
    thing = bpy.data.objects.get(plan.object)
    if thing is None:
        raise BakeError("there is no object to show it on; select one, or choose another target")
    return thing


def _brush() -> bpy.types.Brush:
    """The brush of the mode that is on, or the one for painting textures.

    Raises:
        BakeError: there is none.
    """
    settings = bpy.context.tool_settings
    for paint in (settings.image_paint, settings.sculpt, settings.vertex_paint):
        if paint is not None and paint.brush is not None:
            return paint.brush
    raise BakeError("there is no brush; enter Texture Paint or Sculpt mode and choose one")


__all__ = ["InTheWay", "Made", "target"]
