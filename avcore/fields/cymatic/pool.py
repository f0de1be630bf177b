"""Pool: waves that cross from many sides, an order that never repeats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from avcore.fields.coords import Space
from avcore.fields.cymatic.figure import FigureSpec, spread
from avcore.fields.cymatic.surface import Wave
from avcore.fields.cymatic.tables import as_array, look_up, places
from avcore.fields.pattern import TAU, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

# All waves begin again after so many picture heights: far enough that nobody sees it, near enough for a table.
PERIOD = 4.0

Waves = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class PoolSpec(FigureSpec):
    """Standing waves from all sides: 3 make a honeycomb, 4 and more a quasicrystal (Levine and Steinhardt 1984)."""

    sides: int = setting(
        5, help="directions of the waves: 2 make squares, 3 a honeycomb, more a quasicrystal", low=1, high=12
    )
    slip: Driven = setting(
        Driven.fixed(0.0), help="how far the waves slip past each other by themselves, in picture heights"
    )

    family: ClassVar[str] = "cymatic"
    likes: ClassVar[str] = "width"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    @cached_property
    def layout(self) -> Waves:
        """See ``line_waves``."""
        return line_waves(self.count, self.coarsest, self.finest)

    def figure(self, xp: Any, at: Place, strengths: Any, knobs: Any) -> Wave:
        """See ``FigureSpec.figure``."""
        numbers, tables = self.layout
        angles = [math.pi * j / self.sides for j in range(self.sides)]
        phases = as_array(xp, [2.0 * angle + self.lots[2][0] for angle in angles], at.x)
        slips = knobs.slip * xp.sin(phases + at.turn)
        height = right = up = bend = 0.0
        for j, angle in enumerate(angles):
            along = (math.cos(angle) * at.x + math.sin(angle) * at.y + slips[j]) * (1.0 / PERIOD)
            turn = along - xp.floor(along + 0.5)
            # Waves are even: half a period tells the other, whose slopes face the other way.
            value, slope, second = look_up(xp, tables, strengths, 2.0 * xp.abs(turn), members=range(self.count))
            slope = xp.where(turn < 0.0, -slope, slope)
            height, bend = height + value, bend + second
            right, up = right + math.cos(angle) * slope, up + math.sin(angle) * slope
        # Of that many waves the mean square is as many halves.
        level = math.sqrt(2.0 / self.sides)
        number = xp.sqrt(xp.sum((strengths * as_array(xp, numbers, at.x)) ** 2))
        return Wave(level * height, level * right, level * up, level * bend, number)


def line_waves(count: int, coarsest: float, finest: float) -> Waves:
    """Wave numbers [shape=(count,), radians per unit] and tables of the cosine, its slope and curvature.

    See ``look_up`` for their shape; they hold half a ``PERIOD``.
    """
    lines = np.array(spread(count, coarsest, finest))
    waves = np.maximum(1.0, np.round(0.5 * PERIOD * lines))
    numbers = waves * (TAU / PERIOD)
    angles = numbers[:, None] * places() * (0.5 * PERIOD)
    k = numbers[:, None]
    tables = np.stack([np.cos(angles), -k * np.sin(angles), -(k**2) * np.cos(angles)], axis=1)
    return numbers.astype(np.float32), tables.astype(np.float32)
