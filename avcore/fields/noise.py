"""Noise on a lattice, for patterns: the same numbers from NumPy and torch, on any device.

Random numbers are integer hashes of the lattice's points. A lattice may repeat after ``period`` (across, down) cells,
0 where it does not, so that patterns tile.
"""

from __future__ import annotations

import math
from typing import Any

Period = tuple[int, int]
NO_PERIOD: Period = (0, 0)

# Odd multipliers, whose products run over all 32-bit numbers (found by search for low bias, Wellons' prospector).
_ACROSS, _DOWN, _MIX, _SEED = 0x27D4EB2D, 0x165667B1, 0x2C1B3C6D, 0x297A2D39


def _signed(number: int) -> int:
    """The int32 with the lowest 32 bits of a whole number."""
    return (number + 2**31) % 2**32 - 2**31


def whole(xp: Any, x: Any) -> Any:
    """The largest integers that are not above ``x``, as int32."""
    return xp.astype(xp.floor(x), xp.int32)


def wrapped(xp: Any, cell: Any, period: int) -> Any:
    """Lattice points modulo ``period``, below 2^24 in size; as they are where that is 0."""
    if not period:
        return cell
    # By float32, which is exact there and three times as fast as the remainder of integers.
    return cell - period * xp.astype(xp.floor(xp.astype(cell, xp.float32) / period), xp.int32)


def hashed(xp: Any, ix: Any, iy: Any, seed: int) -> Any:
    """Random bits for lattice points [shape=(n,), int32]: int32, of which the lower 24 are used."""
    bits = (ix * _ACROSS) ^ (iy * _DOWN + _signed(seed * _SEED + 0x51ED27))
    bits = (bits ^ ((bits >> 15) & 0x1FFFF)) * _MIX
    return bits ^ ((bits >> 12) & 0xFFFFF)


def unit(xp: Any, bits: Any) -> Any:
    """Random bits as float32 in [0, 1)."""
    return xp.astype(bits & 0xFFFFFF, xp.float32) * 2.0**-24


def random2(xp: Any, ix: Any, iy: Any, seed: int) -> tuple[Any, Any]:
    """Two random numbers in [0, 1) for lattice points, from 12 bits each."""
    bits = hashed(xp, ix, iy, seed)
    return (xp.astype(bits & 0xFFF, xp.float32) * 2.0**-12, xp.astype((bits >> 12) & 0xFFF, xp.float32) * 2.0**-12)


def gradient(xp: Any, x: Any, y: Any, *, seed: int, period: Period = NO_PERIOD, spin: Any = 0.0) -> Any:
    """Gradient noise in about [-1, 1] (Perlin 2002), with its gradients turned by ``spin`` radians.

    Turning them (flow noise, Perlin and Neyret 2001) moves the pattern in place and comes back after a full turn.
    """
    ix, iy = whole(xp, x), whole(xp, y)
    fx, fy = x - xp.astype(ix, xp.float32), y - xp.astype(iy, xp.float32)
    left, below = wrapped(xp, ix, period[0]), wrapped(xp, iy, period[1])
    right, above = wrapped(xp, ix + 1, period[0]), wrapped(xp, iy + 1, period[1])

    def slope(cx: Any, cy: Any, dx: Any, dy: Any) -> Any:
        angle = unit(xp, hashed(xp, cx, cy, seed)) * (2.0 * math.pi) + spin
        return xp.cos(angle) * dx + xp.sin(angle) * dy

    wx, wy = fade(fx), fade(fy)
    low = mix(slope(left, below, fx, fy), slope(right, below, fx - 1.0, fy), wx)
    high = mix(slope(left, above, fx, fy - 1.0), slope(right, above, fx - 1.0, fy - 1.0), wx)
    return 1.5 * mix(low, high, wy)


