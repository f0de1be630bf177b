"""Pool: waves that cross from many sides, an order that never repeats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from array_api_compat import device

from avcore.fields.cymatic.figure import FigureSpec, spread
from avcore.fields.cymatic.surface import Wave
from avcore.fields.pattern import TAU, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

Vectors = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PoolSpec(FigureSpec):
    """Standing waves from all sides: 3 make a honeycomb, 5 and more a quasicrystal (Levine and Steinhardt 1984)."""

    sides: int = setting(6, help="directions that waves come from: 2 squares, 3 honeycomb, 4 and more quasicrystals", low=1, high=12)
    slip: Driven = setting(Driven.fixed(0.0), help="how far the waves slip past each other by themselves, in radians")

    family: ClassVar[str] = "cymatic"
    likes: ClassVar[str] = "width"

    def figure(self, xp: Any, at: Place, strengths: Any, knobs: Any) -> Wave:
        """See ``FigureSpec.figure``."""
        x, y, (across, _) = at.lattice(1.0)
        directions = wave_vectors(self.count, self.coarsest, self.finest, self.sides, whole=across > 0)
        there = device(at.x)
        aside = xp.asarray([TAU * j / self.sides for j in range(self.sides)], dtype=xp.float32, device=there)
        slips = knobs.slip * xp.sin(aside + at.turn)
        height = right = up = bend = 0.0
        # The mean square of the sum of so many waves.
        strengths = strengths * math.sqrt(2.0 / self.sides)
        for index, vectors in enumerate(directions):
            shape = tilt_x = tilt_y = 0.0
            for j, (kx, ky) in enumerate(vectors):
                angle = kx * x + ky * y + slips[j]
                sine = xp.sin(angle)
                shape = shape + xp.cos(angle)
                tilt_x, tilt_y = tilt_x + kx * sine, tilt_y + ky * sine
            strength = strengths[index]
            height, bend = height + strength * shape, bend - (strength * _square(vectors[0])) * shape
            right, up = right - strength * tilt_x, up - strength * tilt_y
        squares = xp.asarray([_square(vectors[0]) for vectors in directions], dtype=xp.float32, device=there)
        number = xp.sqrt(xp.sum(strengths * strengths * squares) * (0.5 * self.sides))
        return Wave(height, right, up, bend, number)


@cache
def wave_vectors(count: int, coarsest: float, finest: float, sides: int, *, whole: bool) -> tuple[Vectors, ...]:
    """For each mode the wave vectors from every side, in radians per unit; ``whole`` waves a unit where it repeats."""
    modes = []
    for lines in spread(count, coarsest, finest):
        waves = [(0.5 * lines * math.cos(math.pi * j / sides), 0.5 * lines * math.sin(math.pi * j / sides)) for j in range(sides)]
        modes.append(tuple((TAU * round(x), TAU * round(y)) if whole else (TAU * x, TAU * y) for x, y in waves))
    return tuple(modes)


def _square(vector: tuple[float, float]) -> float:
    return vector[0] ** 2 + vector[1] ** 2
