"""What is recorded of a picture: the steps that every pixel takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from avcore.compute.painter import CannotPaintError

# Name, what belongs to it besides values (a whole number, a place in a table), and its operands: the places of steps,
# or -1, -2 ... for the slots.
Step = tuple[Any, ...]

# What a step yields: float32, int32 or bool.
FLOAT, WHOLE, TRUTH = "f", "i", "b"

COMPARISONS = {"lt", "le", "eq", "ne"}

# Which kinds an operation takes, where these are not floats and whole numbers.
TAKES = {
    **dict.fromkeys(("div", "sqrt", "floor", "sin", "cos", "exp", "log", "log2", "tanh", "atan2"), FLOAT),
    **dict.fromkeys(("and", "or", "xor", "not"), WHOLE + TRUTH),
    **dict.fromkeys(("shl", "shr"), WHOLE),
}
NUMBERS = FLOAT + WHOLE

# The largest program: a second or two of compiling for every 10 000 steps.
MOST_STEPS = 40_000

# Whole numbers that change nothing on either side.
NEUTRAL = {"add": 0, "mul": 1}


class CannotTraceError(CannotPaintError):
    """A picture does something with its pixels that cannot be recorded."""


@dataclass(frozen=True)
class Program:
    """The steps of a picture, the same in all frames of one structure.

    ``kinds`` says what each step yields, ``colour`` are the operands that are red, green and blue. A frame's numbers
    are ``slots`` floats, followed by tables [shape=(rows, entries)] of these ``shapes``.
    """

    steps: tuple[Step, ...]
    kinds: str
    colour: tuple[int, ...]
    slots: int
    shapes: tuple[tuple[int, int], ...]

    def step(self, operand: int) -> tuple[Step, str]:
        """The step that an operand names, and its kind; a slot is one too."""
        return (("slot", -1 - operand), FLOAT) if operand < 0 else (self.steps[operand], self.kinds[operand])
