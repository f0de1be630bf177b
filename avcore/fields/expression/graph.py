"""Graphs of typed operations, as plain data: what a back end writes as nodes or as a shading language.

A value is a number or a vector of three. A graph is made of named groups, which call each other, so that what is used
twice is written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["float", "vector"]
Role = Literal["coordinate", "time", "signal", "control"]
Triple = tuple[float, float, float]

FORMAT = "avcore-graph-1"


@dataclass(frozen=True)
class Ref:
    """The value of a node of the same group, by its place in it."""

    node: int


Arg = Ref | float | Triple


@dataclass(frozen=True)
class Node:
    """One operation. ``op`` is in ``OPERATIONS`` (``avcore.fields.expression.operations``), or one of these three:

    ``input`` is the group's input ``name``; ``call`` runs the group ``name``, its arguments in the order of that
    group's inputs, and is no value; ``get`` is the output ``name`` of the call that is its only argument. ``section``
    says what it is for, to a person who looks at the nodes.
    """

    op: str
    args: tuple[Arg, ...]
    kind: Kind
    name: str = ""
    section: str = field(default="", compare=False)


@dataclass(frozen=True)
class Group:
    """Operations in an order in which they can be done, and the values that come out."""

    name: str
    nodes: tuple[Node, ...]
    outputs: Mapping[str, Arg]

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that are inputs, in order."""
        return tuple(node for node in self.nodes if node.op == "input")

    def kind_of(self, value: Arg) -> Kind:
        """Whether a value is a number or a vector."""
        if isinstance(value, Ref):
            return self.nodes[value.node].kind
        return "vector" if isinstance(value, tuple) else "float"


@dataclass(frozen=True)
class Input:
    """What a graph is given: its usual value, the range of a slider, and a sentence."""

    name: str
    kind: Kind
    role: Role
    default: float | Triple
    low: float
    high: float
    help: str


@dataclass(frozen=True)
class Graph:
    """A picture as operations: for a place, a time and the values of signals, its colour and what goes with it.

    The inputs are ``Vector`` (0 to 1 across the picture, from its lower left), ``Time`` in seconds of the song, the
    signals by their names, and controls. The outputs are ``Color`` (linear light), ``Height`` and ``Emission
    Strength``, all from 0 to 1. ``groups`` has every group after those that it calls; the last is the picture.
    """

    name: str
    inputs: tuple[Input, ...]
    groups: tuple[Group, ...]

    @property
    def main(self) -> Group:
        """The group that is the picture."""
        return self.groups[-1]

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the inputs that are signals."""
        return tuple(item.name for item in self.inputs if item.role == "signal")

    @property
    def node_count(self) -> int:
        """How many nodes it takes in Blender, those of a group as often as it is called."""
        counts: dict[str, int] = {}
        for group in self.groups:
            split = {node.args for node in group.nodes if node.op in ("x", "y", "z")}
            counts[group.name] = len(split) + sum(_weight(node, counts) for node in group.nodes)
        return counts[self.main.name]

    def to_data(self) -> dict[str, Any]:
        """Plain data, for JSON. A constant is a number or three; the value of node 7 is ``[7]``."""
        return {
            "format": FORMAT,
            "name": self.name,
            "inputs": [{**asdict(item), "default": _arg_data(item.default)} for item in self.inputs],
            "groups": [_group_data(group) for group in self.groups],
            "node_count": self.node_count,
        }


def _weight(node: Node, counts: Mapping[str, int]) -> int:
    if node.op == "call":
        return counts[node.name]
    if node.op in ("input", "get", "x", "y", "z"):
        return 0
    return 2 if node.op == "saturate" and node.kind == "vector" else 1


def _group_data(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "nodes": [
            {
                "op": node.op,
                "args": [_arg_data(arg) for arg in node.args],
                "kind": node.kind,
                "name": node.name,
                "section": node.section,
            }
            for node in group.nodes
        ],
        "outputs": [
            {"name": name, "kind": group.kind_of(value), "value": _arg_data(value)}
            for name, value in group.outputs.items()
        ],
    }


def _arg_data(arg: Arg) -> Any:
    if isinstance(arg, Ref):
        return [arg.node]
    return list(arg) if isinstance(arg, tuple) else arg
