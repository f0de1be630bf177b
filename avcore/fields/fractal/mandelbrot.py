"""Places in the Mandelbrot set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from avcore.fields.coords import Space
from avcore.fields.fractal.orbit import OrbitSpec
from avcore.fields.paint import Inks
from avcore.fields.pattern import Place
from avcore.spec import setting

Spot = Literal["whole", "seahorses", "elephants", "star", "antenna", "island", "crown"]

# Centre of each place, and the height of the plane that is seen there at scale 1. The elephants, the star and the
# antenna are Misiurewicz points, around which the set is the same at all sizes; the island and the crown are the middles
# of small copies of the set.
SPOTS: Mapping[Spot, tuple[complex, float]] = MappingProxyType(
    {
        "whole": (-0.6 + 0.0j, 2.6),
        "seahorses": (-0.743643887 + 0.131825904j, 4e-3),
        "elephants": (0.29447552362463314 - 0.016316441734205107j, 4e-3),
        "star": (-0.10109636384562219 + 0.9562865108091415j, 2e-2),
        "antenna": (-1.543689012692076 + 0.0j, 2e-2),
        "island": (-1.7548776662466927 + 0.0j, 6e-2),
        "crown": (0.3602404434376143 - 0.6413130610648031j, 1e-2),
    }
)

# How far from the centre the series must hold, in heights of the picture at scale 1, and how well.
SERIES_REACH, SERIES_ERROR = 1.2, 1e-3


@dataclass(frozen=True)
class MandelbrotSpec(OrbitSpec):
    """A place in the Mandelbrot set, drawn relative to the orbit of its centre, so that deep ones are sharp."""

    spot: Spot = setting("seahorses", help="which place")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "trap_size"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        centre, size = SPOTS[self.spot]
        skipped, orbit, (a, b, c) = _reference(centre, size, self.iterations)
        x, y = at.x * size, at.y * size
        square_x, square_y = at.x * at.x - at.y * at.y, (at.x + at.x) * at.y
        # a w + b w^2 + c w^3
        sx, sy = at.x * c.real - at.y * c.imag + b.real, at.x * c.imag + at.y * c.real + b.imag
        dx, dy = (
            at.x * a.real - at.y * a.imag + square_x * sx - square_y * sy,
            at.x * a.imag + at.y * a.real + square_x * sy + square_y * sx,
        )
        fine = (at.pixel * size) ** 2
        trace = self.trace(xp, at, xp.full_like(x, (at.pixel * abs(a)) ** 2), knobs)
        for number, middle in enumerate(orbit):
            px, py = dx + middle.real, dy + middle.imag
            r2 = px * px + py * py
            trace.see(px, py, r2, part=1.0 if number else 0.0)
            trace.stretch(r2 * 4.0, plus=fine)
            ax, ay = dx + 2.0 * middle.real, dy + 2.0 * middle.imag
            dx, dy = trace.held(dx * ax - dy * ay + x, dx * ay + dy * ax + y)
        return self.inked(trace, knobs)


@lru_cache(maxsize=64)
def _reference(centre: complex, size: float, steps: int) -> tuple[int, tuple[complex, ...], tuple[complex, ...]]:
    """The orbit of the centre, from where the picture's own orbits begin to part from it.

    Until then three terms of a series in the place (in picture heights) stand for all of them. Source: K. I. Martin,
    Superfractalthing maths, 2013. Returns how many steps it stands for, ``steps`` points, and the three terms.
    """
    z, a, b, c = centre, complex(size), 0j, 0j
    skipped = 1
    while skipped < 5000:
        after = 2.0 * z * a + size, 2.0 * z * b + a * a, 2.0 * z * c + 2.0 * a * b
        if abs(after[2]) * SERIES_REACH**3 > SERIES_ERROR * abs(after[0]) * SERIES_REACH:
            break
        z, (a, b, c), skipped = z * z + centre, after, skipped + 1
    orbit = []
    for _ in range(steps):
        orbit.append(z)
        z = z * z + centre
        if abs(z) > 1e3:
            z = 1e3 + 0j
    return skipped, tuple(orbit), (a, b, c)
