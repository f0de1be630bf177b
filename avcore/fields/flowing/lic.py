"""LIC: brush strokes along a current."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from avcore.fields.flowing.stir import Shear, shears
from avcore.fields.noise import value
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import held, smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# Waves of the current; the ripples are so much finer, and make so many rounds while the pattern makes one.
WAVES, RIPPLES, RIPPLE_FINER, RIPPLE_ROUNDS = 4, 1, 3.0, 24

# Samples of a stroke to each side, and rounds of the gloss that runs along it.
SAMPLES, GLOSS_ROUNDS = 4, 20

# Speed of the current, relative to its fastest, below which strokes shorten: at the eye of a whirl they have no way.
EYE = 0.3

# One over the largest level of the stream function that is met with.
PEAK = 0.6


@dataclass(frozen=True)
class LicSpec(PatternSpec):
    """Thick brush strokes that follow a whirling current (line integral convolution, Cabral and Leedom 1993)."""

    size: float = setting(0.9, help="whirls down the picture", low=0.1, high=12.0)
    strokes: float = setting(42.0, help="strokes side by side down the picture", low=4.0, high=300.0)
    length: Driven = setting(Driven.fixed(7.0), help="length of a stroke, in its widths")
    ripple: Driven = setting(Driven.fixed(0.0), help="small fast waves that bend the strokes, for hits")
    spread: Driven = setting(Driven.fixed(0.8), help="turns of the palette from the eye of a whirl to the next")
    variety: Driven = setting(Driven.fixed(0.25), help="turns of the palette that strokes differ by")
    eyes: Driven = setting(Driven.fixed(0.35), help="size of the lights in the eyes of the whirls, 0 to 1")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "ripple"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        wide = at.width
        waves = shears(self.seed, WAVES, cells=self.size, space=at.space, aspect=at.aspect, finer=2.2)
        fine = shears(self.seed + 1, RIPPLES, cells=RIPPLE_FINER * self.size, space=at.space, aspect=at.aspect)
        current = [(wave, 1.0, 1) for wave in waves] + [(wave, knobs.ripple, RIPPLE_ROUNDS) for wave in fine]
        x, y = at.x * wide, at.y
        level, vx, vy = self._current(xp, at, current, x, y)
        stride = held(knobs.length, 0.0, 100.0) / (self.strokes * (2 * SAMPLES + 1))
        # The gloss runs along the strokes: weights that wander over the samples.
        run = GLOSS_ROUNDS * at.turn + 0.0 * at.x[:1]
        total: Any = 0.0
        weights: Any = 0.0
        for way in (1.0, -1.0):
            px, py, wx, wy = x, y, vx, vy
            for sample in range(0 if way > 0.0 else 1, SAMPLES + 1):
                if sample:
                    px, py = px + (way * stride) * wx, py + (way * stride) * wy
                    if sample == 2:
                        _, wx, wy = self._current(xp, at, current, px, py)
                step = way * sample
                hann = 1.0 + math.cos(math.pi * step / (SAMPLES + 1))
                weight = hann * (1.0 + 0.7 * xp.cos(step * (TAU / (2 * SAMPLES + 1)) - run))
                total = total + weight * self._grain(xp, at, px / wide, py)
                weights = weights + weight
        blur = 1.0 - smoothstep(xp, 0.3, 0.9, at.pixel_of(self.strokes) + 0.0 * at.x[:1])
        paint = 5.0 * blur * (total / weights - 0.5)
        stroke = 0.5 + 0.5 * paint / xp.sqrt(1.0 + paint * paint)
        # Bright at the eyes of the whirls, with a fainter ring around.
        far = (1.0 - PEAK * xp.abs(level)) / (held(knobs.eyes, 0.0, 1.0) + 0.01) + 0.5 * (stroke - 0.5)
        eye = 1.0 - smoothstep(xp, 0.3, 0.8, far)
        eye = eye * (0.6 + 0.4 * stroke) + 0.4 * (1.0 - smoothstep(xp, 0.0, 0.3, xp.abs(far - 1.4))) * stroke
        place = (PEAK * knobs.spread) * xp.sqrt(level * level + 0.04) + knobs.variety * (stroke - 0.5)
        light = 0.35 + 0.65 * smoothstep(xp, 0.05, 0.6, stroke)
        return Inks(place=place, light=light, glow=xp.clip(eye, 0.0, 1.0), height=stroke)

    def _current(self, xp: Any, at: Place, waves: list[tuple[Shear, Any, int]], x: Any, y: Any) -> tuple[Any, Any, Any]:
        """The level of the stream function in about [-1, 1], and the direction along its lines."""
        level: Any = 0.0
        vx: Any = 0.0
        vy: Any = 0.0
        share = 1.0 / math.sqrt(WAVES)
        for wave, strength, haste in waves:
            length = math.hypot(wave.x, wave.y)
            phase = wave.phase + (haste * wave.rounds) * at.turn + (haste * wave.drift) * at.wander
            angle = wave.x * x + (wave.y * y + phase)
            if haste == 1:
                level = level + share * xp.sin(angle)
            push = strength * xp.cos(angle)
            vx, vy = vx - (wave.y / length) * push, vy + (wave.x / length) * push
        fast = 1.0 / xp.sqrt(vx * vx + vy * vy + EYE * EYE)
        return level, vx * fast, vy * fast

    def _grain(self, xp: Any, at: Place, x: Any, y: Any) -> Any:
        there = replace(at, x=x, y=y)
        u, v, period = there.lattice(self.strokes)
        return value(xp, u, v, seed=self.seed, period=period)
