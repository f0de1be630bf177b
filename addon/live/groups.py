"""A graph from avcore as node groups: one for each of its groups, made once and shared by all that show it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal

import bpy

from .layout import arrange
from .operations import LiveError, Place, Source, components, connect, make

if TYPE_CHECKING:
    from bpy.types import Node, NodeTree

TAG = "avcore_live"
FORMAT = "avcore-graph-1"
TreeKind = Literal["ShaderNodeTree", "GeometryNodeTree", "CompositorNodeTree"]
GROUP_NODES = {
    "ShaderNodeTree": "ShaderNodeGroup",
    "GeometryNodeTree": "GeometryNodeGroup",
    "CompositorNodeTree": "CompositorNodeGroup",
}
SOCKETS = {"float": "NodeSocketFloat", "vector": "NodeSocketVector"}
COLOUR = "Color"


def ensure_group(graph: dict[str, Any], *, tree_kind: TreeKind = "ShaderNodeTree") -> NodeTree:
    """The node group of a graph; the one that is there already, where it is the same graph.

    Args:
        graph: what the worker's reply to ``live`` holds.
        tree_kind: for shaders, Geometry Nodes or the compositor.

    Raises:
        LiveError: this version cannot show it.
    """
    if graph.get("format") != FORMAT:
        raise LiveError("this graph is of another version; update the extension and avcore to the same")
    if tree_kind == "CompositorNodeTree" and bpy.app.version < (4, 5, 0):
        raise LiveError("the compositor of this Blender has no vector nodes; use Blender 4.5 or newer, or bake")
    inputs = {item["name"]: item for item in graph["inputs"]}
    made: dict[str, NodeTree] = {}
    for group in graph["groups"]:
        is_main = group is graph["groups"][-1]
        name = graph["name"] if is_main else f"{graph['name']}: {group['name']}"
        # The groups that it calls are part of what it is.
        called = sorted({node["name"] for node in group["nodes"] if node["op"] == "call"})
        told = [group, inputs if is_main else None, [made[each][TAG] for each in called], tree_kind]
        mark = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        made[group["name"]] = _found(mark) or _made(name, mark, group, inputs if is_main else {}, made, tree_kind)
    return made[graph["groups"][-1]["name"]]


def _found(mark: str) -> NodeTree | None:
    return next((tree for tree in bpy.data.node_groups if tree.get(TAG) == mark and tree.library is None), None)


def _made(
    name: str, mark: str, group: dict[str, Any], inputs: dict[str, Any], made: dict[str, NodeTree], tree_kind: TreeKind
) -> NodeTree:
    tree = bpy.data.node_groups.new(name, tree_kind)
    tree[TAG] = mark
    frames: dict[str, Node] = {}

    def add(idname: str, *, is_small: bool = True) -> Node:
        node = tree.nodes.new(idname)
        node.hide = is_small
        if section:
            if section not in frames:
                frames[section] = tree.nodes.new("NodeFrame")
                frames[section].label = section
            node.parent = frames[section]
        return node

    section = ""
    place = Place(tree, add)
    # What all graphs have comes first: a node that is given another graph keeps its wires by the sockets' numbers.
    for item in group["outputs"]:
        is_colour = bool(inputs) and item["name"] == COLOUR
        kind = "NodeSocketColor" if is_colour else SOCKETS[item["kind"]]
        tree.interface.new_socket(title(item["name"]), in_out="OUTPUT", socket_type=kind)
    for item in group["nodes"]:
        if item["op"] == "input":
            _add_input(tree, item, inputs.get(item["name"]))
    given = iter(add("NodeGroupInput", is_small=False).outputs)
    values: list[Source] = []
    split: dict[int, dict[str, Source]] = {}
    for item in group["nodes"]:
        section = item["section"]
        args = [values[arg[0]] if _is_reference(arg) else arg for arg in item["args"]]
        if item["op"] == "input":
            values.append(next(given))
        elif item["op"] == "call":
            values.append(_called(place, made[item["name"]], args, GROUP_NODES[tree_kind]))
        elif item["op"] == "get":
            values.append(args[0].outputs[title(item["name"])])
        elif item["op"] in "xyz":
            vector = item["args"][0][0]
            split[vector] = split.get(vector) or components(place, args[0])
            values.append(split[vector][item["op"]])
        else:
            values.append(make(place, item["op"], item["kind"], args))
    section = ""
    output = add("NodeGroupOutput", is_small=False)
    for socket, item in zip(output.inputs, group["outputs"], strict=False):
        value = item["value"]
        connect(place, values[value[0]] if _is_reference(value) else value, socket)
    arrange(tree)
    return tree


def title(name: str) -> str:
    """The name of a socket inside, as Blender writes them: ``hue_cos`` is Hue Cos."""
    return name.replace("_", " ").title()


def _is_reference(arg: Any) -> bool:
    return isinstance(arg, list) and len(arg) == 1


def _called(place: Place, group: NodeTree, args: list[Source], idname: str) -> Node:
    node = place.tree.nodes.new(idname)
    node.node_tree = group
    node.label = group.name.partition(": ")[2]
    for socket, source in zip(node.inputs, args, strict=True):
        connect(place, source, socket)
    return node


def _add_input(tree: NodeTree, item: dict[str, Any], about: dict[str, Any] | None) -> None:
    name = item["name"] if about is not None else title(item["name"])
    socket = tree.interface.new_socket(name, in_out="INPUT", socket_type=SOCKETS[item["kind"]])
    if about is None:
        return
    socket.default_value = about["default"]
    socket.description = about["help"]
    if item["kind"] == "float":
        socket.min_value, socket.max_value = about["low"], about["high"]
