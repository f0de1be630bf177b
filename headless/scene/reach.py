"""The datablocks that a scene's frames may need: what the scene leads to, linked ones too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from bpy.types import ID, Node, NodeTree, Scene


def reached(scene: Scene) -> set[ID]:
    """Every datablock that a scene leads to, itself among them; brushes and screens are for painting and looking."""
    uses: dict[ID, list[ID]] = {}
    for used, users in bpy.data.user_map().items():
        for user in users:
            uses.setdefault(user, []).append(used)
    found: set[ID] = {scene}
    waiting: list[ID] = [scene]
    while waiting:
        for each in uses.get(waiting.pop(), ()):
            if each not in found and each.id_type not in ("BRUSH", "SCREEN", "WORKSPACE", "WINDOWMANAGER"):
                found.add(each)
                waiting.append(each)
    return found


def nodes_of(owners: set[ID]) -> Iterator[tuple[ID, NodeTree, Node]]:
    """The nodes of some datablocks that do something, with the datablock and the tree: not muted, and wired."""
    for owner in owners:
        tree = owner if owner.id_type == "NODETREE" else getattr(owner, "node_tree", None)
        if tree is None or (owner.id_type == "SCENE" and not getattr(owner, "use_nodes", True)):
            continue
        for node in tree.nodes:
            if not node.mute and (not node.outputs or any(socket.is_linked for socket in node.outputs)):
                yield owner, tree, node


def is_animated(owner: ID, path: str) -> bool:
    """Whether something of a datablock under an RNA path has keys or a driver."""
    data = owner.animation_data
    if data is None:
        return False
    if any(driver.data_path.startswith(path) for driver in data.drivers):
        return True
    from addon.keys.curves import all_curves

    return any(curve.data_path.startswith(path) for curve in all_curves(owner))
