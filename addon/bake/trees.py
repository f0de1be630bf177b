"""A bake as a node group for Geometry Nodes, or as an Image node in a scene's compositor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .files import BakeError
from .images import TAG, place_of
from .made import Made
from .nodes import Maps, has_ours, image_node, make_images, named, our_node

if TYPE_CHECKING:
    from bpy.types import NodeTree, Scene


def to_geometry_nodes(maps: Maps, *, frame_start: int, heard: str = "", recipe: str = "") -> Made:
    """A node group that gives the colours of a bake at a vector, in step with the scene: Add > Group in Geometry Nodes.

    It has one output for each map. Made again, it keeps its place wherever it is used.

    Raises:
        BakeError: pictures cannot be read, or the bake is a film, of which Geometry Nodes show no frames.
    """
    base = maps["base"]
    if base.is_movie:
        raise BakeError("Geometry Nodes cannot show a film; bake images instead")
    images = make_images(maps, frame_start=frame_start, heard=heard, recipe=recipe)
    place = str(place_of(images["base"]))
    tree = next((group for group in bpy.data.node_groups if group.get(TAG) == place and group.library is None), None)
    if tree is None:
        tree = bpy.data.node_groups.new(base.name, "GeometryNodeTree")
        tree[TAG] = place
        tree.interface.new_socket("Vector", in_out="INPUT", socket_type="NodeSocketVector")
    vector, _ = our_node(tree, "vector", "NodeGroupInput", at=(-500, 0))
    output, _ = our_node(tree, "output", "NodeGroupOutput", at=(300, 0))
    number = _file_number(tree, place, frame_start=frame_start, first=base.first, count=base.count)
    for row, name in enumerate(maps):
        label = "Colour" if name == "base" else name.capitalize()
        if not any(item.name == label for item in tree.interface.items_tree):
            tree.interface.new_socket(label, in_out="OUTPUT", socket_type="NodeSocketColor")
        node, is_new = our_node(tree, name, "GeometryNodeImageTexture", at=(0, -300.0 * row), label=name.capitalize())
        node.inputs["Image"].default_value = images[name]
        if is_new:
            tree.links.new(vector.outputs["Vector"], node.inputs["Vector"])
            tree.links.new(number, node.inputs["Frame"])
            tree.links.new(node.outputs["Color"], output.inputs[label])
    return Made("node group", tree.name, named(images))


def _file_number(tree: NodeTree, place: str, *, frame_start: int, first: int, count: int) -> bpy.types.NodeSocket:
    """The number of the file to show: the scene's frame, moved, and held at both ends."""
    clock, is_new = our_node(tree, "clock", "GeometryNodeInputSceneTime", at=(-900, -300))
    moved, _ = our_node(tree, place, "ShaderNodeMath", at=(-700, -300), label="File of the frame")
    moved.inputs[1].default_value = first - frame_start
    held, _ = our_node(tree, "held", "ShaderNodeClamp", at=(-500, -300))
    held.inputs["Min"].default_value, held.inputs["Max"].default_value = first, first + count - 1
    if is_new:
        tree.links.new(clock.outputs["Frame"], moved.inputs[0])
        tree.links.new(moved.outputs[0], held.inputs["Value"])
    return held.outputs[0]


def to_compositor(maps: Maps, scene: Scene, *, frame_start: int, heard: str = "", recipe: str = "") -> Made:
    """An Image node with a bake in a scene's compositor, unwired, for the artist to mix in; its map ``base``.

    Raises:
        BakeError: pictures cannot be read.
    """
    base = maps["base"]
    images = make_images({"base": base}, frame_start=frame_start, heard=heard, recipe=recipe)
    tree = compositor(scene)
    if has_ours(tree):
        place = place_of(images["base"])
        for node in tree.nodes:
            # Another bake's node stays what it is.
            if node.get(TAG) == "base" and node.image is not None and place_of(node.image) != place:
                node[TAG] = f"base of {node.image.name}"
    node, is_new = image_node(tree, "CompositorNodeImage", images["base"], base, frame_start=frame_start, at=(0, 0))
    if is_new:
        node.location = (0, min((each.location.y for each in tree.nodes), default=0) - 350)
    return Made("compositor", scene.name, named(images))


def compositor(scene: Scene) -> NodeTree:
    """The compositor's tree; a new one passes the render on as it is."""
    if bpy.app.version < (5, 0, 0):
        scene.use_nodes = True
        return scene.node_tree
    if scene.compositing_node_group is None:
        tree = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        output, render = tree.nodes.new("NodeGroupOutput"), tree.nodes.new("CompositorNodeRLayers")
        render.scene, render.location = scene, (-400, 0)
        tree.links.new(render.outputs["Image"], output.inputs["Image"])
        scene.compositing_node_group = tree
    return scene.compositing_node_group
