"""Elementary functions in float32 that the compiler turns into vector instructions, without SVML or a libm.

Each is a range reduction and a minimax polynomial (own fits: Lawson's algorithm in float64, coefficients rounded to
float32). There are no branches, tables or 64-bit integers, so that a loop over them runs in full vectors. The
largest errors, which the tests hold them to, are against float64: absolute unless marked as relative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

# What the compiler may do: fused multiply-adds, and not care for the sign of zero. Not reassociation, which would undo
# the range reductions, nor the assumption that there is no NaN.
FLAGS = {"contract", "nsz", "arcp"}
OPTIONS: dict[str, Any] = {"fastmath": FLAGS, "error_model": "numpy", "nogil": True}

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function for the types that it is called with, to be inlined where it is called."""
    return cast(Function, njit(**OPTIONS)(function))


def compiled_for(signature: Any) -> Callable[[Function], Function]:
    """Compile a function now, for one signature, and keep the machine code on disk."""
    return cast(Callable[[Function], Function], njit(signature, cache=True, **OPTIONS))


# Adding and subtracting it rounds to the nearest integer, which then is in the lowest bits of the sum.
ROUND = np.float32(1.5 * 2**23)

# Largest argument whose half turns `sin` and `cos` can count; their inputs are clipped to it.
SINE_RANGE = 6.5e6

INVERSE_PI = np.float32(1.0 / np.pi)
# Pi in three parts, the first two so short that their products with a whole number are exact (Cody and Waite 1980).
PI_HIGH, PI_MIDDLE, PI_LOW = np.float32(3.140625), np.float32(0.0009670257568359375), np.float32(6.2771141529083e-07)
HALF_PI, PI = np.float32(np.pi / 2), np.float32(np.pi)
LOG2_E = np.float32(1.4426950408889634)
LN_2 = np.float32(0.6931471805599453)
ZERO, HALF, ONE, TWO = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(2.0)
# One less than there are, so that a reciprocal is not subnormal, which is slow.
LARGEST_EXPONENT = np.float32(125.0)
SMALLEST_NORMAL = np.float32(1.2e-38)

SIN = tuple(map(np.float32, (-0.16666656732559204, 0.008333017118275166, -0.00019806614727713168, 2.600054131e-06)))
EXP2 = tuple(
    map(np.float32, (1.0000001192, 0.693147242069, 0.240221068263, 0.0555029734969, 0.00967603642493, 0.00134099996649))
)
ATAN = tuple(
    map(
        np.float32,
        (
            -0.3333298564,
            0.1999039650,
            -0.1418597400,
            0.1057392508,
            -0.0736669153,
            0.0411216915,
            -0.0151324328,
            0.0026222190,
        ),
    )
)
LOG = tuple(
    map(
        np.float32,
        (0.3333416581, -0.2500169873, 0.1995487809, -0.1656443043, 0.1497797966, -0.1437896937, 0.0867216289),
    )
)
LOG1P = tuple(
    map(
        np.float32,
        (
            0.9999964237,
            -0.4998740256,
            0.3317981958,
            -0.2407305688,
            0.1676474512,
            -0.0953220055,
            0.0360842161,
            -0.0064525353,
        ),
    )
)


@compiled
def bits(x: Any) -> Any:
    """The bits of a float32 as an int32."""
    return np.float32(x).view(np.int32)


@compiled
def from_bits(whole: Any) -> Any:
    """The float32 with the bits of an integer, whose upper half, if any, does not count."""
    return np.int32(whole).view(np.float32)


@compiled
def _sine_of_rest(rest: Any, turns: Any) -> Any:
    """The sine of ``rest`` in +-pi/2, negated where the integer in the low bits of ``turns`` is odd."""
    square = rest * rest
    curve = ((SIN[3] * square + SIN[2]) * square + SIN[1]) * square + SIN[0]
    sine = rest + rest * (square * curve)
    sign = np.int32(bits(turns) << np.int32(31))
    return from_bits(bits(sine) ^ sign)


@compiled
def sin(x: Any) -> Any:
    """Within 5e-7 up to |x| = 1e4, 5e-6 up to 1e5."""
    turns = x * INVERSE_PI + ROUND
    half_turns = turns - ROUND
    return _sine_of_rest(((x - half_turns * PI_HIGH) - half_turns * PI_MIDDLE) - half_turns * PI_LOW, turns)


