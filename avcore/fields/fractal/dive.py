"""Dive: a fall without end into the spiral of a Julia set."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.fractal.orbit import OrbitSpec
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

# Terms of the series of the linearising function, and how large the last two may be against the first.
TERMS, SERIES_ERROR = 9, 2e-4

# Squared distance from the middle, in picture heights, within which all is one point.
TINY = 1e-12


@dataclass(frozen=True)
class DiveSpec(OrbitSpec):
    """A zoom without end into a Julia set.

    Around a repelling fixed point a Julia set looks the same again after a zoom by the multiplier there. The function
    that makes this exact (Koenigs 1884) is drawn here, ring by ring: each pixel is brought into one ring around the
    fixed point, where a few terms of its series do, and takes its steps from there. So no depth is out of reach.
    """

    arms: Driven = setting(Driven.fixed(8.0), help="arms of the spiral; a fraction winds them, 2 or more")
    stretch: Driven = setting(Driven.fixed(1.1), help="zoom from one ring to the next, 1.03 to 2: small is lush")
    dive: Driven = setting(Driven.fixed(0.0), help="depth in rings: drive it by a signal with integrate: true")
    laps: int = setting(4, help="rings in one round of its own motion", low=-200, high=200)

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "dive"
    spaces: ClassVar[tuple[Space, ...]] = ("plane", "tunnel")

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        multiplier = min(4.0, max(1.03, knobs.stretch)) * cmath.exp(1j * TAU / max(2.0, knobs.arms))
        growth, twist = math.log(abs(multiplier)), cmath.phase(multiplier)
        far, around, pixel = self._polar(xp, at, growth)
        (start,) = departures(self.seed, "depth", 1)
        depth = start + knobs.dive + self.laps * at.turn / TAU
        part = depth % 1.0  # whole rings change nothing
        rings = far - part
        ring = xp.floor(rings)
        inside = rings - ring  # from 0 at the inner edge of the ring to 1 at the outer
        series, reach = _linearising(multiplier)
        distance = reach * xp.exp((inside - 1.0) * growth)
        angle = around - twist * (ring + part)
        wx, wy = distance * xp.cos(angle), distance * xp.sin(angle)
        # z = middle + x + i y, which goes to middle + (x + i y) (multiplier + x + i y).
        x, y = xp.zeros_like(wx), xp.zeros_like(wx)
        for term in reversed(series):
            x, y = x + term.real, y + term.imag
            x, y = x * wx - y * wy, x * wy + y * wx
        trace = self.trace(xp, at, (pixel * distance) ** 2, knobs)
        # The last step of a ring is the one before the last of the next: the first comes as the last one goes.
        coming = inside * inside * (3.0 - 2.0 * inside)
        middle = 0.5 * multiplier
        for number in range(self.iterations):
            zx, zy = x + middle.real, y + middle.imag
            r2 = zx * zx + zy * zy
            trace.see(zx, zy, r2, part={0: coming, self.iterations - 1: 1.0 - coming}.get(number, 1.0))
            trace.stretch(4.0 * r2)
            ax, ay = x + multiplier.real, y + multiplier.imag
            x, y = trace.held(x * ax - y * ay, x * ay + y * ax)
        return self.inked(trace, knobs, depth=-far, lead=inside)

    def _polar(self, xp: Any, at: Place, growth: float) -> tuple[Any, Any, Any]:
        """Distance from the middle in rings, angle, and the size of a pixel in that distance."""
        if at.space == "tunnel":
            return at.y * (TAU / growth), at.x * TAU, xp.full_like(at.x, at.pixel * TAU)
        r2 = at.x * at.x + at.y * at.y + TINY
        return xp.log(r2) * (0.5 / growth), xp.atan2(at.y, at.x), at.pixel / xp.sqrt(r2)


def _linearising(multiplier: complex) -> tuple[list[complex], float]:
    """The series of P, where P(multiplier w) = multiplier P(w) + P(w)^2 and P(w) = w + ..., and how far it holds."""
    series = [1.0 + 0.0j]
    for order in range(2, TERMS + 1):
        square = sum(series[k] * series[order - 2 - k] for k in range(order - 1))
        series.append(square / (multiplier**order - multiplier))
    orders = range(TERMS - 2, TERMS)
    return series, min((SERIES_ERROR / abs(series[order])) ** (1.0 / order) for order in orders)
