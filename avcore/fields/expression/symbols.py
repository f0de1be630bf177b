"""Numbers that are not known yet: what runs the fields' own code once, to write down what it does.

A ``Value`` stands where a field has an array of pixels or a number that sound drives, so that the reference
implementation itself (camera, activations, paint) is what a graph is made from. Constants are folded, and what is
computed twice is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from avcore.fields.expression.graph import Arg, Group, Kind, Node, Ref, Triple
from avcore.fields.expression.operations import COMPONENTS, OPERATIONS, TO_NUMBER
from avcore.fields.expression.tidy import tidied


class Sketch:
    """A group while it is written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.section = ""
        """What the nodes that come next are for."""
        self.nodes: list[Node] = []
        self._known: dict[Node, Ref] = {}

    def input(self, name: str, kind: Kind = "float") -> Value:
        """A value that is given to the group."""
        return self.add(Node("input", (), kind, name))

    def add(self, node: Node) -> Value:
        """The value of a node, which is written where it is new."""
        if node not in self._known:
            self._known[node] = Ref(len(self.nodes))
            self.nodes.append(replace(node, section=self.section))
        return Value(self._known[node], node.kind, self)

    def lift(self, values: Mapping[str, Value | float]) -> dict[str, Value | float]:
        """Values of another group as inputs of this one; constants stay what they are."""
        return {
            name: self.input(name, value.kind) if isinstance(value, Value) and not value.is_constant else value
            for name, value in values.items()
        }

    def call(self, group: Group, values: Mapping[str, Value | float]) -> dict[str, Value]:
        """What a group makes of values, by the names of its inputs and outputs; it is given those that it takes."""
        args = tuple(symbol(values[item.name]).arg for item in group.inputs)
        called = self.add(Node("call", args, "float", group.name))
        return {
            name: self.add(Node("get", (called.arg,), group.kind_of(arg), name))
            if isinstance(arg, Ref)
            else Value(arg, group.kind_of(arg))
            for name, arg in group.outputs.items()
        }

    def finish(self, outputs: Mapping[str, Value | float], *, all_inputs: bool = False) -> Group:
        """The group with these outputs, without what they do not need; inputs stay with ``all_inputs``."""
        group = Group(self.name, tuple(self.nodes), {name: symbol(value).arg for name, value in outputs.items()})
        return tidied(group, all_inputs=all_inputs)


@dataclass(frozen=True, eq=False)
class Value:
    """A number or a vector: a constant, or the value of a node of ``sketch``."""

    arg: Arg
    kind: Kind
    sketch: Sketch | None = field(default=None, repr=False)

    @property
    def is_constant(self) -> bool:
        """Whether it is known."""
        return not isinstance(self.arg, Ref)

    def __add__(self, other: Any) -> Value:
        return apply("add", self, other)

    def __radd__(self, other: Any) -> Value:
        return apply("add", self, other)

    def __sub__(self, other: Any) -> Value:
        return apply("sub", self, other)

    def __rsub__(self, other: Any) -> Value:
        return apply("sub", other, self)

    def __mul__(self, other: Any) -> Value:
        return apply("mul", self, other)

    def __rmul__(self, other: Any) -> Value:
        return apply("mul", self, other)

    def __truediv__(self, other: Any) -> Value:
        return apply("div", self, other)

    def __rtruediv__(self, other: Any) -> Value:
        return apply("div", other, self)

    def __neg__(self) -> Value:
        return apply("mul", self, -1.0)

    def __pow__(self, exponent: float) -> Value:
        return self * self if exponent == 2 else apply("pow", self, exponent)

    def __gt__(self, other: Any) -> Value:
        return apply("gt", self, other)

    def __bool__(self) -> bool:
        """A branch on what is not known: it is taken, and ``where`` is for what must be decided later."""
        return isinstance(self.arg, Ref) or bool(np.any(self.arg))

    def __getitem__(self, index: Any) -> Value:
        """A component of a vector (``rgb[0, :]``); a number has one more axis for the asking (``light[None, :]``)."""
        first = index[0] if isinstance(index, tuple) else index
        return self if first is None else apply(COMPONENTS[first], self)


