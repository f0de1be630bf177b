"""Nodes of our own in a tree: made once, found again, brought up to date where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .files import BakedFiles, MapName
from .images import TAG, image_user, make_image, show

if TYPE_CHECKING:
    from bpy.types import Image, Node, NodeTree

Maps = Mapping[MapName, BakedFiles]


def make_images(maps: Maps, *, frame_start: int, heard: str, recipe: str) -> dict[MapName, Image]:
    """The images of all maps, by map."""
    return {
        name: make_image(files, frame_start=frame_start, heard=heard, recipe=recipe) for name, files in maps.items()
    }


def our_node(tree: NodeTree, role: str, idname: str, *, at: tuple[float, float], label: str = "") -> tuple[Node, bool]:
    """Our node of a role in a tree, and whether it was made just now."""
    for node in tree.nodes:
        if node.get(TAG) == role and node.bl_idname == idname:
            return node, False
    node = tree.nodes.new(idname)
    node[TAG] = role
    node.location = at
    node.label = label
    return node, True


def image_node(
    tree: NodeTree, idname: str, image: Image, files: BakedFiles, *, frame_start: int, at: tuple[float, float]
) -> tuple[Node, bool]:
    """Our node for a map in a tree, showing the bake, and whether it was made just now."""
    node, is_new = our_node(tree, files.map, idname, at=at, label=files.map.capitalize())
    node.image = image
    show(image_user(node), image, files, frame_start=frame_start)
    return node, is_new


def has_ours(tree: NodeTree | None) -> bool:
    """Whether a tree has a node of ours."""
    return tree is not None and any(TAG in node for node in tree.nodes)


def is_ours(node: Node | None, role: str) -> bool:
    """Whether a node is ours and of a role."""
    return node is not None and node.get(TAG) == role


def linked_from(tree: NodeTree, node: Node, socket: str) -> Node | None:
    """The node that feeds a node's input, None where nothing does."""
    links = node.inputs[socket].links
    return links[0].from_node if links else None


def named(names: Mapping[MapName, Image]) -> dict[str, str]:
    """The names of images by map, for a report."""
    return {name: image.name for name, image in names.items()}
