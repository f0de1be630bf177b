"""Flames: threads of light in a plane that is bent over and over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

Variation = Literal["spherical", "sine", "swirl"]

# Height of the plane that is seen at scale 1.
VIEW = 2.0

# Square of the size of a pixel, in widths of a thread, from which on nothing is seen.
STEEP = 1e12

# Enlargement of the folds of swirl, and reach of the waves of sine.
SWIRL, SINE = 1.3, 1.7

# Part of the largest stretch of these two that is counted: they rarely stretch across a thread.
SWIRL_STRETCH, SINE_STRETCH = 0.4, 0.15


@dataclass(frozen=True)
class FlameSpec(PatternSpec):
    """Threads of light, seen through a plane that is bent, shifted and turned over and over.

    The bends are variations of the flame algorithm (Draves and Reckase 2003), taken backwards: each pixel is followed
    through them, and is bright where it comes near a thread.
    """

    variation: Variation = setting("spherical", help="how the plane bends. spherical: inside out; sine; swirl")
    folds: int = setting(8, help="how often it bends", low=1, high=20)
    turn: Driven = setting(Driven.fixed(0.15), help="turns from one bend to the next")
    shift_x: Driven = setting(Driven.fixed(0.9), help="shift after each bend, across")
    shift_y: Driven = setting(Driven.fixed(0.5), help="shift after each bend, down")
    sharp: Driven = setting(Driven.fixed(12.0), help="how thin the threads are, 2 to 40")
    variety: Driven = setting(Driven.fixed(0.12), help="turns of the palette from one bend to the next")
    sway: Driven = setting(Driven.fixed(0.012), help="turns by which the bends swing by themselves")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "turn"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y = at.x * VIEW, at.y * VIEW
        sharp = min(200.0, max(1.0, knobs.sharp))
        # Square of the size of a pixel, in widths of a thread; it grows with each bend.
        pixel2 = xp.full_like(x, (0.35 * at.pixel * VIEW * sharp) ** 2)
        steep = xp.full_like(x, STEEP)
        departure = departures(self.seed, "turn", self.folds)
        light, place, core = xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x)
        for fold in range(self.folds):
            x, y, stretch2 = self._bent(xp, x, y)
            pixel2 = xp.minimum(pixel2 * stretch2, steep)
            x, y = x - knobs.shift_x, y - knobs.shift_y
            angle = TAU * (knobs.turn + knobs.sway * math.sin(at.turn + 0.9 * fold) + 0.1 * departure[fold])
            c, s = math.cos(angle), math.sin(angle)
            x, y = c * x - s * y, s * x + c * y
            # As wide as a pixel at least, and as much fainter.
            thin = 1.0 / xp.sqrt(1.0 + pixel2)
            thread = thin * xp.exp((xp.abs(y) + 0.1 * x * x) * (thin * -sharp))
            light, place, core = light + thread, place + thread * fold, xp.maximum(core, thread)
        bright = 1.0 - xp.exp(-1.2 * light)
        return Inks(place=knobs.variety * place / (light + 0.03), light=bright, glow=core * core * core, height=bright)

    def _bent(self, xp: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
        """Points after a bend, and about the square of how far it stretches the plane there."""
        if self.variation == "sine":
            return SINE * xp.sin(SINE * x), SINE * xp.sin(SINE * y), SINE_STRETCH * SINE**4
        r2 = x * x + y * y
        if self.variation == "spherical":
            inverse = 1.0 / (r2 + 1e-4)
            return xp.abs(x) * inverse, xp.abs(y) * inverse, inverse * inverse
        s, c = xp.sin(r2) * SWIRL, xp.cos(r2) * SWIRL
        return xp.abs(x * s - y * c), xp.abs(x * c + y * s), SWIRL**2 * (1.0 + SWIRL_STRETCH * r2 * r2)
