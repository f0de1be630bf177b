"""Places in the Mandelbrot set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

from avcore.fields.coords import Space
from avcore.fields.fractal.orbit import OrbitSpec
from avcore.fields.paint import Inks
from avcore.fields.pattern import Place
from avcore.spec import setting

Spot = Literal["seahorses", "elephants", "star", "lightning", "spiral", "double", "island", "whole", "valley", "crown"]

# Centre of a place, and the height of it that is seen at scale 1.
SPOTS: dict[Spot, tuple[complex, float]] = {
    "whole": (-0.6 + 0.0j, 2.6),
    "seahorses": (-0.743643887 + 0.131825904j, 0.004),
    "elephants": (0.2925755 - 0.0149977j, 0.004),
    "star": (-0.10109636384562 + 0.95628651080914j, 0.02),
    "lightning": (-1.543689012692076 + 0.0j, 0.02),
    "spiral": (-0.77568377 + 0.13646737j, 0.01),
    "double": (-0.7445398 + 0.1217237j, 0.003),
    "island": (-1.7548776662466927 + 0.0j, 0.06),
    "valley": (-0.7746806106269039 + 0.1374168856037867j, 0.001),
    "crown": (0.3602404434376143 - 0.6413130610648031j, 0.01),
}

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
            trace.see(number, px, py, r2, part=1.0 if number else 0.0)
            trace.stretch(r2 * 4.0, plus=fine)
            ax, ay = dx + 2.0 * middle.real, dy + 2.0 * middle.imag
            dx, dy = trace.fled(dx * ax - dy * ay + x, dx * ay + dy * ax + y)
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
