"""Activations of a wide network's tile, whose sums come from a matrix product in float32 or bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.extending import overload

from avcore.compute.fused.math import SINE_RANGE, bits, compiled, compiled_for, from_bits
from avcore.compute.fused.network import activate_plane
from avcore.compute.fused.numbers import TILE

__all__ = ["SINE_RANGE", "activate"]

SIGNATURES = [
    numba.void(source[::1], target[::1], numba.int64, numba.float32)
    for source in (numba.float32, numba.uint16)
    for target in (numba.float32, numba.uint16)
]


def _read(number: Any) -> Any:
    """A stored number as a float32; of bfloat16 the bits are given, as an uint16."""
    raise NotImplementedError


def _stored(number: Any, like: Any) -> Any:
    """A float32 as the type of ``like`` stores it; to bfloat16 it is rounded to nearest, ties to even."""
    raise NotImplementedError


@overload(_read, strict=False)
def _read_as(number: Any) -> Callable[[Any], Any]:
    if number == numba.uint16:
        return lambda number: from_bits(np.uint32(np.uint32(number) << np.uint32(16)))
    return lambda number: number


@overload(_stored, strict=False)
def _store_as(number: Any, like: Any) -> Callable[[Any, Any], Any]:
    if like == numba.uint16:
        return lambda number, like: _rounded(bits(number))
    return lambda number, like: number


@compiled
def _rounded(whole: Any) -> Any:
    even = np.uint32(np.uint32(np.uint32(whole) >> np.uint32(16)) & np.uint32(1))
    return np.uint16(np.uint32(np.uint32(whole) + np.uint32(even + np.uint32(0x7FFF))) >> np.uint32(16))


@compiled_for(SIGNATURES)
def activate(source: Any, target: Any, activation: Any, limit: Any) -> None:
    """Activations [shape=(n,)] of sums [shape=(n,)]; both may be the same array.

    Arrays are float32, or bfloat16 as uint16. Sums are clipped to +-``limit`` where that is above 0.
    """
    plane = np.zeros(TILE, dtype=np.float32)
    for start in range(0, len(source), TILE):
        sums, results = source[start : start + TILE], target[start : start + TILE]
        for i in range(len(sums)):
            plane[i] = _read(sums[i])
        if limit > 0.0:
            for i in range(TILE):
                x = plane[i] if plane[i] > -limit else -limit
                plane[i] = x if x < limit else limit
        activate_plane(plane, activation)
        for i in range(len(results)):
            results[i] = _stored(plane[i], results[i])
