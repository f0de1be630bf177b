"""Noise on a lattice, for patterns: the same numbers from NumPy and torch, on any device.

Random numbers are integer hashes of the lattice's points. A lattice may repeat after ``period`` (across, down) cells,
0 where it does not, so that patterns tile.
"""

from __future__ import annotations

from typing import Any

from avcore.fields.ramps import mix

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


def value(xp: Any, x: Any, y: Any, *, seed: int, period: Period = NO_PERIOD) -> Any:
    """Value noise in [0, 1): a random number at each lattice point, smooth between."""
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
