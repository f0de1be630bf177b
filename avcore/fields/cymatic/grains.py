"""Grains of sand, as many as there is sand to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avcore.fields.noise import hashed, unit, whole, wrapped
from avcore.fields.ramps import mix, smoothstep

if TYPE_CHECKING:
    from avcore.fields.pattern import Place

# How fine the layers of grains are; none of the lattices falls on another.
LAYERS = (1.0, 0.83, 0.67)

# Radius of a grain and how far it may lie from the middle of its cell, in cells: it ends within it, so that no
# neighbour need be asked. Its mean brightness is what stands for grains that are finer than a pixel.
RADIUS, JITTER, MEAN = 0.3, 0.2, 0.17


def grains(xp: Any, at: Place, pile: Any, *, count: float, seed: int) -> Any:
    """How bright the sand is, 0 to 1 [shape=(n,)], where ``pile`` says how much of it lies there, 0 to 1.

    ``count`` grains lie down the picture in the finest layer.
    """
    bare: Any = 1.0
    for layer, part in enumerate(LAYERS):
        bare = bare * (1.0 - _layer(xp, at, pile, count=part * count, seed=seed + layer))
    return 1.0 - bare


def _layer(xp: Any, at: Place, pile: Any, *, count: float, seed: int) -> Any:
    x, y, (across, down) = at.lattice(count)
    pixel = at.pixel_of(count)
    ix, iy = whole(xp, x), whole(xp, y)
    bits = hashed(xp, wrapped(xp, ix, across), wrapped(xp, iy, down), seed)
    dx = x - xp.astype(ix, xp.float32) - (0.5 - JITTER) - xp.astype(bits & 0xFF, xp.float32) * (JITTER / 128)
    dy = y - xp.astype(iy, xp.float32) - (0.5 - JITTER) - xp.astype((bits >> 8) & 0xFF, xp.float32) * (JITTER / 128)
    chance = unit(xp, (bits >> 4) * 0x2C1B3C6D)
    # It grows as sand comes, rather than being there at once, and some never do: the lattice must not show. That which
    # comes last lies on top, and is brightest.
    there = xp.clip((pile - 1.4 * chance) * 5.0, 0.0, 1.0)
    soft = 0.12 + pixel
    shape = xp.clip((RADIUS - xp.sqrt(dx * dx + dy * dy)) / soft + 0.5, 0.0, 1.0)
    # Light from the upper left makes it a ball.
    lit = xp.clip(0.7 + 0.3 * chance + (dy - dx) * (0.8 / (1.0 + 2.0 * pixel)), 0.0, 1.0)
    mean = MEAN * xp.clip(pile, 0.0, 1.0)
    return mix(shape * there * lit, mean, smoothstep(xp, 0.6, 1.3, xp.full_like(pile, pixel)))
