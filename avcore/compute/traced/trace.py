"""What a picture computes, written down: its own ``tile`` function, run once on stand-ins for arrays.

Whatever does not depend on the pixel is computed by NumPy while the picture runs, as the reference would. What does is
recorded, operation by operation. Every float that meets a recorded value gets a slot of its own among the ``numbers``,
so that the operations stay the same from frame to frame while knobs move; whole numbers belong to the operations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device
from avcore.compute.painter import CannotPaintError

# An operation: its name, what belongs to it besides values (a slot, a whole number, a table's row), and the places of
# its operands in the program.
Step = tuple[Any, ...]

FLOAT, WHOLE, TRUTH = "f", "i", "b"
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
FLOATS_ONLY = ("div", "sin", "cos", "exp", "log", "log2", "sqrt", "floor", "atan2", "tanh")
WHOLES_ONLY = ("shl", "shr")


class CannotTraceError(CannotPaintError):
    """A picture does something with its pixels that cannot be recorded."""


@dataclass(frozen=True)
class Program:
    """The operations of a picture, the same in every frame of one structure.

    ``steps`` are in order, ``kinds`` says of each what it yields (float32 ``f``, int32 ``i``, bool ``b``), ``colour``
    are the places of red, green and blue. The tables, one after the other, follow ``slots`` numbers.
    """

    steps: tuple[Step, ...]
    kinds: str
    colour: tuple[int, int, int]
    slots: int
    shapes: tuple[tuple[int, int], ...]


class Node:
    """One value for each pixel: a step of the program."""

    __slots__ = ("graph", "index", "kind")
    __array_ufunc__ = None  # so that NumPy leaves the operation to the node
    device = None

    def __init__(self, graph: Graph, index: int, kind: str) -> None:
        self.graph, self.index, self.kind = graph, index, kind

    def __getitem__(self, key: Any) -> Any:
        if key == (None, slice(None)):
            return Rows([self])
        if key == slice(1):
            return Anchor()
        raise CannotTraceError("pixels cannot be picked out of a picture that is compiled")

    def __pow__(self, exponent: Any) -> Any:
        if not isinstance(exponent, int) or exponent < 1:
            raise CannotTraceError("only whole powers of 1 and more can be compiled")
        if exponent == 1:
            return self
        half = self ** (exponent // 2)
        return half * half * self if exponent % 2 else half * half

    def __bool__(self) -> bool:
        raise CannotTraceError("a picture that is compiled cannot branch on its pixels")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise CannotTraceError("NumPy cannot work on a picture that is compiled: use xp")


class Rows:
    """A value for each row and pixel [shape=(rows, n)]."""

    __array_ufunc__ = None
    device = None

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    def __getitem__(self, key: Any) -> Node:
        row = key[0] if isinstance(key, tuple) and key[1:] == (slice(None),) else key
        if not isinstance(row, int):
            raise CannotTraceError("of a picture that is compiled only whole rows can be picked out")
        return self.nodes[row]


class Anchor:
    """The first pixel's value, which only says where constants are to be made: ``0.0 * x[:1]``."""

    __array_ufunc__ = None

    def __mul__(self, zero: Any) -> NDArray[np.float32]:
        if zero != 0.0:
            raise CannotTraceError("the value of the first pixel cannot be compiled")
        return np.zeros(1, dtype=np.float32)

    __rmul__ = __mul__


class Graph:
    """Records the steps of one picture; the same step twice is one."""

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.tables: list[NDArray[np.float32]] = []
        self._nodes: dict[Step, Node] = {}

    def step(self, kind: str, name: str, what: Any, *operands: Node) -> Node:
        """The node of that step, a new one where there is none yet."""
        key = (name, what, *[operand.index for operand in operands])
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node(self, len(self._nodes), kind)
        return node

    def lifted(self, value: Any, kind: str) -> Node:
        """A value as a node of that kind: a node, a whole number, or a float, which gets a slot."""
        if isinstance(value, Node):
            if value.kind != kind:
                raise CannotTraceError("floats, whole numbers and truths cannot be mixed in a picture that is compiled")
            return value
        if isinstance(value, int) and kind != TRUTH:
            return self.step(kind, "constant", int(value))
        if kind == FLOAT and isinstance(value, (float, np.floating)):
            self.numbers.append(float(value))
            return self.step(FLOAT, "slot", len(self.numbers) - 1)
        if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "f":
            return self.lifted(float(value.item()), kind)
        raise CannotTraceError(f"{type(value).__name__} cannot meet the pixels of a picture that is compiled")

    def table(self, table: NDArray[Any]) -> int:
        """The number of a table [shape=(rows, entries)]."""
        self.tables.append(np.asarray(table, dtype=np.float32))
        return len(self.tables) - 1

    def program(self, colour: tuple[int, int, int]) -> Program:
        """What was recorded."""
        shapes = tuple((table.shape[0], table.shape[1]) for table in self.tables)
        kinds = "".join(node.kind for node in self._nodes.values())
        return Program(tuple(self._nodes), kinds, colour, len(self.numbers), shapes)


def record(name: str, *operands: Any) -> Any:
    """The node of an operation on values of which one at least is a node; row by row where one has rows."""
    counts = [len(operand.nodes) for operand in operands if isinstance(operand, Rows)]
    if counts:
        rows = max(counts)
        return Rows([record(name, *(_row(operand, row) for operand in operands)) for row in range(rows)])
    first = next(operand for operand in operands if isinstance(operand, Node))
    graph, kind = first.graph, first.kind
    if (name in FLOATS_ONLY and kind != FLOAT) or (name in WHOLES_ONLY and kind != WHOLE):
        raise CannotTraceError(f"{name} of another kind of number cannot be compiled")
    nodes = [graph.lifted(operand, kind) for operand in operands]
    if len(nodes) == 2 and name in _NEUTRAL:
        neutral = ("constant", _NEUTRAL[name])
        for node, other in (nodes, nodes[::-1]):
            if graph.is_step(node, neutral):
                return other
    return graph.step(TRUTH if name in COMPARISONS else kind, name, None, *nodes)
