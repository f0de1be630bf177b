"""A bake as the world around a scene, or as the picture that a light throws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bpy

from .made import InTheWay, Made
from .nodes import Maps, image_node, make_images, named, our_node
from .slots import Lamp, Sky

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
    place = Sky.of(scene)
    if place.in_the_way is not None and not replace:
        return place.in_the_way
    base = {"base": maps["base"]}
    images = make_images(base, frame_start=frame_start, heard=heard, recipe=recipe)
    world = place.world(maps["base"].name)
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
    place.put(world)
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
    place = Lamp.of(obj)
    if place.in_the_way is not None and not replace:
        return place.in_the_way
    light, tree = place.light, place.tree
    images = make_images({"base": maps["base"]}, frame_start=frame_start, heard=heard, recipe=recipe)
    picture, is_new = image_node(
        tree, "ShaderNodeTexImage", images["base"], maps["base"], frame_start=frame_start, at=(-300, 0)
    )
    if is_new:
        picture.extension = "CLIP"
        tree.links.new(thrown(tree, light), picture.inputs["Vector"])
    if is_new or place.colouring is None or place.in_the_way is not None:
        tree.links.new(picture.outputs["Color"], place.emission.inputs["Color"])
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
