"""Drops: rings that run out from many places and cross."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from avcore.fields.coords import Space
from avcore.fields.cymatic.figure import FigureSpec, Vectors, plain, spread
from avcore.fields.cymatic.surface import Wave
from avcore.fields.cymatic.tables import as_array
from avcore.fields.pattern import GOLDEN_ANGLE, Place
from avcore.fields.streams import uniform
from avcore.signals.spec import Driven
from avcore.spec import setting

# Rings are higher near their source than the mean of the picture.
GAIN = 2.5

# How far a source wanders about its place, in picture heights.
STROLL = 0.05


@dataclass(frozen=True)
class DropsSpec(FigureSpec):
    """Rings of rain: every mode has a source of its own; low notes make long waves and high ones short."""

    reach: Driven = setting(Driven.fixed(0.5), help="how far sources lie from the middle, in picture heights")
    fade: Driven = setting(Driven.fixed(0.5), help="distance over which a ring weakens, in picture heights")
    rounds: int = setting(30, help="rings of the highest note in one round of the motion", low=0, high=1000)

    family: ClassVar[str] = "cymatic"
    likes: ClassVar[str] = "reach"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    @cached_property
    def layout(self) -> Vectors:
        """Wave number, rounds, angle and distance of each source, by mode."""
        index = np.arange(self.count)
        numbers = np.pi * np.array(spread(self.count, self.coarsest, self.finest))
        # In deep water the square of the frequency grows with the wave number.
        rounds = np.round(self.rounds * np.sqrt(numbers / numbers.max()))
        angles = np.pi * uniform(self.seed, "drops", 1)[0] + GOLDEN_ANGLE * index
        return plain(numbers, rounds, angles, np.sqrt((index + 0.5) / self.count))

    def figure(self, xp: Any, at: Place, strengths: Any, knobs: Any) -> Wave:
        """See ``FigureSpec.figure``."""
        numbers, rounds, angles, places = self.layout
        angles, away = as_array(xp, angles, at.x), knobs.reach * as_array(xp, places, at.x)
        stroll = angles * 2.0 + at.turn
        source_x = away * xp.cos(angles) + STROLL * xp.cos(stroll)
        source_y = away * xp.sin(angles) + STROLL * xp.sin(stroll)
        phases = as_array(xp, rounds, at.x) * at.turn

        height = right = up = bend = 0.0
        for index, number in enumerate(numbers):
            dx, dy = at.x - source_x[index], at.y - source_y[index]
            # A source is not a point: waves are level at its middle.
            distance = xp.sqrt(dx * dx + dy * dy + (1.0 / number) ** 2)
            strength = GAIN * strengths[index] / (1.0 + distance * distance / (knobs.fade * knobs.fade + 1e-6))
            angle = number * distance - phases[index]
            wave = strength * xp.cos(angle)
            tilt = -number * strength * xp.sin(angle) / distance
            height, bend = height + wave, bend - number**2 * wave
            right, up = right + tilt * dx, up + tilt * dy
        number = xp.sqrt(xp.sum((strengths * as_array(xp, numbers, at.x)) ** 2))
        return Wave(height, right, up, bend, number)
