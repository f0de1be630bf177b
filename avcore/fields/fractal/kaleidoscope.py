"""Kaleidoscopic folds with glowing edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.noise import mix
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class KaleidoscopeSpec(PatternSpec):
    """Mirrors within mirrors: the plane is folded, turned and enlarged again and again."""

    count: float = setting(1.0, help="figures down the picture", low=0.25, high=16.0)
    turn: Driven = setting(Driven.fixed(0.1), help="turn from one fold to the next, in turns")
    grow: Driven = setting(Driven.fixed(1.5), help="enlargement from one fold to the next, 1.1 to 3")
    shift_x: Driven = setting(Driven.fixed(0.5), help="shift of each fold, right")
    shift_y: Driven = setting(Driven.fixed(0.2), help="shift of each fold, up")
    rings: Driven = setting(Driven.fixed(1.0), help="rings of light for each unit")
    facets: Driven = setting(Driven.fixed(0.0), help="0 circles, 1 squares")
    line: Driven = setting(Driven.fixed(0.006), help="width of the bright edges")
    variety: Driven = setting(Driven.fixed(0.15), help="turns of the palette from fold to fold")
    spread: Driven = setting(Driven.fixed(0.4), help="turns of the palette from the middle of a figure to its edge")
    sway: Driven = setting(Driven.fixed(0.01), help="turns by which the folds open and close by themselves")
    flow: int = setting(3, help="rings that run outwards in one round of its own motion")
    folds: int = setting(5, help="how many folds", low=1, high=24)

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "turn"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        x, y, _ = at.lattice(self.count)
        pixel = 2.0 * at.pixel_of(self.count)
        # Triangle waves: the first fold is a mirror along every edge of the lattice, so that it tiles.
        x, y = 2.0 * xp.abs(x - xp.floor(x) - 0.5), 2.0 * xp.abs(y - xp.floor(y) - 0.5)
        middle = xp.sqrt(x * x + y * y)
        grown = 1.0
        light, place, height = xp.zeros_like(x), 0.0, 0.0
        for fold in range(self.folds):
            angle = TAU * (knobs.turn + knobs.sway * math.sin(at.turn + 2.4 * fold))
            c, s = math.cos(angle) * knobs.grow, math.sin(angle) * knobs.grow
            x, y = xp.abs(x) - knobs.shift_x, xp.abs(y) - knobs.shift_y
            x, y = c * x - s * y, s * x + c * y
            grown *= knobs.grow
            r = mix(xp.sqrt(x * x + y * y), xp.maximum(xp.abs(x), xp.abs(y)), knobs.facets)
            wave = xp.sin(r * (0.5 * TAU * knobs.rings) - 0.5 * self.flow * at.turn)
            width = (knobs.line + 0.6 * pixel) * (0.5 * TAU * knobs.rings * grown)
            lit = 1.0 / (1.0 + (wave * (1.0 / width)) ** 2)
            lit = lit * (knobs.line / (knobs.line + 0.6 * pixel))
            lit = lit + 0.1 / (1.0 + wave * wave * (0.03 / (width * width)))
            light = light + lit
            place = place + lit * fold
        return Inks(
            place=knobs.variety * place / (light + 0.01) + knobs.spread * middle,
            light=1.0 - xp.exp(-2.0 * light),
            glow=1.0 - xp.exp(-0.4 * light * light),
            height=0.2 * light,
        )
