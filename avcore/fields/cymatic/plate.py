"""Plate: the figures of a square plate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from avcore.fields.cymatic.figure import FigureSpec, choose, spread
from avcore.fields.cymatic.surface import Wave
from avcore.fields.cymatic.tables import as_array
from avcore.fields.pattern import Place
from avcore.spec import setting

Modes = tuple[bool, float, tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class PlateSpec(FigureSpec):
    """Chladni's figures: modes cos(n x) cos(m y) +- cos(m x) cos(n y) of a free square plate (Ritz 1909)."""

    plates: float = setting(
        1.0, help="plates down the picture, each the mirror image of its neighbours", low=0.1, high=32
    )

    family: ClassVar[str] = "cymatic"
    likes: ClassVar[str] = "width"

    @cached_property
    def layout(self) -> Modes:
        """See ``plate_modes``."""
        return plate_modes(self.count, self.coarsest, self.finest, self.seed)

    def figure(self, xp: Any, at: Place, strengths: Any, knobs: Any) -> Wave:
        """See ``FigureSpec.figure``."""
        even, sign, modes = self.layout
        x, y, _ = at.lattice(self.plates)
        # Where the picture repeats, a cell is a plate and its mirror image; elsewhere the middle is that of a plate.
        per_cell = math.pi * (1.0 if at.space == "plane" else 2.0)
        middle = 0.5 * math.pi if at.space == "plane" else 0.0
        highest = max(n for n, _ in modes)
        cos_x, sin_x = _waves(xp, x * per_cell + middle, highest, even=even)
        cos_y, sin_y = _waves(xp, y * per_cell + middle, highest, even=even)
        height = right = up = bend = 0.0
        for index, (n, m) in enumerate(modes):
            # The mean square of the two together is a half, or 1 where a number is 0.
            strength = strengths[index] * math.sqrt(2.0 if m else 1.0)
            first, second = cos_x[n] * cos_y[m], cos_x[m] * cos_y[n]
            shape = strength * (first + sign * second)
            height = height + shape
            bend = bend - (n * n + m * m) * shape
            right = right - strength * (n * sin_x[n] * cos_y[m] + (sign * m) * sin_x[m] * cos_y[n])
            up = up - strength * (m * cos_x[n] * sin_y[m] + (sign * n) * cos_x[m] * sin_y[n])
        per_unit = per_cell * self._cells(at)
        squares = as_array(xp, [n * n + m * m for n, m in modes], at.x)
        number = per_unit * xp.sqrt(xp.sum(strengths * strengths * squares))
        return Wave(height, right * per_unit, up * per_unit, bend * per_unit**2, number)

    def _cells(self, at: Place) -> float:
        """Cells of the lattice in a unit of the plane."""
        return self.plates if at.space == "plane" else float(max(1, round(self.plates)))


def plate_modes(count: int, coarsest: float, finest: float, seed: int) -> Modes:
    """Whether the numbers of lines are even, the sign between a mode and its mirror image, and the modes.

    Even or odd and the sign are one for all modes, so that any sum of them has all mirrors of the square. The pitch of
    a mode grows with n^2 + m^2, the square of the number of lines.
    """
    even, sign = seed % 2 == 0, 1.0 if seed % 4 < 2 else -1.0
    start = 0 if even else 1
    numbers = range(start, int(finest) + 4, 2)
    lines = {(n, m): math.hypot(n, m) for n in numbers for m in numbers if n > m}
    return even, sign, tuple(choose(spread(count, coarsest, finest), lines, seed))


def _waves(xp: Any, angle: Any, highest: int, *, even: bool) -> tuple[dict[int, Any], dict[int, Any]]:
    """Cosines and sines of the even or the odd multiples of ``angle``, by Chebyshev's recurrence."""
    step = 2.0 * xp.cos(2.0 * angle)
    if even:
        cos, sin = {0: xp.ones_like(angle), 2: 0.5 * step}, {0: xp.zeros_like(angle), 2: xp.sin(2.0 * angle)}
    else:
        cos, sin = {1: xp.cos(angle)}, {1: xp.sin(angle)}
        cos[3], sin[3] = (step - 1.0) * cos[1], (step + 1.0) * sin[1]
    for n in range(4 if even else 5, highest + 1, 2):
        cos[n], sin[n] = step * cos[n - 2] - cos[n - 4], step * sin[n - 2] - sin[n - 4]
    return cos, sin
