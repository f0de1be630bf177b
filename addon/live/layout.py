"""Where nodes lie, so that a person can read them: left to right, what belongs together in a frame."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bpy.types import Node, NodeTree

COLUMN, ROW, GROUP_ROW = 190.0, 46.0, 26.0


def arrange(tree: NodeTree) -> None:
    """Put each node to the right of those that it depends on, near their height; the output at the right end."""
    depths = _depths(tree)
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in tree.nodes:
        if node.type != "FRAME":
            columns[depths[node]].append(node)
    heights: dict[Node, float] = {}
    for depth in sorted(columns):
        ranked = sorted(
            columns[depth], key=lambda node: (node.parent.label if node.parent else "", -_wanted(node, heights))
        )
        top = 0.5 * sum(map(_height, ranked))
        for node in ranked:
            node.location = (COLUMN * depth, top)
            heights[node] = top - 0.5 * _height(node)
            top -= _height(node)


def _depths(tree: NodeTree) -> dict[Node, int]:
    """Columns: the inputs are 0, the output is last, and each node is as far right as what needs it allows."""
    after: dict[Node, list[Node]] = defaultdict(list)
    before: dict[Node, list[Node]] = defaultdict(list)
    for link in tree.links:
        after[link.from_node].append(link.to_node)
        before[link.to_node].append(link.from_node)
    nodes = [node for node in tree.nodes if node.type != "FRAME"]  # each is made after those that it depends on
    longest: dict[Node, int] = {}
    for node in nodes:
        longest[node] = 1 + max((longest[each] for each in before[node]), default=-1)
    last = max(longest.values())
    depths: dict[Node, int] = {}
    for node in reversed(nodes):
        depths[node] = min((depths[each] - 1 for each in after[node]), default=last)
        if node.type == "GROUP_INPUT":
            depths[node] = 0
    return depths


def _wanted(node: Node, heights: dict[Node, float]) -> float:
    found = [heights[link.from_node] for socket in node.inputs for link in socket.links if link.from_node in heights]
    return sum(found) / len(found) if found else 0.0


def _height(node: Node) -> float:
    if node.hide:
        return ROW
    return ROW + GROUP_ROW * (len(node.inputs) + len(node.outputs))
