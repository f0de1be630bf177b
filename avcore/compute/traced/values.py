"""Vectors of a program in the compiler's own language (LLVM's), written by operators.

A ``Value`` is one vector of ``LANES`` pixels; operators on values append instructions to a ``Body``.
"""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass, field
from typing import Any

from avcore.compute.traced.program import FLOAT, TRUTH, WHOLE

# Pixels of a vector: two registers of AVX-512 or four of others, so that none waits long for another.
LANES = 32 if platform.machine().lower() in ("x86_64", "amd64") else 16

TYPES = {FLOAT: f"<{LANES} x float>", WHOLE: f"<{LANES} x i32>", TRUTH: f"<{LANES} x i1>"}
BYTES = 4 * LANES
SCALARS = {FLOAT: "float", WHOLE: "i32", TRUTH: "i1"}

# What the compiler may do: fused multiply-adds, and not care for the sign of zero.
FLAGS = "nsz contract"

_OPERATIONS = {
    FLOAT: {name: f"f{name} {FLAGS}" for name in ("add", "sub", "mul", "div", "neg")},
    WHOLE: {"and": "and", "or": "or", "xor": "xor", "shl": "shl", "shr": "ashr"}
    | {name: name for name in ("add", "sub", "mul")},
    TRUTH: {name: name for name in ("and", "or", "xor")},
}
_COMPARISONS = {
    FLOAT: {"lt": "fcmp olt", "le": "fcmp ole", "eq": "fcmp oeq", "ne": "fcmp une"},
    WHOLE: {"lt": "icmp slt", "le": "icmp sle", "eq": "icmp eq", "ne": "icmp ne"},
}


@dataclass
class Body:
    """The instructions of one function, as they come."""

    lines: list[str] = field(default_factory=list)

    def value(self, kind: str, instruction: str) -> Value:
        """The value of an instruction."""
        name = f"%x{len(self.lines)}"
        self.lines.append(f"{name} = {instruction}")
        return Value(self, kind, name)

    def constant(self, kind: str, number: float) -> Value:
        """The same number in all lanes."""
        return Value(self, kind, f"splat ({SCALARS[kind]} {literal(kind, number)})", number)

    def call(self, function: str, *values: Value) -> Value:
        """A function of LLVM that takes and gives vectors of floats."""
        given = ", ".join(f"{TYPES[value.kind]} {value.name}" for value in values)
        return self.value(FLOAT, f"call {TYPES[FLOAT]} @llvm.{function}.v{LANES}f32({given})")


def literal(kind: str, number: float) -> str:
    """A number as LLVM reads it: floats by the bits of the double that is the same."""
    if kind == FLOAT:
        (single,) = struct.unpack("f", struct.pack("f", number))
        return f"0x{struct.pack('>d', single).hex()}"
    return str((int(number) + 2**31) % 2**32 - 2**31)


class Value:
    """A vector in a body; operators take numbers too. ``number`` is what all lanes are, where that is written down."""

    def __init__(self, body: Body, kind: str, name: str, number: float | None = None) -> None:
        self.body, self.kind, self.name, self.number = body, kind, name, number

    def operation(self, name: str, *others: Any) -> Value:
        """The result of an operation, or of a comparison, with other values of its kind."""
        code = _OPERATIONS[self.kind].get(name)
        kind = self.kind if code else TRUTH
        given = [value.name for value in (self, *map(self._lifted, others))]
        return self.body.value(kind, f"{code or _COMPARISONS[self.kind][name]} {TYPES[self.kind]} {', '.join(given)}")

    def _lifted(self, other: Any) -> Value:
        return other if isinstance(other, Value) else self.body.constant(self.kind, other)

    def __add__(self, other: Any) -> Value:
        return self.operation("add", other)

    def __sub__(self, other: Any) -> Value:
        return self.operation("sub", other)

    def __rsub__(self, other: float) -> Value:
        return self._lifted(other).operation("sub", self)

    def __mul__(self, other: Any) -> Value:
        return self.operation("mul", other)

    def __truediv__(self, other: Any) -> Value:
        return self.operation("div", other)

    def __rtruediv__(self, other: float) -> Value:
        return self._lifted(other).operation("div", self)

    def __neg__(self) -> Value:
        return self.operation("neg") if self.kind == FLOAT else self._lifted(0) - self

    def __lt__(self, other: Any) -> Value:
        return self.operation("lt", other)

    def __gt__(self, other: Any) -> Value:
        return self._lifted(other).operation("lt", self)

    __radd__, __rmul__ = __add__, __mul__

    def choose(self, one: Any, other: Any) -> Value:
        """``one`` where this is true, else ``other``; one of the two at least is a value."""
        like = one if isinstance(one, Value) else other
        one, other = like._lifted(one), like._lifted(other)
        kind = TYPES[like.kind]
        return self.body.value(like.kind, f"select {TYPES[TRUTH]} {self.name}, {kind} {one.name}, {kind} {other.name}")

    def least(self, other: Any) -> Value:
        """The lesser; ``other`` where this is NaN."""
        limit = self._lifted(other)
        return (self < limit).choose(self, limit)

    def most(self, other: Any) -> Value:
        """The greater; ``other`` where this is NaN."""
        limit = self._lifted(other)
        return (self > limit).choose(self, limit)

    def bits(self, kind: str) -> Value:
        """The same bits read as another kind of number."""
        return self.body.value(kind, f"bitcast {TYPES[self.kind]} {self.name} to {TYPES[kind]}")

    def to_float(self) -> Value:
        """A whole number or a truth (0 or 1) as a float."""
        code = "uitofp" if self.kind == TRUTH else "sitofp"
        return self.body.value(FLOAT, f"{code} {TYPES[self.kind]} {self.name} to {TYPES[FLOAT]}")

    def to_whole(self) -> Value:
        """A float without its fraction, or a truth, as an int32; some number where it is out of range."""
        if self.kind == TRUTH:
            return self.body.value(WHOLE, f"zext {TYPES[TRUTH]} {self.name} to {TYPES[WHOLE]}")
        whole = self.body.value(WHOLE, f"fptosi {TYPES[FLOAT]} {self.name} to {TYPES[WHOLE]}")
        return self.body.value(WHOLE, f"freeze {TYPES[WHOLE]} {whole.name}")

    def floor(self) -> Value:
        """The largest whole number that is not above."""
        return self.body.call("floor", self)

    def sqrt(self) -> Value:
        """The square root."""
        return self.body.call("sqrt", self)

    def size(self) -> Value:
        """Without its sign."""
        if self.kind == FLOAT:
            return self.body.call("fabs", self)
        return (self < 0).choose(-self, self)
