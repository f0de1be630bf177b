"""What a live picture takes the place of, and how it gives way: the two share a material, a world or a light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..bake.files import MAPS
from ..bake.nodes import is_ours
from ..keys import remove_curves, remove_driver
from .memory import LiveNode

if TYPE_CHECKING:
    from bpy.types import Node, NodeSocket, NodeTree

SKY = "live mapping"

# What a live picture has instead of a baked map.
OUTPUTS = {"base": "Color", "height": "Height"}


def input_path(live: LiveNode, index: int) -> str:
    """The RNA path of an input of the node, from its tree."""
    return f'nodes["{bpy.utils.escape_identifier(live.node)}"].inputs[{index}].default_value'


def forget(live: LiveNode) -> None:
    """Remove the keys and drivers that ``follow`` has made on the node."""
    remove_curves(live.tree, prefix=input_path(live, 0).partition("].")[0])
    for index in range(len(live.group_node.inputs)):
        remove_driver(live.tree, input_path(live, index))


def take_over(live: LiveNode) -> None:
    """Take the place of a bake of ours in the same tree: whatever shows its picture or height shows this one's."""
    tree, node = live.tree, live.group_node
    for map_name in MAPS:
        picture = _of_role(tree, map_name)
        if picture is None:
            continue
        if map_name in OUTPUTS:
            _hand_over(tree, picture.outputs[0], node.outputs[OUTPUTS[map_name]])
        if map_name == "emission":
            for link in picture.outputs[0].links:
                strength = link.to_node.inputs.get("Emission Strength")
                if strength is not None:
                    strength.default_value = 0.0
        tree.nodes.remove(picture)
    normal = _of_role(tree, "normal map")
    if normal is not None:
        tree.nodes.remove(normal)


def give_way(live: LiveNode) -> None:
    """Leave the place to a bake of ours in the same tree: whatever shows this picture or its height shows the bake's.

    The node and its keys go.
    """
    tree, node = live.tree, live.group_node
    for map_name, output in OUTPUTS.items():
        picture = _of_role(tree, map_name)
        if picture is not None:
            _hand_over(tree, node.outputs[output], picture.outputs[0])
    # A bake is flat, as it lies on UVs.
    where, mapping, sky = _of_role(tree, "coordinates"), _of_role(tree, "mapping"), _of_role(tree, SKY)
    if where is not None and mapping is not None and live.kind == "material":
        tree.links.new(where.outputs["UV"], mapping.inputs["Vector"])
    if sky is not None:
        tree.nodes.remove(sky)
    forget(live)
    tree.nodes.remove(node)


def _of_role(tree: NodeTree, role: str) -> Node | None:
    return next((node for node in tree.nodes if is_ours(node, role)), None)


def _hand_over(tree: NodeTree, before: NodeSocket, after: NodeSocket) -> None:
    """Lead all that one socket feeds from another."""
    for target in [link.to_socket for link in before.links]:
        tree.links.new(after, target)
