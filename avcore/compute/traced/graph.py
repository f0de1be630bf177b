"""What a picture computes for each pixel, written down operation by operation.

A ``Node`` stands for an array of pixels [shape=(n,)] and ``Rows`` for several [shape=(rows, n)]; operators on them
record steps. Every float that meets a node gets a slot of its own among the numbers of the frame, so that the steps
stay the same while knobs move from frame to frame; whole numbers are part of the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.traced.program import (
    COMPARISONS,
    FLOAT,
    MOST_STEPS,
    NEUTRAL,
    NUMBERS,
    TAKES,
    TRUTH,
    WHOLE,
    CannotTraceError,
    Program,
    Step,
)


class Graph:
    """Records one picture; the same step on the same operands is recorded once."""

    def __init__(self) -> None:
        self._nodes: dict[Step, Node] = {}
        self._slots: list[float] = []
        self._tables: list[NDArray[np.float32]] = []

    def step(self, kind: str, *key: Any) -> Node:
        """The node of a step that yields that kind."""
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node(self, len(self._nodes), kind)
        return node

    def operand(self, value: Any, kind: str) -> int:
        """What a step of that kind names a value by: a node, a whole number, or a float, which gets a slot.

        Raises:
            CannotTraceError: it is of another kind.
        """
        if isinstance(value, Node) and value.kind == kind:
            return value.index
        if isinstance(value, int) and kind != TRUTH:
            return self.step(kind, "whole" if kind == WHOLE else "constant", int(value)).index
        if isinstance(value, (float, np.floating)) and kind == FLOAT:
            self._slots.append(float(value))
            return -len(self._slots)
        if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "f":
            return self.operand(float(value.item()), kind)
        raise CannotTraceError(f"{value!r} cannot meet pixels of another kind in a compiled picture")

    def filled(self, value: Any, kind: str) -> Node:
        """A node that is the same value for all pixels."""
        return value if isinstance(value, Node) else self.step(kind, "same", None, self.operand(value, kind))

    def looked_up(self, table: NDArray[Any], index: Node) -> Rows:
        """The column ``index`` of a table [shape=(rows, entries)]; the nearest where it lies outside."""
        if index.kind != WHOLE or table.ndim != 2 or table.size == 0 or table.dtype.kind != "f":
            raise CannotTraceError("a compiled picture looks up whole places in tables of floats with two axes")
        self._tables.append(table.astype(np.float32))
        number = len(self._tables) - 1
        return Rows([self.step(FLOAT, "take", (number, row), index.index) for row in range(len(table))])

    def program(self, colour: Rows) -> Program:
        """What was recorded.

        Raises:
            CannotTraceError: it is so much that it would be compiled for many seconds.
        """
        if len(self._nodes) > MOST_STEPS:
            raise CannotTraceError(f"the picture takes {len(self._nodes)} steps a pixel, too many to compile")
        return Program(
            steps=tuple(self._nodes),
            kinds="".join([node.kind for node in self._nodes.values()]),
            colour=tuple(self.filled(node, FLOAT).index for node in colour.nodes),
            slots=len(self._slots),
            shapes=tuple((table.shape[0], table.shape[1]) for table in self._tables),
        )

    def numbers(self) -> NDArray[np.float32]:
        """The frame's numbers: slots, then tables."""
        with np.errstate(over="ignore"):  # beyond float32 they are infinite, as they are to NumPy's arrays
            slots = np.array(self._slots, dtype=np.float32)
        return np.concatenate([slots, *(table.ravel() for table in self._tables)])


def record(name: str, *operands: Any) -> Any:
    """The result of an operation on values, of which one at least is a node or rows of them."""
    node, neutral = None, False
    for operand in operands:
        if type(operand) is Node:
            node = operand
        elif type(operand) is Rows:
            return _row_by_row(name, operands)
        elif type(operand) is int and operand == NEUTRAL.get(name):
            neutral = True
    assert node is not None
    graph, kind = node.graph, node.kind
    if kind not in TAKES.get(name, NUMBERS):
        raise CannotTraceError(f"{name} of another kind of number cannot be compiled")
    if neutral:
        return node
    given = [graph.operand(operand, kind) for operand in operands]
    return graph.step(TRUTH if name in COMPARISONS else kind, name, None, *given)


def chosen(condition: Any, one: Any, other: Any) -> Any:
    """``one`` where ``condition``, else ``other``."""
    if any(isinstance(operand, Rows) for operand in (condition, one, other)):
        return _row_by_row(chosen, (condition, one, other))
    if not isinstance(condition, Node) or condition.kind != TRUTH:
        raise CannotTraceError("a compiled picture chooses by comparing its pixels")
    kind = next((value.kind for value in (one, other) if isinstance(value, Node)), FLOAT)
    given = [condition.graph.operand(value, kind) for value in (one, other)]
    return condition.graph.step(kind, "where", None, condition.index, *given)


