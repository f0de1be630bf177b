"""Flames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from avcore.fields.coords import Space
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

Variation = Literal["spherical", "sine", "swirl"]


@dataclass(frozen=True)
class FlameSpec(PatternSpec):
    variation: Variation = setting("spherical", help="how the plane is bent between the turns")
    turn: Driven = setting(Driven.fixed(0.1), help="turn from one fold to the next, in turns")
    shift_x: Driven = setting(Driven.fixed(0.7), help="shift of each fold, right")
    shift_y: Driven = setting(Driven.fixed(0.5), help="shift of each fold, up")
    sharp: Driven = setting(Driven.fixed(8.0), help="sharp")
    variety: Driven = setting(Driven.fixed(0.12), help="turns of the palette from fold to fold")
    sway: Driven = setting(Driven.fixed(0.02), help="turns by which the folds open and close by themselves")
    folds: int = setting(10, help="how many folds", low=1, high=24)

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "turn"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        x, y = at.x * 2.0, at.y * 2.0
        slope2 = xp.full_like(x, (2 * at.pixel) ** 2)
        place, light = 0.0, 0.0
        weights = 1e-3
        glow = xp.zeros_like(x)
        zero = xp.zeros_like(x)
        for fold in range(self.folds):
            angle = 2 * math.pi * (knobs.turn + knobs.sway * math.sin(at.turn + 0.9 * fold))
            c, s = math.cos(angle), math.sin(angle)
            if self.variation == "spherical":
                k = 1.0 / (x * x + y * y + 1e-4)
                x, y = xp.abs(x) * k - knobs.shift_x, xp.abs(y) * k - knobs.shift_y
                slope2 = slope2 * k * k
            elif self.variation == "sine":
                x, y = xp.sin(1.7 * x) * 1.7 + knobs.shift_x, xp.sin(1.7 * y) * 1.7 - knobs.shift_y
                slope2 = slope2 * 4.0
            else:
                r2 = x * x + y * y
                sr, cr = xp.sin(r2), xp.cos(r2)
                x, y = xp.abs(x * sr - y * cr) * 1.3 - knobs.shift_x, xp.abs(x * cr + y * sr) * 1.3 - knobs.shift_y
                slope2 = slope2 * (1.7 + 4 * r2 * r2)
            x, y = c * x - s * y, s * x + c * y
            d = xp.abs(y) + 0.1 * (x * x)
            w = xp.exp(-knobs.sharp * d) / (1.0 + slope2 * knobs.sharp**2)
            light = light + w
            place = place + w * fold
            glow = xp.maximum(glow, w)
        return Inks(place=knobs.variety * place / (light + 0.03), light=1.0-xp.exp(-1.2 * light), glow=glow**3, height=light * 0.3)
