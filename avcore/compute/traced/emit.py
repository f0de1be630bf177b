"""From a program to the compiler's own language: loops over rows and pixels around one straight run of vectors.

A long run is cut into stages, functions of so many instructions, because the compiler's time grows with the square of
the length of each. What one stage leaves for another lies in a small memory between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from avcore.compute.traced.frame import add_colour, module
from avcore.compute.traced.functions import FUNCTIONS
from avcore.compute.traced.program import FLOAT, TRUTH, WHOLE, Program, Step
from avcore.compute.traced.values import BYTES, LANES, TYPES, Body, Value

# Instructions of a stage.
STAGE = 1500

# Steps that are not worth keeping: a stage that needs one makes it itself.
LEAVES = {"u", "v", "slot", "constant", "whole"}


def source(program: Program) -> str:
    """The module of a program, in LLVM's language: what ``kernel.Kernel`` calls."""
    stages = _Stages(program)
    for index in _needed(program):
        stages.add(index)
    stages.finish()
    return module([stage.body.lines for stage in stages.stages], kept=stages.kept)


def _needed(program: Program) -> list[int]:
    """The steps that the colours depend on, in order."""
    needed, left = set(), list(program.colour)
    while left:
        index = left.pop()
        if index >= 0 and index not in needed:
            needed.add(index)
            left.extend(program.steps[index][2:])
    return sorted(needed)


@dataclass
class _Stage:
    body: Body = field(default_factory=Body)
    values: dict[int, Value] = field(default_factory=dict)


class _Stages:
    """The stages, the last of which grows."""

    def __init__(self, program: Program) -> None:
        self.stages = [_Stage()]
        self.kept = 0
        self._program = program
        self._home: dict[int, _Stage] = {}
        self._places: dict[int, str] = {}
        starts = [program.slots]
        for rows, entries in program.shapes:
            starts.append(starts[-1] + rows * entries)
        self._starts = starts

    def add(self, index: int) -> None:
        """Write one step down."""
        step = self._program.steps[index]
        if step[0] in LEAVES:
            return
        if len(self.stages[-1].body.lines) > STAGE:
            self.stages.append(_Stage())
        stage = self.stages[-1]
        operands = [self._value(operand) for operand in step[2:]]
        self._home[index] = stage
        stage.values[index] = self._written(stage.body, step, self._program.kinds[index], operands)

    def finish(self) -> None:
        """Draw the colours."""
        add_colour(self.stages[-1].body, [self._value(index) for index in self._program.colour])

    def _value(self, index: int) -> Value:
        """The value of an operand in the last stage."""
        stage = self.stages[-1]
        if index not in stage.values:
            step, kind = self._program.step(index)
            leaf = step[0] in LEAVES
            stage.values[index] = _leaf(stage.body, step, kind) if leaf else self._fetched(index, kind)
        return stage.values[index]

    def _fetched(self, index: int, kind: str) -> Value:
        """A value of an earlier stage, which is made to leave it."""
        if index not in self._places:
            home, place = self._home[index], f"%kept{self.kept}"
            pointer = f"getelementptr i8, ptr %between, i64 {self.kept * BYTES}"
            value = home.values[index].name
            home.body.lines += [f"{place} = {pointer}", f"store {TYPES[kind]} {value}, ptr {place}, align {BYTES}"]
            self._places[index] = pointer
            self.kept += 1
        body = self.stages[-1].body
        pointer = body.value(kind, self._places[index]).name
        return body.value(kind, f"load {TYPES[kind]}, ptr {pointer}, align {BYTES}")

    def _written(self, body: Body, step: Step, kind: str, operands: list[Value]) -> Value:
        name, what = step[:2]
        if name == "take":
            return self._looked_up(body, what, *operands)
        if name == "cast":
            return operands[0].to_float() if kind == FLOAT else operands[0].to_whole()
        if name == "not":
            return operands[0].operation("xor", 1 if kind == TRUTH else -1)
        if name == "neg":
            return -operands[0]
        if name == "same":
            return operands[0]
        function = FUNCTIONS.get(name)
        return function(*operands) if function else operands[0].operation(name, *operands[1:])

    def _looked_up(self, body: Body, what: tuple[int, int], index: Value) -> Value:
        """Entries of a row of a table; never from outside of it."""
        (table, row), entries = what, self._program.shapes[what[0]][1]
        index = index.most(0).least(entries - 1)
        start = body.value(FLOAT, f"getelementptr float, ptr %numbers, i64 {self._starts[table] + row * entries}").name
        places = body.value(FLOAT, f"getelementptr float, ptr {start}, {TYPES[WHOLE]} {index.name}").name
        return body.value(
            FLOAT,
            f"call {TYPES[FLOAT]} @llvm.masked.gather.v{LANES}f32.v{LANES}p0(<{LANES} x ptr> {places}, i32 4, "
            f"{TYPES[TRUTH]} splat (i1 true), {TYPES[FLOAT]} poison)",
        )


def _leaf(body: Body, step: Step, kind: str) -> Value:
    name, what = step[:2]
    if name == "u":
        return body.value(FLOAT, f"load {TYPES[FLOAT]}, ptr %us, align 4")
    if name in ("constant", "whole"):
        return body.constant(kind, what)
    scalar = "%v"
    if name == "slot":
        place = body.value(FLOAT, f"getelementptr float, ptr %numbers, i64 {what}").name
        scalar = body.value(FLOAT, f"load float, ptr {place}, align 4").name
    one = body.value(FLOAT, f"insertelement {TYPES[FLOAT]} poison, float {scalar}, i32 0").name
    return body.value(
        FLOAT, f"shufflevector {TYPES[FLOAT]} {one}, {TYPES[FLOAT]} poison, {TYPES[WHOLE]} zeroinitializer"
    )
