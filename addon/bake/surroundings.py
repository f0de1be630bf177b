"""A bake as the world around a scene, or as the picture that a light throws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bpy

from .files import BakeError
from .images import TAG
from .made import InTheWay, Made
from .nodes import Maps, has_ours, image_node, linked_from, make_images, named, our_node

if TYPE_CHECKING:
    from bpy.types import Light, Node, NodeTree, Object, Scene


def to_world(
    maps: Maps, scene: Scene, *, frame_start: int, heard: str = "", recipe: str = "", replace: bool = False
) -> Made | InTheWay:
    """Show a bake all around (equirectangular) in a scene; its map ``base``.

    Another world than ours is in the way unless ``replace``; then it is kept with a fake user.

    Raises:
        BakeError: pictures cannot be read.
    """
    before = scene.world
    is_ours = before is not None and TAG in before and before.library is None and has_ours(before.node_tree)
    if before is not None and not is_ours and not replace:
        return InTheWay("world", before.name, scene.name)
    base = {"base": maps["base"]}
    images = make_images(base, frame_start=frame_start, heard=heard, recipe=recipe)
    if is_ours:
        world = before
    else:
        world = bpy.data.worlds.new(maps["base"].name)
        if not world.use_nodes:
            world.use_nodes = True
        world[TAG] = maps["base"].name
        world.node_tree.nodes.clear()
    tree = world.node_tree
    background, is_new = our_node(tree, "background", "ShaderNodeBackground", at=(0, 0))
    if is_new:
        output, _ = our_node(tree, "output", "ShaderNodeOutputWorld", at=(250, 0))
        tree.links.new(background.outputs[0], output.inputs["Surface"])
    picture, is_new = image_node(
        tree, "ShaderNodeTexEnvironment", images["base"], maps["base"], frame_start=frame_start, at=(-300, 0)
    )
    if is_new:
        coordinates, _ = our_node(tree, "coordinates", "ShaderNodeTexCoord", at=(-700, 0))
        mapping, _ = our_node(tree, "mapping", "ShaderNodeMapping", at=(-500, 0))
        tree.links.new(coordinates.outputs["Generated"], mapping.inputs["Vector"])
        tree.links.new(mapping.outputs["Vector"], picture.inputs["Vector"])
        tree.links.new(picture.outputs["Color"], background.inputs["Color"])
    if before is not None and not is_ours:
        before.use_fake_user = True
    scene.world = world
    return Made("world", world.name, named(images))


def to_light(
    maps: Maps, obj: Object, *, frame_start: int, heard: str = "", recipe: str = "", replace: bool = False
) -> Made | InTheWay:
    """Let a light throw a bake (a gobo); its map ``base``. A spot throws the square around its cone.

    A node of the user's that colours the light is in the way unless ``replace``; then it stays in the tree, unwired.
    Cycles shows gobos, EEVEE does not.

    Raises:
        BakeError: it is no light of this file, its nodes have no Emission, or pictures cannot be read.
    """
    if obj.type != "LIGHT" or not obj.data.is_editable:
        raise BakeError(f"{obj.name} is no light of this file; choose a light")
    light: Light = obj.data
    if not light.use_nodes:
        light.use_nodes = True
    tree = light.node_tree
    emission = next((node for node in tree.nodes if node.bl_idname == "ShaderNodeEmission"), None)
    if emission is None:
        raise BakeError(f"the nodes of the light {light.name} have no Emission; add one and join it to the output")
    colouring = linked_from(tree, emission, "Color")
    if colouring is not None and TAG not in colouring and not replace:
        return InTheWay("node", colouring.name, f"the light {light.name}")
    images = make_images({"base": maps["base"]}, frame_start=frame_start, heard=heard, recipe=recipe)
    picture, is_new = image_node(
        tree, "ShaderNodeTexImage", images["base"], maps["base"], frame_start=frame_start, at=(-300, 0)
    )
    if is_new:
        picture.extension = "CLIP"
        tree.links.new(thrown(tree, light), picture.inputs["Vector"])
    if is_new or colouring is None or TAG not in colouring:
        tree.links.new(picture.outputs["Color"], emission.inputs["Color"])
    return Made("light", light.name, named(images))


def thrown(tree: NodeTree, light: Light) -> bpy.types.NodeSocket:
    """Where in the picture a ray leaves the light: x and y over the distance along -z, a spot's cone as its width."""
    coordinates, _ = our_node(tree, "coordinates", "ShaderNodeTexCoord", at=(-1300, 0))
    split, _ = our_node(tree, "split", "ShaderNodeSeparateXYZ", at=(-1100, 0))
    tree.links.new(coordinates.outputs["Normal"], split.inputs[0])
    flat, _ = our_node(tree, "flat", "ShaderNodeCombineXYZ", at=(-700, 0))
    for row, axis in enumerate("XY"):
        over, _ = our_node(tree, f"{axis} over z", "ShaderNodeMath", at=(-900, -200 * row))
        over.operation = "DIVIDE"
        tree.links.new(split.outputs[axis], over.inputs[0])
        tree.links.new(split.outputs["Z"], over.inputs[1])
        tree.links.new(over.outputs[0], flat.inputs[axis])
    mapping: Node
    mapping, _ = our_node(tree, "mapping", "ShaderNodeMapping", at=(-500, 0))
    mapping.inputs["Location"].default_value = (0.5, 0.5, 0.0)
    width = _cone_width(light)
    mapping.inputs["Scale"].default_value = (-1.0 / width, -1.0 / width, 1.0)
    tree.links.new(flat.outputs[0], mapping.inputs["Vector"])
    return mapping.outputs["Vector"]


def _cone_width(light: Light) -> float:
    """The width of what is thrown, at distance 1; 90 degrees for a light without a cone."""
    return 2.0 * math.tan(min(light.spot_size, 3.0) / 2.0) if light.type == "SPOT" else 2.0