def value(xp: Any, x: Any, y: Any, *, seed: int, period: Period = NO_PERIOD) -> Any:
    """Value noise in [0, 1): a random number at each lattice point, smooth between; a third of ``gradient``'s cost."""
    ix, iy = whole(xp, x), whole(xp, y)
    wx, wy = x - xp.astype(ix, xp.float32), y - xp.astype(iy, xp.float32)
    wx, wy = wx * wx * (3.0 - 2.0 * wx), wy * wy * (3.0 - 2.0 * wy)
    left, below = wrapped(xp, ix, period[0]), wrapped(xp, iy, period[1])
    right, above = wrapped(xp, ix + 1, period[0]), wrapped(xp, iy + 1, period[1])

    def number(cx: Any, cy: Any) -> Any:
        return unit(xp, hashed(xp, cx, cy, seed))

    low = mix(number(left, below), number(right, below), wx)
    return mix(low, mix(number(left, above), number(right, above), wx), wy)


def line(xp: Any, x: Any, *, seed: int, period: int = 0) -> Any:
    """Value noise in [0, 1) along a line, which repeats after ``period`` cells."""
    ix = whole(xp, x)
    part = x - xp.astype(ix, xp.float32)
    left, right = (unit(xp, hashed(xp, wrapped(xp, cell, period), 0, seed)) for cell in (ix, ix + 1))
    return mix(left, right, part * part * (3.0 - 2.0 * part))


def fbm(
    xp: Any,
    x: Any,
    y: Any,
    *,
    octaves: int,
    seed: int,
    period: Period = NO_PERIOD,
    spin: Any = 0.0,
    gain: float = 0.5,
) -> Any:
    """A sum of ``octaves`` of gradient noise, each twice as fine and ``gain`` times as strong; about [-1, 1]."""
    total: Any = 0.0
    strength, reach = 1.0, 0.0
    for octave in range(octaves):
        fine = 2**octave
        there = (period[0] * fine, period[1] * fine)
        # Each octave turns the other way, so that none of them marches with another.
        noise = gradient(xp, x * fine, y * fine, seed=seed + octave, period=there, spin=spin * (1 - 2 * (octave % 2)))
        total = total + strength * noise
        reach += strength
        strength *= gain
    return total / reach


def cells(
    xp: Any, x: Any, y: Any, *, seed: int, period: Period = NO_PERIOD, jitter: Any = 1.0, spin: Any = 0.0
) -> tuple[Any, Any, Any]:
    """Distances to the nearest and second nearest of one point in each cell, and the nearest's random number.

    Worley 1996. Points lie up to ``jitter`` / 2 cells from the middle of theirs and circle there by ``spin`` radians.
    """
    ix, iy = whole(xp, x), whole(xp, y)
    fx, fy = x - xp.astype(ix, xp.float32), y - xp.astype(iy, xp.float32)
    first = second = name = None
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            bits = hashed(xp, wrapped(xp, ix + across, period[0]), wrapped(xp, iy + down, period[1]), seed)
            angle = xp.astype(bits & 0xFFF, xp.float32) * (2.0 * math.pi / 4096) + spin
            reach = (0.5 * jitter) * xp.sqrt(xp.astype((bits >> 12) & 0xFFF, xp.float32) * 2.0**-12)
            dx = across + 0.5 + reach * xp.cos(angle) - fx
            dy = down + 0.5 + reach * xp.sin(angle) - fy
            distance = dx * dx + dy * dy
            if first is None:
                first, name = distance, bits
                second = xp.full_like(distance, 8.0)
                continue
            second = xp.minimum(second, xp.maximum(first, distance))
            name = xp.where(distance < first, bits, name)
            first = xp.minimum(first, distance)
    return xp.sqrt(first), xp.sqrt(second), unit(xp, name)


def fade(x: Any) -> Any:
    """From 0 to 1 with no slope and no curvature at the ends (Perlin 2002)."""
    return x * x * x * (x * (x * 6.0 - 15.0) + 10.0)


def mix(a: Any, b: Any, share: Any) -> Any:
    """``a`` where ``share`` is 0, ``b`` where it is 1."""
    return a + share * (b - a)


def held(value: Any, low: float, high: float) -> Any:
    """``value`` within limits, for a knob: a float, or an array without a shape."""
    return 0.5 * (abs(value - low) - abs(value - high) + (low + high))


def smoothstep(xp: Any, low: Any, high: Any, x: Any) -> Any:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = xp.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
