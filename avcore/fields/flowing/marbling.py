"""Marbling: drops of ink on water, drawn out with tines and combs."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.flowing.pull import Inked, comb, drop, swirl, wave
from avcore.fields.flowing.stir import width_of
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


@dataclass(frozen=True)
class MarblingSpec(PatternSpec):
    """Marbled paper: flat inks in rings and stripes, bent by tines, combs and whirls (Lu, Jaffer, Jin et al. 2012)."""

    stripes: float = setting(14.0, help="stripes of ink down the picture before it is drawn out", low=1.0, high=80.0)
    drops: int = setting(7, help="drops of ink let fall onto the stripes", low=0, high=16)
    drop_size: Driven = setting(Driven.fixed(0.17), help="radius of the drops, in picture heights")
    rings: int = setting(6, help="rings of ink in each drop", low=1, high=30)
    combs: int = setting(2, help="times that a comb is drawn through, each across the last", low=0, high=6)
    teeth: float = setting(3.0, help="teeth of the first comb down the picture; the next are finer", low=1.0, high=40.0)
    pull: Driven = setting(Driven.fixed(0.2), help="how far the combs pull, in picture heights")
    whirls: int = setting(2, help="whirls turned with a stylus", low=0, high=8)
    twist: Driven = setting(Driven.fixed(0.35), help="turns of the whirls")
    ripple: Driven = setting(Driven.fixed(0.0), help="waves on the water, for hits, in picture heights")
    vein: Driven = setting(Driven.fixed(0.1), help="width of the bright veins between inks, in stripes")
    inks: int = setting(7, help="inks, evenly around the palette", low=2, high=64)

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "ripple"
    spaces: ClassVar = ("plane", "tile")

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        wide = width_of(at)
        sides = (wide, 1.0) if at.space == "tile" else (0.0, 0.0)
        ink = Inked(at.x * wide, at.y, 1.0, 0.0, 0.0, 1.0)
        chance = random.Random(self.seed)
        for _ in range(2):
            ink = wave(xp, ink, knobs.ripple, chance.random(), 2.0, 12.0 * at.turn + 0.0, sides)
        for number in range(self.whirls):
            centre = self._spot(xp, chance, sides, at, 1)
            way = 1.0 if number % 2 else -1.0
            ink = swirl(xp, ink, centre, 0.42, (way * TAU) * knobs.twist, sides)
        for number in range(self.combs):
            teeth = max(1, round(self.teeth * 1.5**number))
            slide = TAU * chance.random() + (1 if number % 2 else -1) * at.turn
            ink = comb(xp, ink, bool(number % 2), teeth, knobs.pull * 0.75**number, slide, sides)
        place: Any = 0.0
        edge: Any = 0.0
        left: Any = 1.0
        for number in range(self.drops):
            centre = self._spot(xp, chance, sides, at, -1)
            size = knobs.drop_size * (0.6 + 0.8 * chance.random())
            q, cover, slope, ink = drop(xp, ink, centre, size, at.pixel, sides)
            tone, vein = self._bands(xp, self.rings * q, self.rings * at.pixel * slope, chance.random(), knobs.vein)
            place = place + left * cover * tone
            edge = edge + left * cover * vein
            left = left * (1.0 - cover)
        count = max(1, round(self.stripes))
        q = count * (ink.y + 0.0 * ink.x)
        slope = count * xp.sqrt(ink.yx * ink.yx + ink.yy * ink.yy)
        tone, vein = self._bands(xp, q, at.pixel * slope, 0.0, knobs.vein, count if at.space == "tile" else 0)
        place, edge = place + left * tone, edge + left * vein
        return Inks(place=place, light=1.0 - 0.55 * edge, glow=edge, height=edge)

    def _spot(self, xp: Any, chance: random.Random, sides: tuple[float, float], at: Place, way: int) -> tuple[Any, Any]:
        """A place that circles slowly."""
        width, height = (sides[0] or at.aspect), 1.0
        x, y = width * (chance.random() - 0.5), height * (chance.random() - 0.5)
        phase, reach = TAU * chance.random(), 0.05 + 0.06 * chance.random()
        angle = phase + way * at.turn + 0.0 * at.x[:1]
        return x + reach * xp.cos(angle), y + reach * xp.sin(angle)

    def _bands(self, xp: Any, q: Any, foot: Any, first: float, vein: Any, period: int = 0) -> tuple[Any, Any]:
        """The ink of band ``floor(q)``, and the vein at its edges; bands finer than a pixel blend."""
        band = xp.floor(q)
        part = q - band
        if period:
            band = band - period * xp.floor(band / period)
        soft = xp.clip(foot, 0.01, 1.0)
        share = xp.clip((part - 1.0) / soft + 1.0, 0.0, 1.0)
        here = self._ink(xp, band, first)
        after = band + 1.0
        if period:
            after = after - period * xp.floor(after / period)
        tone = here + share * (self._ink(xp, after, first) - here)
        clear = xp.clip(1.5 - foot, 0.0, 1.0)
        near = xp.minimum(part, 1.0 - part)
        line = xp.clip(1.0 - (near - 0.5 * vein) / soft, 0.0, 1.0) * clear
        return 0.4 + clear * (tone - 0.4), line

    def _ink(self, xp: Any, band: Any, first: float) -> Any:
        """The palette's place of a band: steps by the golden ratio, so that neighbours never look alike."""
        step = band * GOLDEN + first
        return xp.floor(self.inks * (step - xp.floor(step))) / self.inks
