"""Elementary functions of vectors, in float32: those of ``fused.math``, with its polynomials and its errors.

They are written a second time because Numba's are functions of one number; the tests hold both to the same bounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from avcore.compute.fused import math as fused
from avcore.compute.traced.program import FLOAT, WHOLE
from avcore.compute.traced.values import Value

ROUND = float(fused.ROUND)


def _polynomial(x: Value, coefficients: Iterable[Any]) -> Value:
    """The sum of the coefficients times the powers of ``x``, the constant first."""
    *rest, highest = map(float, coefficients)
    total = x.body.constant(FLOAT, highest)
    for number in reversed(rest):
        total = total * x + number
    return total


def _sine_of_rest(x: Value, half_turns: Value, turns: Value) -> Value:
    rest = ((x - half_turns * fused.PI_HIGH) - half_turns * fused.PI_MIDDLE) - half_turns * fused.PI_LOW
    square = rest * rest
    sine = rest + rest * (square * _polynomial(square, fused.SIN))
    sign = turns.bits(WHOLE).operation("shl", 31)
    return sine.bits(WHOLE).operation("xor", sign).bits(FLOAT)


def sin(x: Value) -> Value:
    """See ``fused.math.sin``."""
    turns = x * fused.INVERSE_PI + ROUND
    return _sine_of_rest(x, turns - ROUND, turns)


def cos(x: Value) -> Value:
    """See ``fused.math.cos``."""
    turns = (x * fused.INVERSE_PI + 0.5) + ROUND
    return _sine_of_rest(x, (turns - ROUND) - 0.5, turns)


def exp2(x: Value) -> Value:
    """See ``fused.math.exp2``."""
    largest = float(fused.LARGEST_EXPONENT)
    x = x.most(-largest).least(largest)
    shifted = x + ROUND
    exponent = shifted.bits(WHOLE).operation("shl", 23)
    return (_polynomial(x - (shifted - ROUND), fused.EXP2).bits(WHOLE) + exponent).bits(FLOAT)


def exp(x: Value) -> Value:
    """The exponential function, as good as its argument in binary digits."""
    return exp2(x * fused.LOG2_E)


def log(x: Value) -> Value:
    """See ``fused.math.log``."""
    bits = x.bits(WHOLE)
    exponent = (bits - 0x3F3504F3).operation("shr", 23)
    rest = (bits - exponent.operation("shl", 23)).bits(FLOAT) - 1.0
    square = rest * rest
    return exponent.to_float() * fused.LN_2 + (rest - 0.5 * square + rest * square * _polynomial(rest, fused.LOG))


def log2(x: Value) -> Value:
    """The logarithm to the base 2."""
    return log(x) * fused.LOG2_E


def tanh(x: Value) -> Value:
    """See ``fused.math.tanh``."""
    return 1.0 - 2.0 / (1.0 + exp2(x * (2.0 * math.log2(math.e))))


def atan2(y: Value, x: Value) -> Value:
    """See ``fused.math.atan2``."""
    high, wide = y.size(), x.size()
    slope = wide.least(high) / wide.most(high).most(fused.SMALLEST_NORMAL)
    square = slope * slope
    angle = slope + slope * (square * _polynomial(square, fused.ATAN))
    angle = (high > wide).choose(math.pi / 2 - angle, angle)
    angle = (x < 0.0).choose(math.pi - angle, angle)
    return (y < 0.0).choose(-angle, angle)


def modulo(x: Value, y: Value) -> Value:
    """``x`` less as many whole ``y`` as fit, of the sign of ``y``; whole numbers up to 2**24 in size."""
    if x.kind == FLOAT:
        return x - y * (x / y).floor()
    if y.number is not None and y.number > 0 and int(y.number).bit_count() == 1:
        return x.operation("and", y.number - 1)
    rest = x - y * (x.to_float() / y.to_float()).floor().to_whole()
    rest = (rest < 0).choose(rest + y, rest)
    return (rest < y).choose(rest, rest - y)


FUNCTIONS: Mapping[str, Callable[..., Value]] = MappingProxyType(
    {
        **{"sin": sin, "cos": cos, "exp": exp, "log": log, "log2": log2, "tanh": tanh, "atan2": atan2, "mod": modulo},
        **{"sqrt": Value.sqrt, "floor": Value.floor, "abs": Value.size, "min": Value.least, "max": Value.most},
        "where": Value.choose,
    }
)
