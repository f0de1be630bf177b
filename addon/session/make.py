"""From a finished bake to datablocks, and whether they still follow their sound."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy

from ..bake import (
    BakeError,
    InTheWay,
    Made,
    baked_images,
    read_maps,
    recall,
    shift,
    to_brush,
    to_compositor,
    to_geometry_nodes,
    to_image,
    to_light,
    to_material,
    to_world,
)
from ..bake.images import place_of
from ..errors import AddonError
from ..sound import Change, Changed, Fingerprint, Moved, compare, find_strip, fingerprint
from .hearables import strip_scene

BASE = "base"


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
    maps = read_maps(Path(plan.request.out))
    scene = bpy.data.scenes.get(plan.scene) or bpy.context.scene
    kind = kind or plan.target
    heard = plan.heard.fingerprint.to_json() if plan.heard.fingerprint else ""
    told: dict[str, Any] = {"frame_start": plan.first, "heard": heard, "recipe": plan.recipe}
    if kind == "MATERIAL":
        return to_material(maps, _object(plan), replace=replace, **told)
    if kind == "WORLD":
        return to_world(maps, scene, replace=replace, **told)
    if kind == "LIGHT":
        return to_light(maps, _object(plan), replace=replace, **told)
    if kind == "GEOMETRY":
        return to_geometry_nodes(maps, **told)
    if kind == "COMPOSITOR":
        return to_compositor(maps, scene, **told)
    if kind == "BRUSH":
        return to_brush(maps, _brush(), replace=replace, **told)
    return to_image(maps, **told)


def stale(context: bpy.types.Context) -> list[tuple[bpy.types.Image, Change]]:
    """The baked pictures that no longer follow their sound, and how it differs; one for each bake."""
    found = []
    for image in baked_images():
        memory = recall(image)
        if memory is None or memory.map != BASE:
            continue
        change = _change(context, memory) if place_of(image).exists() else Changed("its pictures are gone")
        if isinstance(change, Moved | Changed):
            found.append((image, change))
    return found


def shift_image(image: bpy.types.Image, change: Moved, context: bpy.types.Context) -> int:
    """Shift a bake with its strip; how many places show it."""
    memory = recall(image)
    assert memory is not None
    count = shift(place_of(image), by=change.frames)
    now = _heard_now(context, json.loads(memory.recipe))
    for each in baked_images():
        kept = recall(each)
        if now is not None and kept is not None and kept.heard == memory.heard:
            each["avcore"] = json.dumps({**kept.__dict__, "heard": now.to_json()})
    return count


def job_of(image: bpy.types.Image) -> SimpleNamespace:
    """The job that an image was baked by, with the properties of ``props.Job``.

    Raises:
        AddonError: it does not remember one.
    """
    memory = recall(image)
    try:
        told = json.loads(memory.recipe) if memory else {}
        return SimpleNamespace(
            sound=SimpleNamespace(**told["sound"]),
            preset=SimpleNamespace(**told["preset"], described="", parameters=()),
            bake=SimpleNamespace(**told["bake"]),
            object=told["object"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise AddonError(f"{image.name} does not remember how it was baked; bake it anew") from error


def _change(context: bpy.types.Context, memory: Any) -> Change | None:
    with contextlib.suppress(ValueError, KeyError):  # heard is empty for a file or a mix
        old = Fingerprint.from_json(memory.heard)
        new = _heard_now(context, json.loads(memory.recipe))
        if new is None:
            return Changed("its strip is gone") if old.strips else None
        return compare(old, new)
    return None


def _heard_now(context: bpy.types.Context, recipe: dict[str, Any]) -> Fingerprint | None:
    scene = bpy.data.scenes.get(recipe["scene"]) or context.scene
    strips = strip_scene(context, scene)
    strip = find_strip(strips, recipe["sound"]["strip"])
    if strip is None or strip.sound is None:
        return None
    path = Path(recipe["path"]) if strip.sound.packed_file is not None else None
    return fingerprint(strip, strips, path=path, hashed=False)


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


__all__ = ["InTheWay", "Made", "job_of", "shift_image", "stale", "target"]
