"""Kaleidoscope: mirrors within mirrors, and rings of light in each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import mix
from avcore.signals.spec import Driven
from avcore.spec import setting

# Strength of the light around a ring, and the square of its width in those of the ring.
HALO, HALO_WIDTH2 = 0.06, 25.0


@dataclass(frozen=True)
class KaleidoscopeSpec(PatternSpec):
    """The plane is folded, turned and enlarged again and again; in each of its figures run rings of light."""

    count: float = setting(1.0, help="figures down the picture", low=0.25, high=16.0)
    folds: int = setting(4, help="how often it is folded", low=1, high=16)
    turn: Driven = setting(Driven.fixed(0.1), help="turns from one fold to the next")
    grow: Driven = setting(Driven.fixed(1.5), help="enlargement from one fold to the next, 1.1 to 3")
    shift_x: Driven = setting(Driven.fixed(0.5), help="where the mirrors lie, across")
    shift_y: Driven = setting(Driven.fixed(0.2), help="where the mirrors lie, down")
    rings: Driven = setting(Driven.fixed(1.0), help="rings of light for each unit of a figure")
    facets: Driven = setting(Driven.fixed(0.0), help="0 for circles, 1 for squares")
    line: Driven = setting(Driven.fixed(0.006), help="width of the rings")
    flow: int = setting(3, help="half rings that run outwards in one round of its own motion", low=-64, high=64)
    sway: Driven = setting(Driven.fixed(0.01), help="turns by which the mirrors swing by themselves")
    variety: Driven = setting(Driven.fixed(0.15), help="turns of the palette from one fold to the next")
    spread: Driven = setting(Driven.fixed(0.4), help="turns of the palette from the middle of a figure to its edge")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "turn"
    spaces: ClassVar[tuple[Space, ...]] = ("plane", "tile", "tunnel")

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, _ = at.lattice(self.count)
        pixel = 0.7 * at.pixel_of(self.count)
        # There and back along a wave, so that the first fold is a mirror on every edge of the lattice, and it tiles.
        x, y = 2.0 * xp.abs(x - xp.floor(x) - 0.5), 2.0 * xp.abs(y - xp.floor(y) - 0.5)
        edge = xp.sqrt(x * x + y * y)
        grow, line, grown = min(4.0, max(1.01, knobs.grow)), abs(knobs.line) + 1e-4, 1.0
        departure = departures(self.seed, "turn", self.folds)
        light, place = xp.zeros_like(x), xp.zeros_like(x)
        per_unit = 0.5 * TAU * knobs.rings
        for fold in range(self.folds):
            angle = TAU * (knobs.turn + knobs.sway * math.sin(at.turn + 2.4 * fold) + 0.1 * departure[fold])
            c, s = math.cos(angle) * grow, math.sin(angle) * grow
            x, y = xp.abs(x) - knobs.shift_x, xp.abs(y) - knobs.shift_y
            x, y = c * x - s * y, s * x + c * y
            grown *= grow
            r = mix(xp.sqrt(x * x + y * y), xp.maximum(xp.abs(x), xp.abs(y)), knobs.facets)
            wave = xp.sin(r * per_unit - 0.5 * self.flow * at.turn)
            thin = line / math.sqrt(grown)
            width = (thin + pixel) * per_unit * grown
            off2 = wave * wave * (1.0 / (width * width + 1e-9))
            lit = (1.0 / (1.0 + off2) + HALO / (1.0 + off2 * (1.0 / HALO_WIDTH2))) * (thin / (thin + pixel))
            light, place = light + lit, place + lit * fold
        bright = 1.0 - xp.exp(-1.6 * light)
        return Inks(
            place=knobs.variety * place / (light + 0.01) + knobs.spread * edge,
            light=bright,
            glow=1.0 - xp.exp(-0.35 * light * light),
            height=bright,
        )