@compiled
def cos(x: Any) -> Any:
    """Within 5e-7 up to |x| = 1e4, 5e-6 up to 1e5."""
    turns = (x * INVERSE_PI + HALF) + ROUND
    half_turns = (turns - ROUND) - HALF
    return _sine_of_rest(((x - half_turns * PI_HIGH) - half_turns * PI_MIDDLE) - half_turns * PI_LOW, turns)


@compiled
def exp2(x: Any) -> Any:
    """Relative 3e-7 for |x| up to 125, and 2 to the +-125 beyond; NaN becomes the smallest."""
    x = x if x > -LARGEST_EXPONENT else -LARGEST_EXPONENT
    x = x if x < LARGEST_EXPONENT else LARGEST_EXPONENT
    shifted = x + ROUND
    rest = x - (shifted - ROUND)
    curve = ((((EXP2[5] * rest + EXP2[4]) * rest + EXP2[3]) * rest + EXP2[2]) * rest + EXP2[1]) * rest + EXP2[0]
    exponent = np.int32(bits(shifted) << np.int32(23))
    return from_bits(bits(curve) + exponent)


@compiled
def sigmoid(x: Any) -> Any:
    """Within 2e-7 everywhere."""
    return ONE / (ONE + exp2(-LOG2_E * x))


@compiled
def tanh(x: Any) -> Any:
    """Within 3e-7 everywhere."""
    return ONE - TWO / (ONE + exp2(TWO * LOG2_E * x))


@compiled
def gaussian(x: Any) -> Any:
    """``exp(-x^2)`` within 3e-7 everywhere."""
    return exp2(-LOG2_E * (x * x))


@compiled
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))`` within 3e-7, or relative 2e-7 where that is more."""
    size = abs(x)
    small = exp2(-LOG2_E * size)
    curve = (
        (
            ((((LOG1P[7] * small + LOG1P[6]) * small + LOG1P[5]) * small + LOG1P[4]) * small + LOG1P[3]) * small
            + LOG1P[2]
        )
        * small
        + LOG1P[1]
    ) * small + LOG1P[0]
    return HALF * (x + size) + small * curve


@compiled
def triangle(x: Any) -> Any:
    """A sine drawn with straight lines; see ``avcore.fields.activations``. Within 3e-7 relative to ``1 + |x|``."""
    turns = x * (HALF * INVERSE_PI) - np.float32(0.25)
    nearest = (turns + ROUND) - ROUND
    return ONE - np.float32(4.0) * abs(turns - nearest)


@compiled
def log(x: Any) -> Any:
    """The natural logarithm of a positive, normal number: within 2e-7, or relative 2e-7 where that is more."""
    whole = bits(x)
    exponent = np.int32(np.int32(whole - np.int32(0x3F3504F3)) >> np.int32(23))
    rest = from_bits(whole - np.int32(exponent << np.int32(23))) - ONE
    curve = (
        ((((LOG[6] * rest + LOG[5]) * rest + LOG[4]) * rest + LOG[3]) * rest + LOG[2]) * rest + LOG[1]
    ) * rest + LOG[0]
    square = rest * rest
    return np.float32(exponent) * LN_2 + (rest - HALF * square + rest * square * curve)


@compiled
def atan2(y: Any, x: Any) -> Any:
    """The angle of a point, in +-pi: within 5e-7; 0 at the origin."""
    high, wide = abs(y), abs(x)
    longer = high if high > wide else wide
    shorter = wide if high > wide else high
    slope = shorter / (longer if longer > SMALLEST_NORMAL else SMALLEST_NORMAL)
    square = slope * slope
    curve = (
        (((((ATAN[7] * square + ATAN[6]) * square + ATAN[5]) * square + ATAN[4]) * square + ATAN[3]) * square + ATAN[2])
        * square
        + ATAN[1]
    ) * square + ATAN[0]
    angle = slope + slope * (square * curve)
    angle = HALF_PI - angle if high > wide else angle
    angle = PI - angle if x < ZERO else angle
    return -angle if y < ZERO else angle
