"""Dish: the figures of a drum, a dish or a round plate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from avcore.fields.coords import Space
from avcore.fields.cymatic.figure import FigureSpec, choose, spread
from avcore.fields.cymatic.surface import Wave
from avcore.fields.cymatic.tables import as_array, look_up, places
from avcore.fields.pattern import Place
from avcore.spec import setting

# How far the tables go, in radii: a little beyond the rim, which is smoothed.
BEYOND = 1.05

Modes = tuple[list[tuple[int, int]], NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class DishSpec(FigureSpec):
    """Rosettes of a dish with a free rim: modes J_n(k r) cos(n angle), n lines through the middle and m circles."""

    folds: int = setting(6, help="petals: lines through the middle come in multiples of half as many", low=1, high=24)
    radius: float = setting(0.47, help="of the dish, in picture heights; 1.1 fills a wide picture", low=0.05, high=4.0)

    family: ClassVar[str] = "cymatic"
    likes: ClassVar[str] = "width"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    @cached_property
    def layout(self) -> Modes:
        """See ``dish_modes``."""
        return dish_modes(self.count, self.coarsest, self.finest, self.folds, self.seed)

    def figure(self, xp: Any, at: Place, strengths: Any, knobs: Any) -> Wave:
        """See ``FigureSpec.figure``."""
        modes, numbers, tables = self.layout
        radius = xp.sqrt(at.x * at.x + at.y * at.y) + 1e-6
        out_x, out_y = at.x / radius, at.y / radius
        place = radius * (1.0 / (BEYOND * self.radius))

        height = outward = around = bend = 0.0
        for n in sorted({n for n, _ in modes}):
            members = [index for index, (lines, _) in enumerate(modes) if lines == n]
            value, slope, second = look_up(xp, tables, strengths, place, members=members)
            cos, sin = _multiple(xp, out_x, out_y, n)
            height, outward, bend = height + value * cos, outward + slope * cos, bend + second * cos
            around = around - n * value * sin
        number = xp.sqrt(xp.sum((strengths * as_array(xp, numbers, at.x)) ** 2)) / self.radius
        outward, around = outward / self.radius, around / radius
        return Wave(
            height,
            right=outward * out_x - around * out_y,
            up=outward * out_y + around * out_x,
            bend=bend / self.radius**2,
            number=number,
            inside=xp.clip((self.radius - radius) / at.pixel + 0.5, 0.0, 1.0),
        )


def dish_modes(count: int, coarsest: float, finest: float, folds: int, seed: int) -> Modes:
    """The modes (n lines, m circles), their wave numbers [shape=(count,)], and their radial tables.

    A table (see ``look_up``) has the height, its slope and Laplacian by the distance from the middle in radii, 1 in the
    root mean square over the dish, up to ``BEYOND``. The pitch of a mode grows with (n + 2 m)^2 (Chladni's law).
    """
    from scipy.special import jnp_zeros, jv, jvp

    # Rings alone are dull: they only come as the larger figures.
    lines = {
        (n, m): float(n + 2 * m)
        for n in range(0, int(finest) + 1, folds)
        for m in range(1, int(finest) // 2 + 2)
        if n > 0 or m == 1 or 4 * m < finest
    }
    modes = choose(spread(count, coarsest, finest), lines, seed)
    # The rim is free: there the slope is 0.
    numbers = np.array([jnp_zeros(n, m)[-1] for n, m in modes])
    r = BEYOND * places()
    tables = []
    for (n, _), k in zip(modes, numbers, strict=True):
        height, slope = jv(n, k * r), k * jvp(n, k * r)
        # By area, and over the angle the mean of a squared cosine is a half.
        mean_square = 2.0 * np.mean((height**2 * r)[r <= 1.0]) * (1.0 if n == 0 else 0.5)
        tables.append(np.stack([height, slope, -(k**2) * height]) / math.sqrt(mean_square))
    return modes, numbers.astype(np.float32), np.stack(tables).astype(np.float32)


def _multiple(xp: Any, cos: Any, sin: Any, n: int) -> tuple[Any, Any]:
    """Cosine and sine of ``n`` times an angle, by squaring."""
    if n == 0:
        return xp.ones_like(cos), xp.zeros_like(cos)
    if n == 1:
        return cos, sin
    half_cos, half_sin = _multiple(xp, cos, sin, n // 2)
    twice_cos, twice_sin = half_cos * half_cos - half_sin * half_sin, 2.0 * half_cos * half_sin
    if n % 2 == 0:
        return twice_cos, twice_sin
    return twice_cos * cos - twice_sin * sin, twice_sin * cos + twice_cos * sin
