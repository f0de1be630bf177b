"""Datablocks by the text that Python shows for them, so that operators can name them."""

from __future__ import annotations

import ast
import re

import bpy

from ..errors import AddonError

# bpy.data.materials['Steel'].node_tree
_SHOWN = re.compile(
    r"""bpy\.data\.(?P<kind>\w+)\[(?P<name>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\](?:\.(?P<inner>\w+))?"""
)


def find(text: str) -> bpy.types.ID:
    """The datablock that ``text`` shows.

    Raises:
        AddonError: there is none.
    """
    match = _SHOWN.fullmatch(text)
    if match is None:
        raise AddonError(f"{text!r} names no datablock; write bpy.data.objects['Cube']")
    kind = getattr(bpy.data, match["kind"], None)
    owner = kind.get(ast.literal_eval(match["name"])) if hasattr(kind, "get") else None
    if owner is not None and match["inner"]:
        owner = getattr(owner, match["inner"], None)
    if not isinstance(owner, bpy.types.ID):
        raise AddonError(f"there is no {text}; it may have been renamed or removed")
    return owner


def name_of(text: str) -> str:
    """The name of the datablock that ``text`` shows; of nodes, that of what has them."""
    match = _SHOWN.fullmatch(text)
    return str(ast.literal_eval(match["name"])) if match is not None else text


def indices(owner: bpy.types.ID, path: str, index: int) -> list[int]:
    """The numbers of a property that are meant; -1 stands for all."""
    try:
        value = owner.path_resolve(path)
    except ValueError:
        return [0]  # whoever writes the keys says what is wrong
    if index >= 0 or not hasattr(value, "__len__") or isinstance(value, str):
        return [max(0, index)]
    return list(range(len(value)))
