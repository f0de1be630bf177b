"""A .blend of the user's as the template: which of its things take the picture. All are called ``avcore``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from avcore.errors import InputError

from .stage import Stage

if TYPE_CHECKING:
    from bpy.types import Node, NodeTree, Object, Scene

NAME = "avcore"
LOOKED_FOR = (
    f"an Image Texture node, a material or an object called {NAME!r} (in this order) that takes the picture, "
    "and a camera"
)


def find(scene: Scene) -> Stage:
    """What takes the picture: image nodes of that name; else every slot with that material; else that object's slot.

    A material or object that shines (an Emission node in its material) goes on to shine; else light falls on it.

    Raises:
        InputError: there is no such thing, or no camera.
    """
    if scene.camera is None:
        raise InputError(f"{bpy.data.filepath} has no camera; a template needs {LOOKED_FOR}")
    nodes = tuple((tree, node) for tree, node in _image_nodes() if NAME in (node.name, node.label))
    if nodes:
        return Stage(None, images=nodes)
    slots = [
        (obj, at)
        for obj in scene.objects
        for at, slot in enumerate(obj.material_slots)
        if slot.material is not None and slot.material.name == NAME
    ]
    if slots:
        return _stage(slots[0][0], slots[0][1], more=tuple(slots[1:]))
    obj = scene.objects.get(NAME)
    if obj is None or not hasattr(obj.data, "materials"):
        raise InputError(f"{bpy.data.filepath} has no place for the picture; a template needs {LOOKED_FOR}")
    return _stage(obj, None)


def _stage(obj: Object, slot: int | None, *, more: tuple[tuple[Object, int], ...] = ()) -> Stage:
    material = obj.material_slots[slot].material if slot is not None else obj.active_material
    nodes = material.node_tree.nodes if material is not None and material.node_tree is not None else ()
    glow = next((node for node in nodes if node.bl_idname == "ShaderNodeEmission"), None)
    strength = glow.inputs["Strength"].default_value if glow is not None else 1.0
    return Stage(obj, slot, lit=glow is None, strength=strength, slots=more)


def _image_nodes() -> list[tuple[NodeTree, Node]]:
    from addon.bake.images import all_nodes

    return [(tree, node) for tree, node in all_nodes() if node.bl_idname == "ShaderNodeTexImage"]
