"""Plane waves that fit the space: whole numbers of them across a tile or around the tunnel."""

from __future__ import annotations

import math
from typing import Any

from avcore.fields.pattern import TAU, Place


def plane(at: Place) -> tuple[Any, Any]:
    """Positions [shape=(n,)] in picture heights, also where the picture tiles; in the tunnel, in ways round it."""
    return at.x * at.width, at.y


def wave(at: Place, frequency: float, angle: float) -> tuple[float, float]:
    """The wave vector (right, up) in radians a picture height, for ``frequency`` waves a height towards ``angle``.

    Where the space repeats it is the nearest that repeats with it, and never zero.
    """
    right, up = frequency * math.cos(angle), frequency * math.sin(angle)
    if at.space == "plane":
        return TAU * right, TAU * up
    right = round(right * at.width) / at.width
    if at.space == "tile":
        up = float(round(up))
    if right == up == 0.0:
        right = 1.0 / at.width
    return TAU * right, TAU * up


def faded(frequency: float, pixel: Any) -> Any:
    """Strength, 1 to 0, of detail of ``frequency`` waves a unit: nearly gone where a wave is as short as two ``pixel``.

    A Butterworth filter's, so that it needs no comparison: ``pixel`` may be an array.
    """
    return 1.0 / (1.0 + (2.8 * frequency * pixel) ** 8)
