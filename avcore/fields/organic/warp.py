"""Warp: ink that is stirred, swirl after swirl."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.organic.waves import faded, plane, wave
from avcore.fields.paint import Inks
from avcore.fields.pattern import GOLDEN_ANGLE, TAU, PatternSpec, Place
from avcore.fields.streams import uniform
from avcore.signals.spec import Driven
from avcore.spec import setting

# How much finer than the largest swirls the three layers of the ink are, and how much each counts.
LAYERS = ((1.25, 0.6), (2.9, 0.3), (7.5, 0.1))
WAVES_OF_A_LAYER = 3


@dataclass(frozen=True)
class WarpSpec(PatternSpec):
    """Ink in water, marble and smoke: waves of colour, folded by shear after shear, each finer than the one before.

    Shears keep areas, so ink is stretched and folded but never gathers; that is what makes it look stirred.
    """

    count: float = setting(0.8, help="largest swirls down the picture", low=0.25, high=16.0)
    swirls: int = setting(11, help="times that the ink is stirred; more is finer", low=1, high=24)
    finer: float = setting(1.35, help="how much finer each swirl is than the one before", low=1.05, high=2.5)
    strength: Driven = setting(
        Driven.fixed(0.8), help="how far each swirl pushes the ink; above 1 it folds into threads"
    )
    veins: Driven = setting(Driven.fixed(3.0), help="bright threads where the ink changes side, per unit of colour")
    thread: Driven = setting(Driven.fixed(0.5), help="how wide the bright threads are, 0 to 1")
    grain: Driven = setting(Driven.fixed(1.0), help="strength of the finest layer of ink")
    depth: Driven = setting(Driven.fixed(1.0), help="depth of the folds in shadow and relief")

    family: ClassVar[str] = "organic"
    likes: ClassVar[str] = "strength"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y = plane(at)
        chance = uniform(self.seed, "organic.warp", 2 * self.swirls + 1 + 2 * WAVES_OF_A_LAYER * len(LAYERS))
        start, *rest = (math.pi * float(number) for number in chance)
        frequency, crease = self.count, 0.0
        for swirl in range(self.swirls):
            # Successive swirls do not lie along each other.
            angle = start + GOLDEN_ANGLE * swirl + 0.12 * rest[2 * swirl]
            right, up = wave(at, frequency, angle)
            length = math.hypot(right, up)
            phase = rest[2 * swirl + 1] + (at.turn if swirl % 2 else -at.turn)
            push = xp.sin(right * x + up * y + phase)
            if swirl in (2, 3, 5):
                crease = crease + push
            push = push * (knobs.strength * (faded(frequency, at.pixel) / length))
            x, y = x - push * (up / length), y + push * (right / length)
            frequency *= self.finer
        broad, middle, fine = self._layers(xp, at, x, y, rest[2 * self.swirls :])
        fine = knobs.grain * fine
        ink = broad + middle
        thread = xp.abs(xp.sin((0.5 * TAU * knobs.veins) * (ink + 0.3 * fine)))
        glow = xp.exp(-thread * (3.0 / (abs(knobs.thread) + 0.02)))
        fold = 0.17 * crease + middle + fine
        height = 0.5 + 0.5 * knobs.depth * (0.6 * broad + middle + fine)
        light = xp.clip(0.62 + knobs.depth * fold, 0.0, 1.0)
        return Inks(place=0.5 + 0.5 * ink + 0.25 * fine, light=light, glow=glow * light, height=0.2 * height)

    def _layers(self, xp: Any, at: Place, x: Any, y: Any, chance: list[float]) -> list[Any]:
        """The layers of ink at the stirred positions, each about as strong as ``LAYERS`` says."""
        layers = []
        for layer, (finer, strength) in enumerate(LAYERS):
            total: Any = 0.0
            for number in range(WAVES_OF_A_LAYER):
                angle, phase = chance[2 * (WAVES_OF_A_LAYER * layer + number) :][:2]
                right, up = wave(at, finer * self.count, angle)
                drift = at.wander if number % 2 else -at.wander
                total = total + xp.sin(right * x + up * y + (phase + drift))
            layers.append(total * (strength / math.sqrt(WAVES_OF_A_LAYER) * faded(2.0 * finer * self.count, at.pixel)))
        return layers
