"""Circles in circles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class GasketSpec(PatternSpec):
    """Lace of circles: the plane is wrapped and turned inside out in a circle, again and again (Apollonian gasket)."""

    count: float = setting(2.0, help="figures down the picture", low=0.25, high=32.0)
    power: Driven = setting(Driven.fixed(1.1), help="power of the inversion, 0.8 to 2")
    line: Driven = setting(Driven.fixed(0.02), help="width of the bright edges")
    variety: Driven = setting(Driven.fixed(0.12), help="turns of the palette from fold to fold")
    sway: Driven = setting(Driven.fixed(0.05), help="by how much it breathes by itself")
    folds: int = setting(7, help="how many inversions", low=1, high=24)

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "power"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        x, y, _ = at.lattice(self.count)
        pixel = 2 * at.pixel_of(self.count)
        x, y = 2.0 * x, 2.0 * y
        grown = xp.ones_like(x)
        place, light, glow = 0.0, 0.0, xp.zeros_like(x)
        s = knobs.power + knobs.sway * math.sin(at.turn)
        trap = xp.full_like(x, 9.0)
        for fold in range(self.folds):
            x = x - 2.0 * xp.floor(0.5 * x + 0.5)
            y = y - 2.0 * xp.floor(0.5 * y + 0.5)
            r2 = x * x + y * y + 1e-6
            k = s / r2
            x, y, grown = x * k, y * k, grown * k
            fade = 1.0 / (1.0 + (grown * pixel) ** 2 * 10)
            edge = xp.minimum(xp.abs(x), xp.abs(y)) / grown
            lit = 1.0 / (1.0 + (edge / (knobs.line / (1 + 0.4 * fold) + pixel)) ** 2)
            glow = xp.maximum(glow, lit * fade)
            w = fade * xp.exp(-4.0 * xp.abs(r2 - 0.5))
            place = place + knobs.variety * fold * w
            light = light + w
        return Inks(place=place, light=xp.clip(0.15+light * 0.4, 0., 1.), glow=glow, height=light * 0.3)
