"""Ribbons: bands of silk that twist over one another."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.flowing.stir import width_of
from avcore.fields.noise import smoothstep
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class RibbonsSpec(PatternSpec):
    """Ribbons in layers: each waves and twists, shines along its edges and casts a soft shadow on those below."""

    count: int = setting(7, help="ribbons, one above the other", low=1, high=24)
    width: Driven = setting(Driven.fixed(0.16), help="width of a ribbon, in picture heights")
    sway: Driven = setting(Driven.fixed(0.12), help="how far ribbons wave up and down, in picture heights")
    twist: Driven = setting(Driven.fixed(1.0), help="how often ribbons turn over, 0 to 2")
    flutter: Driven = setting(Driven.fixed(0.0), help="small fast waves along the ribbons, for hits")
    sheer: Driven = setting(Driven.fixed(0.25), help="how far lower ribbons shine through, 0 to 1")
    shadow: Driven = setting(Driven.fixed(0.7), help="darkness of the shadows, 0 to 1")
    threads: float = setting(14.0, help="fine lines along a ribbon", low=0.0, high=60.0)
    spread: Driven = setting(Driven.fixed(1.0), help="turns of the palette from the lowest ribbon to the highest")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "flutter"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        wide = width_of(at)
        repeats = at.space != "plane"
        x, y = at.x * wide, at.y
        chance = random.Random(self.seed)

        def wave(cycles: float) -> float:
            """Radians a picture height; whole waves where the space repeats."""
            return TAU * (max(1, round(cycles * wide)) / wide if repeats else cycles)

        place: Any = 0.0
        light: Any = 0.06 + 0.0 * x
        glow: Any = 0.0 * x
        height: Any = 0.0 * x
        for number in range(self.count):
            p = [TAU * chance.random() for _ in range(5)]
            way = 1 if chance.random() < 0.5 else -1
            k1, k2, k3 = (wave(cycles * (0.8 + 0.4 * chance.random())) for cycles in (0.6, 1.3, 0.7))
            middle = (number + 0.5 + 0.5 * (chance.random() - 0.5)) / self.count - 0.5
            first = k1 * x + (p[0] + way * at.turn)
            second = k2 * x + (p[1] - way * at.turn + at.wander)
            quick = 4.0 * k2 * x + (p[2] + 12 * way * at.turn)
            rise = knobs.sway * (xp.sin(first) + 0.5 * xp.sin(second)) + (0.25 * knobs.flutter) * xp.sin(quick)
            lean = knobs.sway * (k1 * xp.cos(first) + (0.5 * k2) * xp.cos(second))
            lean = lean + (k2 * knobs.flutter) * xp.cos(quick)
            steep = xp.sqrt(1.0 + lean * lean)
            # The half width as it is seen while the ribbon turns over; the sign is the side that shows.
            turned = xp.cos(k3 * x * knobs.twist + (p[3] + 2 * way * at.turn) + 0.8 * xp.sin(first)) if not repeats else (
                xp.cos(knobs.twist * xp.sin(k3 * x + p[4]) * 1.6 + (p[3] + 2 * way * at.turn) + 0.8 * xp.sin(first))
            )
            half = 0.5 * knobs.width * (0.12 + 0.88 * xp.abs(turned))
            away = y - middle - rise
            if repeats:
                away = away - xp.floor(away + 0.5)
            away = away / steep
            edge = at.pixel + 0.0 * half
            inside = half - xp.abs(away)
            cover = smoothstep(xp, -edge, edge, inside)
            # What the ribbon darkens below it: a shadow, shifted down.
            drop = half + 0.06 - xp.abs(away + 0.03)
            dark = knobs.shadow * smoothstep(xp, 0.0, 0.09, drop)
            across = xp.clip(away / half, -1.0, 1.0)
            bulge = xp.sqrt(1.0 - 0.96 * across * across)
            face = 0.5 + 0.5 * turned
            thread = xp.cos((math.pi * self.threads) * across)
            fine = 0.12 * xp.exp(-0.5 * (math.pi * self.threads * at.pixel / half) ** 2)
            shade = (0.28 + 0.72 * xp.abs(turned)) * (0.55 + 0.45 * bulge) * (1.0 - 0.25 * across * turned) * (1.0 - fine + fine * thread)
            rim = xp.exp(-((inside / (0.006 + 0.5 * at.pixel)) ** 2)) * cover
            gleam = xp.exp(-(((turned * 0.5 + 0.35 * across - 0.42) / 0.13) ** 2)) * cover
            tone = (knobs.spread * number) / self.count + 0.10 * across + 0.18 * face
            solid = cover * (1.0 - knobs.sheer)
            light = light * (1.0 - dark * (1.0 - cover))
            place = place + cover * (1.0 - 0.6 * knobs.sheer) * (tone - place)
            light = light + (cover - 0.6 * (cover - solid)) * (shade - light)
            glow = glow * (1.0 - solid) * (1.0 - dark * (1.0 - cover)) + 0.75 * rim + 0.55 * gleam
            height = height + cover * (bulge * half * 4.0 + 0.1 * number - height)
        return Inks(place=place, light=xp.clip(light, 0.0, 1.0), glow=xp.clip(glow, 0.0, 1.0), height=height)
