"""Where a graph is shown: a material, the world, what a light throws, Geometry Nodes, the compositor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import bpy

from ..bake.files import BakeError
from ..bake.images import TAG
from ..bake.made import InTheWay
from ..bake.nodes import is_ours, linked_from, our_node
from ..bake.slots import Lamp, Sky, Slot
from ..bake.surroundings import thrown
from ..bake.trees import compositor
from .groups import GROUP_NODES, TreeKind, ensure_group
from .memory import ROLE, LiveNode
from .operations import LiveError
from .places import SKY, forget, take_over

if TYPE_CHECKING:
    from bpy.types import Node, NodeTree, Object, Scene

Coordinates = Literal["UV", "Generated", "Object"]

# Inputs that an artist sets; sound has the others.
HAND_SET = frozenset({"Aspect", "Scale", "Seed Offset", "Palette Shift"})


def live_material(
    graph: dict[str, Any],
    obj: Object,
    *,
    slot: int | None = None,
    coordinates: Coordinates = "UV",
    lit: bool = True,
    emission: bool = False,
    replace: bool = False,
) -> LiveNode | InTheWay:
    """Show a graph on an object. A material of ours, baked or live, is brought up to date; see ``bake.to_material``.

    Args:
        graph: what the worker's reply to ``live`` holds.
        obj: an object that can have materials.
        slot: which material slot; the active one without it.
        coordinates: UV is a picture on the surface; with Generated or Object coordinates the field fills space, so that
            a mesh needs no UVs and has no seams.
        lit: a surface that light falls on; otherwise it shines, so that the picture is seen exactly.
        emission: the bright lines of a lit surface give light.
        replace: take the place of the user's material, which is kept.

    Raises:
        LiveError: this Blender cannot show the graph.
        BakeError: the object cannot have a material, or has no such slot.
    """
    place = Slot.of(obj, slot)
    if place.in_the_way is not None and not replace:
        return place.in_the_way
    ensure_group(graph)  # before anything is changed
    material = place.material(graph["name"])
    tree = material.node_tree
    output, is_new = our_node(tree, "output", "ShaderNodeOutputMaterial", at=(300, 0))
    surface, is_new_surface = our_node(
        tree, "surface", "ShaderNodeBsdfPrincipled" if lit else "ShaderNodeEmission", at=(0, 0)
    )
    if is_new or is_new_surface or is_ours(linked_from(tree, output, "Surface"), "surface"):
        tree.links.new(surface.outputs[0], output.inputs["Surface"])
    live = _live_node(graph, "material", material.name, tree)
    take_over(live)
    _wire_coordinates(live, coordinates)
    colour, strength = live.group_node.outputs["Color"], live.group_node.outputs["Emission Strength"]
    tree.links.new(colour, surface.inputs["Base Color" if lit else "Color"])
    if lit:
        for source, name in ((colour, "Emission Color"), (strength, "Emission Strength")):
            if emission:
                tree.links.new(source, surface.inputs[name])
            elif linked_from(tree, surface, name) == live.group_node:
                tree.links.remove(surface.inputs[name].links[0])
    place.put(material)
    return live


def live_world(graph: dict[str, Any], scene: Scene, *, replace: bool = False) -> LiveNode | InTheWay:
    """Show a graph all around a scene: the field fills space, so that the sky has no seam.

    Raises:
        LiveError: this Blender cannot show the graph.
    """
    place = Sky.of(scene)
    if place.in_the_way is not None and not replace:
        return place.in_the_way
    ensure_group(graph)  # before anything is changed
    world = place.world(graph["name"])
    tree = world.node_tree
    background, _ = our_node(tree, "background", "ShaderNodeBackground", at=(0, 0))
    output, _ = our_node(tree, "output", "ShaderNodeOutputWorld", at=(250, 0))
    tree.links.new(background.outputs[0], output.inputs["Surface"])
    live = _live_node(graph, "world", world.name, tree)
    take_over(live)
    mapping = _wire_coordinates(live, "Generated", role=SKY)
    # Directions go from -1 to 1; the middle of the picture is straight up, and straight down.
    mapping.inputs["Location"].default_value = (0.5, 0.5, 0.0)
    tree.links.new(live.group_node.outputs["Color"], background.inputs["Color"])
    place.put(world)
    return live


def live_light(graph: dict[str, Any], obj: Object, *, replace: bool = False) -> LiveNode | InTheWay:
    """Let a light throw the picture; see ``bake.to_light``. Cycles shows it, EEVEE does not.

    Raises:
        LiveError: it is no light of this file, or its nodes have no Emission.
    """
    try:
        place = Lamp.of(obj)
    except BakeError as error:
        raise LiveError(str(error)) from error
    if place.in_the_way is not None and not replace:
        return place.in_the_way
    live = _live_node(graph, "light", place.light.name, place.tree)
    take_over(live)
    place.tree.links.new(thrown(place.tree, place.light), live.group_node.inputs["Vector"])
    place.tree.links.new(live.group_node.outputs["Color"], place.emission.inputs["Color"])
    return live


def live_group(graph: dict[str, Any], tree: NodeTree) -> LiveNode:
    """A node with the graph in any tree, unwired: Geometry Nodes (displacement, instances), a user's own material ...

    Raises:
        LiveError: this Blender cannot show the graph there.
    """
    return _live_node(graph, "node group", tree.name, tree)


def live_geometry(graph: dict[str, Any]) -> LiveNode:
    """A node group that gives the picture at a vector, with keys of its own inside: Add > Group in Geometry Nodes.

    Made again, it keeps its place wherever it is used.

    Raises:
        LiveError: this Blender cannot show the graph there.
    """
    mark = f"{ROLE} {graph['name']}"
    inner = ensure_group(graph, tree_kind="GeometryNodeTree")
    tree = next((each for each in bpy.data.node_groups if each.get(TAG) == mark and each.library is None), None)
    if tree is None:
        tree = bpy.data.node_groups.new(f"{graph['name']} Live", "GeometryNodeTree")
        tree[TAG] = mark
        tree.interface.new_socket("Vector", in_out="INPUT", socket_type="NodeSocketVector")
        for item in inner.interface.items_tree:
            if item.in_out == "OUTPUT":
                tree.interface.new_socket(item.name, in_out="OUTPUT", socket_type=item.socket_type)
    vector, is_new = our_node(tree, "vector", "NodeGroupInput", at=(-600, 0))
    output, is_new_output = our_node(tree, "output", "NodeGroupOutput", at=(100, 0))
    live = live_group(graph, tree)
    if is_new or is_new_output:
        tree.links.new(vector.outputs["Vector"], live.group_node.inputs["Vector"])
        for source in live.group_node.outputs:
            tree.links.new(source, output.inputs[source.name])
    return live


def show_again(live: LiveNode, graph: dict[str, Any]) -> None:
    """Let a live picture show another graph where it is; its wires stay.

    Raises:
        LiveError: this Blender cannot show the graph there.
    """
    group = ensure_group(graph, tree_kind=live.tree.bl_idname)
    if live.group_node.node_tree != group:
        _show(live, group)
        live.group_node.label = graph["name"]


def live_compositor(graph: dict[str, Any], scene: Scene) -> LiveNode:
    """A node with the graph in a scene's compositor, over the whole picture, for the artist to mix in.

    Raises:
        LiveError: the compositor of this Blender cannot show it (before 4.5).
    """
    ensure_group(graph, tree_kind="CompositorNodeTree")
    tree = compositor(scene)
    live = _live_node(graph, "compositor", scene.name, tree)
    places, _ = our_node(tree, "coordinates", "CompositorNodeImageCoordinates", at=(-500, -300))
    rendered = next((node for node in tree.nodes if node.bl_idname == "CompositorNodeRLayers"), None)
    if rendered is not None:
        tree.links.new(rendered.outputs["Image"], places.inputs["Image"])
    tree.links.new(places.outputs["Normalized"], live.group_node.inputs["Vector"])
    return live


def _live_node(graph: dict[str, Any], kind: str, name: str, tree: NodeTree) -> LiveNode:
    """Our node in a tree, with the group of the graph, which may be another one than before."""
    tree_kind: TreeKind = tree.bl_idname
    group = ensure_group(graph, tree_kind=tree_kind)
    node, _ = our_node(tree, ROLE, GROUP_NODES[tree_kind], at=(-300, 0), label=graph["name"])
    node.label = graph["name"]
    live = LiveNode(kind, name, tree, node.name)
    if node.node_tree != group:
        _show(live, group)
    node.width = 200
    return live


def _show(live: LiveNode, group: NodeTree) -> None:
    """Let the node show another graph. Keys of the one before go, as inputs differ; what was set by hand stays."""
    node = live.group_node
    kept = {socket.name: socket.default_value for socket in node.inputs if socket.name in HAND_SET}
    forget(live)
    node.node_tree = group
    usual = [item for item in group.interface.items_tree if item.in_out == "INPUT"]
    for socket, item in zip(node.inputs, usual, strict=False):
        socket.default_value = kept.get(socket.name, item.default_value)


def _wire_coordinates(live: LiveNode, coordinates: Coordinates, *, role: str = "mapping") -> Node:
    """Lead coordinates through a Mapping into the node; what the artist has wired stays. The Mapping."""
    tree = live.tree
    where, is_new = our_node(tree, "coordinates", "ShaderNodeTexCoord", at=(-900, 0))
    mapping, is_new_mapping = our_node(tree, role, "ShaderNodeMapping", at=(-600, 0))
    if is_new or is_new_mapping or linked_from(tree, mapping, "Vector") == where:
        tree.links.new(where.outputs[coordinates], mapping.inputs["Vector"])
    if not live.group_node.inputs["Vector"].links:
        tree.links.new(mapping.outputs["Vector"], live.group_node.inputs["Vector"])
    return mapping
