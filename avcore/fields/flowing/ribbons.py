"""Ribbons: bands of silk that twist over one another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.flowing.chance import Chance
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import held, smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# A ribbon seen from its edge is still so thick, in parts of its width; its bright rim is so wide, in picture heights.
THICK, RIM = 0.12, 0.006

# The shadow falls so far down, and is so soft, in picture heights.
FALL, SOFT = 0.03, 0.09

# Rounds of the flutter while the pattern makes one.
FLUTTERS = 12


@dataclass(frozen=True)
class Ribbon:
    """One ribbon's share of every pixel.

    ``cover`` is how much of the pixel it hides and ``dark`` how much it shades what lies below, 0 to 1; ``tone`` is
    added to its place on the palette; ``shade``, ``gleam`` and ``height`` become light, glow and height.
    """

    cover: Any
    dark: Any
    tone: Any
    shade: Any
    gleam: Any
    height: Any


@dataclass(frozen=True)
class RibbonsSpec(PatternSpec):
    """Ribbons in layers: each waves and twists, shines along its edges and casts a soft shadow on those below."""

    count: int = setting(7, help="ribbons, one above the other", low=1, high=24)
    width: Driven = setting(Driven.fixed(0.16), help="width of a ribbon, in picture heights")
    sway: Driven = setting(Driven.fixed(0.12), help="how far ribbons wave up and down, in picture heights")
    twist: Driven = setting(Driven.fixed(1.0), help="how often ribbons turn over, 0 to 2")
    flutter: Driven = setting(Driven.fixed(0.0), help="small fast waves, for hits, in picture heights")
    sheer: Driven = setting(Driven.fixed(0.25), help="how far lower ribbons shine through, 0 to 1")
    shadow: Driven = setting(Driven.fixed(0.7), help="darkness of the shadows, 0 to 1")
    threads: float = setting(14.0, help="fine lines along a ribbon", low=0.0, high=60.0)
    spread: Driven = setting(Driven.fixed(1.0), help="turns of the palette from the lowest ribbon to the highest")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "flutter"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        sheer, shadow = held(knobs.sheer, 0.0, 1.0), held(knobs.shadow, 0.0, 1.0)
        chance = Chance(self.seed)
        place = glow = height = 0.0 * at.x
        light = 0.06 + place
        for number in range(self.count):
            ribbon = self._ribbon(xp, at, knobs, number, chance)
            hidden = ribbon.cover * (1.0 - sheer)
            lit = 1.0 - shadow * ribbon.dark * (1.0 - ribbon.cover)
            tone = knobs.spread * (number / self.count) + ribbon.tone
            place = place + ribbon.cover * (1.0 - 0.6 * sheer) * (tone - place)
            light = light * lit
            light = light + ribbon.cover * (1.0 - 0.6 * sheer) * (ribbon.shade - light)
            glow = glow * (1.0 - hidden) * lit + ribbon.gleam
            height = height + ribbon.cover * (ribbon.height - height)
        return Inks(place=place, light=xp.clip(light, 0.0, 1.0), glow=xp.clip(glow, 0.0, 1.0), height=height)

    def _ribbon(self, xp: Any, at: Place, knobs: Any, number: int, chance: Chance) -> Ribbon:
        wide = at.width
        repeats = at.space != "plane"
        x = at.x * wide
        phases = [TAU * chance.random() for _ in range(5)]
        way = 1 if chance.random() < 0.5 else -1
        # Radians a picture height; whole waves where the space repeats.
        cycles = [size * (0.8 + 0.4 * chance.random()) for size in (0.6, 1.3, 0.7)]
        slow, short, roll = (TAU * (max(1, round(n * wide)) / wide if repeats else n) for n in cycles)
        first = slow * x + (phases[0] + way * at.turn)
        second = short * x + (phases[1] - way * at.turn + at.wander)
        quick = 4.0 * short * x + (phases[2] + FLUTTERS * way * at.turn)
        rise = knobs.sway * (xp.sin(first) + 0.5 * xp.sin(second)) + 0.25 * knobs.flutter * xp.sin(quick)
        slope = knobs.sway * (slow * xp.cos(first) + 0.5 * short * xp.cos(second)) + short * knobs.flutter * xp.cos(
            quick
        )
        middle = (number + 0.25 + 0.5 * chance.random()) / self.count - 0.5
        away = at.y - middle - rise
        if repeats:
            away = away - xp.floor(away + 0.5)
        away = away / xp.sqrt(1.0 + slope * slope)
        # How wide the ribbon is seen while it turns over; the sign is the side that shows.
        rolled = 1.6 * xp.sin(roll * x + phases[4]) if repeats else roll * x
        turned = xp.cos(knobs.twist * rolled + 0.8 * xp.sin(first) + (phases[3] + 2 * way * at.turn))
        half = 0.5 * held(knobs.width, 0.002, 4.0) * (THICK + (1.0 - THICK) * xp.abs(turned))
        return self._shaded(xp, at, away, half, turned)

    def _shaded(self, xp: Any, at: Place, away: Any, half: Any, turned: Any) -> Ribbon:
        """The ribbon whose middle is ``away`` and which is twice ``half`` wide, ``turned`` to the eye (-1 to 1)."""
        inside = half - xp.abs(away)
        cover = xp.clip(0.5 + inside / at.pixel, 0.0, 1.0)
        across = xp.clip(away / half, -1.0, 1.0)
        bulge = xp.sqrt(1.0 - 0.96 * across * across)
        shade = (0.28 + 0.72 * xp.abs(turned)) * (0.55 + 0.45 * bulge) * (1.0 - 0.25 * across * turned)
        if self.threads:
            # Threads finer than a pixel blend (a Gaussian's response).
            fine = 0.12 * xp.exp(-0.5 * (math.pi * self.threads * at.pixel / half) ** 2)
            shade = shade * (0.88 + fine * xp.cos((math.pi * self.threads) * across))
        edge = RIM + 0.5 * at.pixel
        rim = (RIM / edge) * xp.exp(-((inside / edge) ** 2))
        gleam = xp.exp(-(((0.5 * turned + 0.35 * across - 0.42) / 0.13) ** 2))
        return Ribbon(
            cover=cover,
            dark=smoothstep(xp, 0.0, SOFT, half + 2.0 * FALL - xp.abs(away + FALL)),
            tone=0.10 * across + 0.09 * turned + 0.09,
            shade=shade,
            gleam=cover * (0.75 * rim + 0.55 * gleam),
            height=4.0 * bulge * half,
        )
