"""Grains of sand, as many as there is sand to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avcore.fields.noise import hashed, mix, smoothstep, unit, whole, wrapped

if TYPE_CHECKING:
    from avcore.fields.pattern import Place

# Part of the ground that a full layer covers.
COVER = 0.42


def grains(xp: Any, at: Place, pile: Any, *, count: float, seed: int) -> Any:
    """How bright the sand is, 0 to about 1 [shape=(n,)], where ``pile`` says how much of it lies there, 0 to 1.

    Two layers of ``count`` and three quarters as many grains down the picture; where they are finer than a pixel,
    their mean stands for them.
    """
    fine = _layer(xp, at, pile, count=count, seed=seed)
    coarse = _layer(xp, at, pile, count=0.77 * count, seed=seed + 1)
    return fine + coarse - fine * coarse


def _layer(xp: Any, at: Place, pile: Any, *, count: float, seed: int) -> Any:
    x, y, (across, down) = at.lattice(count)
    pixel = at.pixel_of(count)
    ix, iy = whole(xp, x), whole(xp, y)
    cx, cy = wrapped(xp, ix, across), wrapped(xp, iy, down)
    bits = hashed(xp, cx, cy, seed)
    fx, fy = x - xp.astype(ix, xp.float32), y - xp.astype(iy, xp.float32)
    # A grain lies wholly in its cell, so that no neighbour need be asked.
    dx = fx - 0.35 - xp.astype(bits & 0xFFF, xp.float32) * (0.3 / 4096)
    dy = fy - 0.35 - xp.astype((bits >> 12) & 0xFFF, xp.float32) * (0.3 / 4096)
    chance = unit(xp, hashed(xp, cx, cy, seed + 7919))
    # It grows as sand comes, rather than being there at once; that which comes last lies on top, and is brightest.
    there = xp.clip((pile - 0.9 * chance) * 4.0, 0.0, 1.0)
    distance = xp.sqrt(dx * dx + dy * dy)
    shape = xp.clip((0.36 - distance) / (0.2 + pixel) + 0.5, 0.0, 1.0)
    border = xp.clip(6.0 * xp.minimum(xp.minimum(fx, 1.0 - fx), xp.minimum(fy, 1.0 - fy)), 0.0, 1.0)
    grain = shape * border * there * (0.5 + 0.5 * chance)
    mean = COVER * xp.clip(pile, 0.0, 1.0)
    return mix(grain, mean, smoothstep(xp, 0.6, 1.3, xp.full_like(pile, pixel)))