class Unknown(Value):
    """A constant that branches take for one that is not known."""

    def __bool__(self) -> bool:
        """Whether a branch on it is taken."""
        return True


Number = Value | float
TAU = 2.0 * math.pi


def symbol(value: Any) -> Value:
    """A constant as a value: a number, or three."""
    if isinstance(value, Value):
        return value
    flat = np.asarray(value, dtype=np.float64).ravel()
    if flat.size == 3:
        return Value((float(flat[0]), float(flat[1]), float(flat[2])), "vector")
    return Value(float(flat[0]), "float")


def apply(op: str, *given: Any) -> Value:
    """An operation on values, done at once where all of them are known."""
    args = [symbol(value) for value in given]
    is_vector = op == "pack" or (op not in TO_NUMBER and any(value.kind == "vector" for value in args))
    if all(value.is_constant for value in args):
        return symbol(OPERATIONS[op].compute(*(_array(value.arg) for value in args)))
    simple = _simpler(op, args, "vector" if is_vector else "float")
    if simple is not None:
        return simple
    sketch = next(value.sketch for value in args if value.sketch is not None)
    if is_vector and op != "pack" and not OPERATIONS[op].on_vectors:
        lanes = [[apply(axis, v) if v.kind == "vector" else v for v in args] for axis in COMPONENTS]
        return apply("pack", *(apply(op, *lane) for lane in lanes))
    if op in COMPONENTS:
        node = sketch.nodes[args[0].arg.node] if isinstance(args[0].arg, Ref) else None
        if node is not None and node.op == "pack":
            inside = node.args[COMPONENTS.index(op)]
            return Value(inside, "float", sketch if isinstance(inside, Ref) else None)
    return sketch.add(Node(op, tuple(value.arg for value in args), "vector" if is_vector else "float"))


def _array(arg: Arg) -> Any:
    return np.asarray(arg, dtype=np.float64)


def _simpler(op: str, args: list[Value], kind: Kind) -> Value | None:
    """The same with less: adding nothing, multiplying by one or by nothing, two constant factors."""
    if op in ("add", "mul") and args[0].is_constant:
        args.reverse()  # constants come second
    first, last = args[0], args[-1]
    known = _same(last.arg) if not isinstance(last.arg, Ref) and (last.kind == "float" or kind == first.kind) else None
    if op in ("add", "sub", "mul", "div", "pow") and first.kind == kind:
        if known == (0.0 if op in ("add", "sub") else 1.0):
            return first
        if op == "div" and isinstance(known, float):
            return first * (1.0 / known)
        if op == "mul" and known == 0.0:
            return symbol((0.0, 0.0, 0.0) if kind == "vector" else 0.0)
    if op == "mul" and last.is_constant and isinstance(first.arg, Ref) and first.sketch is not None:
        inner = first.sketch.nodes[first.arg.node]
        if inner.op == "mul" and not isinstance(inner.args[1], Ref):
            factor = symbol(_array(inner.args[1]) * _array(last.arg))
            base = inner.args[0]
            base_kind = first.sketch.nodes[base.node].kind if isinstance(base, Ref) else "float"
            return apply("mul", Value(base, base_kind, first.sketch), factor)
    if op == "sub" and not isinstance(first.arg, Ref) and not np.any(first.arg) and last.kind == kind:
        return -last
    return None


def _same(constant: float | Triple) -> float | None:
    """A constant as one number, None where its components differ."""
    if isinstance(constant, tuple):
        return constant[0] if constant[0] == constant[1] == constant[2] else None
    return constant


def vector(values: Any) -> Triple:
    """Three numbers; what is missing is 0."""
    padded = [*map(float, values), 0.0, 0.0][:3]
    return padded[0], padded[1], padded[2]