def _row_by_row(operation: str | Callable[..., Any], operands: tuple[Any, ...]) -> Rows:
    count = max(len(operand.nodes) for operand in operands if isinstance(operand, Rows))
    work = partial(record, operation) if isinstance(operation, str) else operation
    return Rows([work(*[_row(operand, row) for operand in operands]) for row in range(count)])


def _row(value: Any, row: int) -> Any:
    """What of a value meets that row of others."""
    if isinstance(value, Rows):
        return value.nodes[row % len(value.nodes)]
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 1:
        return value[row % len(value), 0]
    return value


def _operator(name: str) -> tuple[Any, Any]:
    """An operator and its mirror image. A few thousand run in every frame: the common cases take a short way."""
    truth, takes = name in COMPARISONS, TAKES.get(name, NUMBERS)

    def forward(a: Any, b: Any) -> Any:
        if type(b) is Node and type(a) is Node and a.kind == b.kind and a.kind in takes:
            return a.graph.step(TRUTH if truth else a.kind, name, None, a.index, b.index)
        if type(b) is float and type(a) is Node and a.kind == FLOAT and FLOAT in takes:
            return a.graph.step(TRUTH if truth else FLOAT, name, None, a.index, a.graph.operand(b, FLOAT))
        return record(name, a, b)

    return forward, lambda a, b: record(name, b, a)


class Traced:
    """The operators of nodes and of rows of them."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy leaves operations to these
    device = None

    __add__, __radd__ = _operator("add")
    __sub__, __rsub__ = _operator("sub")
    __mul__, __rmul__ = _operator("mul")
    __mod__, __rmod__ = _operator("mod")
    __and__, __rand__ = _operator("and")
    __or__, __ror__ = _operator("or")
    __xor__, __rxor__ = _operator("xor")
    __lshift__, __rlshift__ = _operator("shl")
    __rshift__, __rrshift__ = _operator("shr")
    __lt__, __gt__ = _operator("lt")
    __le__, __ge__ = _operator("le")
    __eq__, __ne__ = _operator("eq")[0], _operator("ne")[0]

    def __truediv__(self, other: Any) -> Any:
        # Whole numbers divide exactly: what follows may be a floor.
        if isinstance(other, (Traced, int)):
            return record("div", self, other)
        with np.errstate(divide="ignore"):
            return self * (1.0 / np.asarray(other, dtype=np.float64))

    def __rtruediv__(self, other: Any) -> Any:
        return record("div", other, self)

    def __pow__(self, exponent: Any) -> Any:
        if not isinstance(exponent, int) or exponent < 1:
            raise CannotTraceError("only powers by whole numbers from 1 on can be compiled")
        if exponent == 1:
            return self
        half = self ** (exponent // 2)
        return half * half * self if exponent % 2 else half * half

    def __neg__(self) -> Any:
        return record("neg", self)

    def __abs__(self) -> Any:
        return record("abs", self)

    def __invert__(self) -> Any:
        return record("not", self)

    def __bool__(self) -> bool:
        raise CannotTraceError("a branch on pixels cannot be compiled: use xp.where")

    def __float__(self) -> float:
        raise CannotTraceError("a function of Python's math cannot be compiled: use xp")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise CannotTraceError("a function of NumPy itself cannot be compiled: use xp")


class Node(Traced):
    """One value for each pixel [shape=(n,)]: a step of ``graph``."""

    __slots__ = ("graph", "index", "kind")

    def __init__(self, graph: Graph, index: int, kind: str) -> None:
        self.graph, self.index, self.kind = graph, index, kind

    def __getitem__(self, key: Any) -> Any:
        if key == (None, slice(None)):
            return Rows([self])
        if key == slice(1):
            return First()
        raise CannotTraceError("single pixels cannot be picked out of a compiled picture")


class Rows(Traced):
    """Several values for each pixel [shape=(rows, n)]."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    def __getitem__(self, key: Any) -> Node:
        row = key[0] if isinstance(key, tuple) and key[1:] == (slice(None),) else key
        if not isinstance(row, int):
            raise CannotTraceError("only whole rows can be picked out of rows of a compiled picture")
        return self.nodes[row]


class First:
    """The first pixel alone. It has no value: looks make constants of it by ``0.0 * x[:1]``."""

    __array_ufunc__ = None

    def __mul__(self, zero: Any) -> NDArray[np.float32]:
        if zero != 0.0:
            raise CannotTraceError("the value of a single pixel cannot be compiled")
        return np.zeros(1, dtype=np.float32)

    __rmul__ = __mul__
