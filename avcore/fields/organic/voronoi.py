"""Tissue: which cell a place is in, and how far from its walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from avcore.fields.noise import NO_PERIOD, Period, hashed, whole, wrapped
from avcore.fields.pattern import TAU

# Points further than this from the middle of their square could own places beyond the squares around.
FURTHEST = 0.45


@dataclass(frozen=True)
class Tissue:
    """Where places are in their cells, each [shape=(n,), float32], in squares of the lattice.

    ``dx``, ``dy`` is the way from the nucleus, ``wall`` the distance to the nearest wall, ``name`` the cell's random
    bits [int32].
    """

    dx: Any
    dy: Any
    wall: Any
    name: Any


def tissue(
    xp: Any,
    x: Any,
    y: Any,
    *,
    seed: int,
    period: Period = NO_PERIOD,
    jitter: Any = 1.0,
    spin: Any = 0.0,
    plump: float = 0.0,
) -> Tissue:
    """The Voronoi cells of one nucleus in each square of the lattice.

    Nuclei lie up to ``FURTHEST * jitter`` (0 to 1) from the middle of their square and circle there by ``spin``
    radians, half of them each way. Distances to walls are true ones (Quilez, Voronoi borders, 2012), so that walls have
    an even width; ``plump`` rounds their corners off over about that many squares, as in foam, where walls thicken as
    they meet.
    """
    ix, iy = whole(xp, x), whole(xp, y)
    fx, fy = x - xp.astype(ix, xp.float32), y - xp.astype(iy, xp.float32)
    columns = [wrapped(xp, ix + step, period[0]) for step in (-1, 0, 1)]
    rows = [wrapped(xp, iy + step, period[1]) for step in (-1, 0, 1)]
    there = []
    near = near_x = near_y = name = None
    for down, row in enumerate(rows):
        for across, column in enumerate(columns):
            bits = hashed(xp, column, row, seed)
            angle = xp.astype(bits & 0xFFF, xp.float32) * (TAU / 4096)
            angle = angle + xp.astype(1 - 2 * (bits & 1), xp.float32) * spin
            reach = (0.5 + (0.5 / 4096) * xp.astype((bits >> 12) & 0xFFF, xp.float32)) * (FURTHEST * jitter)
            dx = (fx - (across - 0.5)) - reach * xp.cos(angle)
            dy = (fy - (down - 0.5)) - reach * xp.sin(angle)
            far = dx * dx + dy * dy
            there.append((dx, dy, far))
            if near is None:
                near, near_x, near_y, name = far, dx, dy, bits
                continue
            nearer = far < near
            near_x, near_y = xp.where(nearer, dx, near_x), xp.where(nearer, dy, near_y)
            name = xp.where(nearer, bits, name)
            near = xp.minimum(near, far)
    wall: Any = None
    for dx, dy, far in there:
        # The wall stands half-way between two nuclei, at right angles to the line between them.
        apart = (dx - near_x) ** 2 + (dy - near_y) ** 2
        # The nucleus itself is no neighbour: its quotient of two zeros is made large.
        gap = (far - near + xp.astype(apart < 1e-6, xp.float32)) / xp.sqrt(apart + 1e-9)
        if plump:
            push = xp.exp(gap * (-0.5 / plump))
            wall = push if wall is None else wall + push
        else:
            wall = gap if wall is None else xp.minimum(wall, gap)
    return Tissue(near_x, near_y, -plump * xp.log(wall + 1e-30) if plump else 0.5 * wall, name)
