"""What live pictures remember of their making, and where in the file they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import bpy

from ..bake.images import TAG
from .groups import GROUP_NODES

if TYPE_CHECKING:
    from bpy.types import Node, NodeTree

ROLE = "live"
MEMORY = "avcore_memory"


@dataclass(frozen=True)
class Memory:
    """The sound that a live picture follows, the scene's frame at which that begins, and how it can be made again.

    ``heard`` and ``recipe`` are texts of its maker, as those of a baked image are.
    """

    heard: str
    recipe: str
    frame_start: int
    kind: str = "live"


@dataclass(frozen=True)
class LiveNode:
    """A node that shows a graph; ``kind`` and ``name`` say on what, and ``tree`` holds the node and its keys."""

    kind: str
    name: str
    tree: NodeTree
    node: str

    @property
    def group_node(self) -> Node:
        """The node itself."""
        return self.tree.nodes[self.node]

    @property
    def key(self) -> str:
        """Names it among those of the file: ``material Ember``."""
        return f"{self.kind} {self.name}"

    @property
    def memory(self) -> Memory | None:
        """What it remembers, None where it was told nothing."""
        try:
            return Memory(**json.loads(self.group_node[MEMORY]))
        except (KeyError, TypeError, ValueError):
            return None

    def remember(self, memory: Memory) -> None:
        """Keep ``memory`` with it."""
        self.group_node[MEMORY] = json.dumps(asdict(memory))


def live_nodes() -> list[LiveNode]:
    """The live pictures of this file, those of linked files left out."""
    every = (live_in(tree, kind=kind, name=name) for kind, name, tree in _trees())
    return [live for live in every if live is not None]


def live_in(tree: NodeTree | None, *, kind: str, name: str) -> LiveNode | None:
    """The live picture in a tree, None where there is none."""
    for node in tree.nodes if tree is not None else ():
        if node.get(TAG) == ROLE and node.bl_idname in GROUP_NODES.values():
            return LiveNode(kind, name, tree, node.name)
    return None


def _trees() -> Iterator[tuple[str, str, NodeTree]]:
    """Every tree of this file that can show one, and what it is of."""
    for kind, owners in (("material", bpy.data.materials), ("world", bpy.data.worlds), ("light", bpy.data.lights)):
        for owner in owners:
            if owner.library is None and owner.node_tree is not None:
                yield kind, owner.name, owner.node_tree
    compositors = {}
    for scene in bpy.data.scenes:
        tree = compositor_of(scene)
        if tree is not None and tree not in compositors and scene.library is None:
            compositors[tree] = scene.name
            yield "compositor", scene.name, tree
    for tree in bpy.data.node_groups:
        if tree.library is None and tree not in compositors:
            yield "node group", tree.name, tree


def compositor_of(scene: bpy.types.Scene) -> NodeTree | None:
    """The tree of a scene's compositor, None where it has none yet."""
    return scene.node_tree if bpy.app.version < (5, 0, 0) else scene.compositing_node_group
