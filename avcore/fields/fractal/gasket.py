"""Lace: circles in circles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

# Squared distance from the centre of an inversion below which all is one point, and the largest enlargement.
TINY, MOST = 1e-6, 1e6

# Mean of the light of a figure, which is what is left of those finer than a pixel.
MEAN = 0.2


@dataclass(frozen=True)
class GasketSpec(PatternSpec):
    """The plane is wrapped and turned inside out in a circle, again and again, as in an Apollonian gasket.

    After Quilez, "Apollonian" (https://www.shadertoy.com/view/4ds3zn), in the plane.
    """

    count: float = setting(2.0, help="figures down the picture", low=0.25, high=32.0)
    power: Driven = setting(Driven.fixed(1.15), help="square of the radius of the circle, 0.7 to 2: the kind of lace")
    line: Driven = setting(Driven.fixed(0.012), help="width of the bright threads")
    variety: Driven = setting(Driven.fixed(0.13), help="turns of the palette from one inversion to the next")
    sway: Driven = setting(Driven.fixed(0.04), help="by how much the power swings by itself")
    folds: int = setting(6, help="how many inversions", low=1, high=16)

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "power"
    spaces: ClassVar[tuple[Space, ...]] = ("plane", "tile", "tunnel")

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, _ = at.lattice(self.count)
        pixel = at.pixel_of(self.count)
        grown, most = xp.ones_like(x), xp.full_like(x, MOST)
        place, light, glow = xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x)
        power = 0.25 * min(4.0, max(0.1, knobs.power + knobs.sway * math.sin(at.turn)))
        departure = departures(self.seed, "power", self.folds)
        for fold in range(self.folds):
            x, y = x - xp.floor(x + 0.5), y - xp.floor(y + 0.5)
            r2 = x * x + y * y + TINY
            k = (power * (1.0 + 0.15 * departure[fold])) / r2
            x, y, grown = x * k, y * k, xp.minimum(grown * k, most)
            size = grown * pixel
            seen = 1.0 / (1.0 + 3.0 * size * size)
            edge = xp.minimum(xp.abs(x), xp.abs(y))
            thread = 0.5 * (abs(knobs.line) + 1e-4) / (1.0 + 0.4 * fold)
            edge = edge / (grown * (thread + 0.7 * pixel))
            strength = fold / (fold + 1.0) * thread / (thread + 0.5 * pixel)
            glow = xp.maximum(glow, strength * seen / (1.0 + edge * edge))
            weight = MEAN + seen * (xp.exp(-16.0 * xp.abs(r2 - 0.125)) - MEAN)
            place, light = place + fold * weight, light + weight
        bright = 1.0 - xp.exp(-0.7 * light)
        return Inks(place=knobs.variety * place, light=bright, glow=glow, height=bright)
