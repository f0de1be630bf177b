"""Places in the Mandelbrot set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.fractal.orbit import FAR, OrbitSpec
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

Spot = Literal["whole", "seahorses", "elephants", "star", "antenna", "island", "crown"]

# Centre of each place, and the height of the plane that is seen there at scale 1. The elephants, the star and the
# antenna are Misiurewicz points, around which the set is the same at all sizes; the island and the crown are the
# middles of small copies of the set.
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

# How far from the centre the series must hold, in heights of the picture at scale 1, how well, and for how many steps.
SERIES_REACH, SERIES_ERROR, SERIES_STEPS = 1.2, 1e-3, 5000


@dataclass(frozen=True)
class MandelbrotSpec(OrbitSpec):
    """A place in the Mandelbrot set, drawn relative to the orbit of its centre, so that deep ones are sharp."""

    spot: Spot = setting("seahorses", help="which place")
    breath: Driven = setting(Driven.fixed(0.05), help="how far it comes nearer and goes away by itself, in e-folds")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "trap_size"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        centre, size = SPOTS[self.spot]
        orbit, (a, b, c) = _reference(centre, size, self.iterations)
        (turned,) = departures(self.seed, "turned", 1)
        near = math.exp(-min(1.0, max(-1.0, knobs.breath)) * math.sin(at.turn))
        cosine, sine = near * math.cos(0.5 * TAU * turned), near * math.sin(0.5 * TAU * turned)
        across, down = xp.clip(at.x, -FAR, FAR), xp.clip(at.y, -FAR, FAR)
        u, v = cosine * across - sine * down, sine * across + cosine * down
        # How far each pixel is from the centre, and its orbit from the centre's: w (a + w (b + w c)) with w = u + i v.
        right, up = u * size, v * size
        x, y = u * c.real - v * c.imag + b.real, u * c.imag + v * c.real + b.imag
        x, y = u * x - v * y + a.real, u * y + v * x + a.imag
        x, y = u * x - v * y, u * y + v * x
        pixel2 = (near * at.pixel * size) ** 2
        trace = self.trace(xp, at, xp.full_like(x, (near * at.pixel * abs(a)) ** 2), knobs)
        for number, middle in enumerate(orbit):
            zx, zy = x + middle.real, y + middle.imag
            r2 = zx * zx + zy * zy
            trace.see(zx, zy, r2, part=1.0 if number else 0.0)
            trace.stretch(4.0 * r2, plus=pixel2)
            sx, sy = zx + middle.real, zy + middle.imag
            x, y = trace.held(x * sx - y * sy + right, x * sy + y * sx + up)
        return self.inked(trace, knobs)


@lru_cache(maxsize=64)
def _reference(centre: complex, size: float, steps: int) -> tuple[tuple[complex, ...], tuple[complex, ...]]:
    """The orbit of the centre, from where the picture's own orbits part from it by more than a series can say.

    Until then three terms in the place (in heights of the picture at scale 1) stand for all of them (Martin,
    "Superfractalthing Maths", 2013). Returns ``steps`` points of the orbit, and the three terms at the first of them.
    """
    z, a, b, c = centre, complex(size), 0j, 0j
    for _ in range(SERIES_STEPS):
        after = 2.0 * z * a + size, 2.0 * z * b + a * a, 2.0 * z * c + 2.0 * a * b
        if abs(after[2]) * SERIES_REACH**2 > SERIES_ERROR * abs(after[0]):
            break
        z, (a, b, c) = z * z + centre, after
    orbit = []
    for _ in range(steps):
        orbit.append(z)
        z = z * z + centre
        if abs(z) > FAR:  # the centre itself has fled, and with it all that is near
            z = complex(FAR)
    return tuple(orbit), (a, b, c)
