"""Marbling: drops of ink on water, drawn out with tines and combs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.flowing.chance import Chance
from avcore.fields.flowing.pull import Inked, comb, drop, swirl, wave
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import held
from avcore.signals.spec import Driven
from avcore.spec import setting

# The plane's counterpart of the golden ratio: steps by its powers never come near to where they have been.
PLASTIC = 1.3247179572447460

# Radius of a whirl in picture heights, and rounds of the ripples while the pattern makes one.
WHIRL, RIPPLE_ROUNDS = 0.42, 12

# Pull, ripple and twist beyond which nothing is left to see.
MOST = 16.0

# Place on the palette that stands for all inks, where bands are finer than a pixel.
BLEND = 0.25


@dataclass(frozen=True)
class MarblingSpec(PatternSpec):
    """Marbled paper: flat inks in rings and stripes, bent by tines, combs and whirls (Lu, Jaffer, Jin et al. 2012)."""

    stripes: float = setting(
        14.0,
        help="stripes of ink down the picture before it is drawn out; in a tile, a multiple of the inks",
        low=1.0,
        high=80.0,
    )
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
    inks: int = setting(
        7, help="inks, evenly around the palette: as many as it has colours keep these pure", low=2, high=64
    )

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "ripple"
    spaces: ClassVar[tuple[Space, ...]] = ("plane", "tile")

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        wide = at.width
        sides = (wide, 1.0) if at.space == "tile" else (0.0, 0.0)
        width = sides[0] or at.aspect
        ink = Inked(at.x * wide, at.y, 1.0, 0.0, 0.0, 1.0)
        ripple, pull, twist = (held(knob, -MOST, MOST) for knob in (knobs.ripple, knobs.pull, knobs.twist))
        chance = Chance(self.seed)
        for _ in range(2):
            ink = wave(xp, ink, ripple, chance.random(), 2.0, RIPPLE_ROUNDS * at.turn, sides)
        for number in range(self.whirls):
            centre = self._spot(xp, at, self.drops + number, width)
            way = 1.0 if number % 2 else -1.0
            ink = swirl(xp, ink, centre, WHIRL, (way * TAU) * twist, sides)
        for number in range(self.combs):
            teeth = max(1, round(self.teeth * 1.5**number))
            slide = TAU * chance.random() + (1 if number % 2 else -1) * at.turn
            ink = comb(xp, ink, bool(number % 2), teeth, pull * 0.75**number, slide, sides)
        # A tile holds every ink equally often, so that the last stripe meets the first.
        stripes = max(1.0, round(self.stripes / self.inks)) * self.inks if sides[1] else self.stripes
        layers = []
        for number in range(self.drops):
            size = held(knobs.drop_size, 0.002, 0.45) * (0.6 + 0.8 * chance.random())
            q, cover, slope, ink = drop(xp, ink, self._spot(xp, at, number, width), size, at.pixel, sides)
            first = math.floor(self.inks * chance.random()) / self.inks
            layers.append((cover, *self._bands(xp, self.rings * q, self.rings * at.pixel * slope, first, knobs.vein)))
        slope = stripes * xp.sqrt(ink.yx * ink.yx + ink.yy * ink.yy)
        place, edge = self._bands(xp, stripes * ink.y, at.pixel * slope, 0.0, knobs.vein)
        for cover, tone, line in reversed(layers):
            # The short way around the ring.
            place = place + cover * (tone - place - xp.floor(tone - place + 0.5))
            edge = edge + cover * (line - edge)
        return Inks(place=place, light=1.0 - 0.55 * edge, glow=edge, height=edge)

    def _spot(self, xp: Any, at: Place, number: int, wide: float) -> tuple[Any, Any]:
        """Where tool ``number`` is set down: spread evenly (Roberts 2018, the R2 sequence), and circling slowly."""
        offset, chance = Chance(self.seed), Chance(64 * self.seed + number)
        x, y = offset.random() + number / PLASTIC, offset.random() + number / PLASTIC**2
        angle = TAU * chance.random() + (1 if number % 2 else -1) * at.turn + 0.0 * at.x[:1]
        reach = 0.05 + 0.06 * chance.random()
        return wide * (x % 1.0 - 0.5) + reach * xp.cos(angle), y % 1.0 - 0.5 + reach * xp.sin(angle)

    def _bands(self, xp: Any, q: Any, foot: Any, first: float, vein: Any) -> tuple[Any, Any]:
        """The ink of band ``floor(q)``, and the vein at its edges; bands finer than a pixel blend.

        Inks follow each other as on the palette's ring, so that what lies between two of them is between their colours.
        """
        soft = xp.clip(foot, 0.01, 1.0)
        vein = held(vein, 0.0, 1.0)
        band = xp.floor(q)
        part = q - band
        # Half of the step to the next ink lies before the boundary, half after.
        before = xp.clip((part - 1.0) / soft + 0.5, 0.0, 0.5)
        after = xp.clip(part / soft - 0.5, -0.5, 0.0)
        clear = xp.clip(2.0 - 1.4 * foot, 0.0, 1.0)
        near = xp.minimum(part, 1.0 - part)
        covered = xp.minimum(xp.clip(0.5 - (near - 0.5 * vein) / soft, 0.0, 1.0), vein / soft)
        line = vein + clear * (covered - vein)
        place = (band + before + after) / self.inks
        return first + BLEND + clear * (place - xp.floor(place) - BLEND), line
