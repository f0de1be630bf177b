"""An endless dive into a Julia set."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.fractal.orbit import OrbitSpec
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

# Terms of the series of the linearising function, and how large the last may be, as a part of the whole.
TERMS, SERIES_ERROR = 9, 2e-4


@dataclass(frozen=True)
class DiveSpec(OrbitSpec):
    """A fall without end towards the middle of a spiral in a Julia set.

    Around a repelling fixed point the set is the same again after a zoom by the multiplier there. The way from the
    picture to the set, the linearising function of Koenigs, makes that exact, so that the zoom never ends.
    """

    arms: Driven = setting(Driven.fixed(5.2), help="arms of the spiral; between whole numbers they wind")
    stretch: Driven = setting(Driven.fixed(1.15), help="zoom from one round of arms to the next")
    dive: Driven = setting(Driven.fixed(0.0), help="depth, in such zooms: drive it by a signal with integrate: true")
    laps: int = setting(4, help="such zooms in one round of its own motion", low=-100, high=100)

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "dive"
    spaces: ClassVar[tuple[Space, ...]] = ("plane", "tunnel")

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        multiplier = max(1.02, knobs.stretch) * cmath.exp(1j * TAU / max(1.5, knobs.arms))
        grow, angle = math.log(abs(multiplier)), cmath.phase(multiplier)
        depth = knobs.dive + self.laps * at.turn / TAU
        # Logarithm of the place: distance in zooms, and angle.
        if at.space == "tunnel":
            far, around = at.y * (TAU / grow), at.x * TAU
            pixel = xp.full_like(far, at.pixel * TAU)
        else:
            r2 = at.x * at.x + at.y * at.y + 1e-12
            far, around = xp.log(r2) * (0.5 / grow), xp.atan2(at.y, at.x)
            pixel = at.pixel / xp.sqrt(r2)
        deep = far - depth % 1.0
        ring = xp.floor(deep)
        inside = deep - ring
        rising = inside * inside * (3.0 - 2.0 * inside)
        terms = _linearising(multiplier)
        size = min((SERIES_ERROR / abs(term)) ** (1.0 / (TERMS - 2 + last)) for last, term in enumerate(terms[-2:]))
        r = size * xp.exp(inside * grow - grow)
        turn = around - angle * (ring + depth)
        wx, wy = r * xp.cos(turn), r * xp.sin(turn)
        x, y = xp.zeros_like(wx), xp.zeros_like(wx)
        for term in reversed(terms):
            x, y = x + term.real, y + term.imag
            x, y = x * wx - y * wy, x * wy + y * wx
        slope = pixel * r
        trace = self.trace(xp, at, slope * slope, knobs)
        middle = multiplier / 2.0
        for number in range(self.iterations):
            px, py = x + middle.real, y + middle.imag
            r2 = px * px + py * py
            part = rising if number == 0 else 1.0 - rising if number == self.iterations - 1 else 1.0
            trace.see(px, py, r2, part=part)
            trace.stretch(r2 * 4.0)
            # z = middle + w  ->  w (multiplier + w)
            ax, ay = x + multiplier.real, y + multiplier.imag
            x, y = trace.held(x * ax - y * ay, x * ay + y * ax)
        return self.inked(trace, knobs, depth=-far, lead=inside)


def _linearising(multiplier: complex) -> list[complex]:
    """The series of the function P with P(multiplier * w) = multiplier * P(w) + P(w)^2 and P(w) = w + ..."""
    series = [1.0 + 0.0j]
    for order in range(2, TERMS + 1):
        square = sum(series[k] * series[order - 2 - k] for k in range(order - 1))
        series.append(square / (multiplier**order - multiplier))
    return series
