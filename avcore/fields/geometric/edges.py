"""Edges that the geometric looks share.

Distances are negative inside of a shape. Widths are in the same unit as the distances.
"""

from __future__ import annotations

from typing import Any

from avcore.fields.ramps import constant


def inside(xp: Any, distance: Any, pixel: Any) -> Any:
    """How much of a pixel a shape covers, 0 to 1, for the distance of the pixel's middle from the shape's edge."""
    return xp.clip(0.5 - distance / pixel, 0.0, 1.0)


def line(xp: Any, distance: Any, width: Any, pixel: Any) -> Any:
    """How much of a pixel is covered by a line along distance 0, ``width`` to either side, 0 to 1."""
    width = xp.clip(constant(distance, width), 0.0, None)
    # One that is thinner than a pixel is drawn a pixel wide, and fainter.
    wide = xp.maximum(width, constant(distance, 0.5 * pixel))
    return xp.clip(0.5 + (wide - xp.abs(distance)) / pixel, 0.0, 1.0) * (width / wide)


def halo(distance: Any, width: Any) -> Any:
    """Light around a line, 1 on it and a half at ``width``; falls like that of a tube."""
    near = distance / width
    return 1.0 / (1.0 + near * near)
