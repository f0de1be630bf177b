"""Spots: the coats of animals and the labyrinths that chemicals draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.organic.waves import faded, plane, wave
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import smoothstep
from avcore.fields.streams import uniform
from avcore.signals.spec import Driven
from avcore.spec import setting

# Waves of the broad swell that bends the coat, of the coat itself, and of the speckles between.
SWELL, COAT, SPECKLES = 3, 15, 7

# How much finer the speckles are than the coat.
FINER = 3.1


@dataclass(frozen=True)
class SpotsSpec(PatternSpec):
    """Spots, stripes and labyrinths as reaction and diffusion leave them (Turing 1952), in closed form.

    Waves of one length in all directions make hills that lie evenly far apart. Divided by the local amplitude, which is
    known from height and slope, they are also evenly high, so that stripes keep their width.
    """

    count: float = setting(7.0, help="stripes or rows of spots down the picture", low=1.0, high=64.0)
    spots: Driven = setting(Driven.fixed(0.0), help="-1 lone spots, 0 a labyrinth, 1 a net with holes")
    comb: float = setting(0.0, help="how far the stripes lie one way: 0 is a labyrinth, 1 a zebra", low=0.0, high=1.0)
    lean: float = setting(0.0, help="the way that they lie, in turns from upright stripes", low=-1.0, high=1.0)
    flow: Driven = setting(Driven.fixed(0.35), help="how far a broad swell bends them, in stripes")
    core: Driven = setting(Driven.fixed(0.3), help="turns of the palette from the rim of a spot to its core")
    soft: Driven = setting(Driven.fixed(0.15), help="how softly light turns to dark, 0 to 1")
    rim: Driven = setting(Driven.fixed(0.04), help="width of the bright rim between them, in stripes")
    speckles: Driven = setting(Driven.fixed(0.4), help="small spots in the gaps, 0 to 1")
    variety: Driven = setting(Driven.fixed(0.3), help="turns of the palette that places differ by")

    family: ClassVar[str] = "organic"
    likes: ClassVar[str] = "spots"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y = plane(at)
        chance = [float(number) for number in uniform(self.seed, "organic.spots", 3 * (SWELL + COAT + SPECKLES))]
        swell = [
            self._swell(xp, at, x, y, *chance[3 * number : 3 * number + 3], against=number % 2)
            for number in range(SWELL)
        ]
        bend = knobs.flow / self.count
        x, y = x + bend * (swell[0] + 0.5 * swell[2]), y + bend * (swell[1] - 0.5 * swell[2])
        broad = (swell[0] + swell[1] + swell[2]) / SWELL

        hills = self._hills(xp, at, x, y, self.count, chance[3 * SWELL : 3 * (SWELL + COAT)])
        pixel = TAU * at.pixel_of(self.count)  # what ``hills`` changes by in a pixel at an edge
        level = hills + 0.8 * knobs.spots
        soft = 0.8 * abs(knobs.soft) + 0.7 * pixel
        inside = smoothstep(xp, -soft, soft, level)
        # A rim thinner than a pixel is as wide as one, and so much fainter.
        width = 0.5 * TAU * abs(knobs.rim) + 1e-3
        drawn = (width * width + 0.35 * pixel * pixel) ** 0.5
        rim = level / drawn
        glow = (width / drawn) * xp.exp(-rim * rim)
        # Lone specks stand where the finer hills are highest, and only well inside the gaps.
        specks = self._hills(xp, at, x, y, FINER * self.count, chance[3 * (SWELL + COAT) :])
        grain = smoothstep(xp, 0.45, 0.7 + FINER * pixel, specks) * smoothstep(xp, -0.35, -0.7, level)
        grain = knobs.speckles * faded(FINER * self.count, at.pixel) * grain

        dome = inside * (0.4 + 0.6 * smoothstep(xp, 0.0, 1.0, level))
        return Inks(
            place=0.5 * inside + 0.17 * grain + knobs.core * dome + knobs.variety * broad,
            light=xp.clip(0.25 + 0.55 * dome + 0.2 * inside + 0.5 * grain - 0.2 * level * (1.0 - inside), 0.0, 1.0),
            glow=glow,
            height=(0.08 / self.count**0.5) * (inside + dome + 0.4 * grain - 0.3 * glow),
        )

    def _swell(
        self, xp: Any, at: Place, x: Any, y: Any, angle: float, phase: float, length: float, *, against: int
    ) -> Any:
        right, up = wave(at, self.count * (0.2 + 0.06 * length), math.pi * angle)
        return xp.sin(right * x + up * y + (math.pi * phase + (at.turn if against else -at.wander)))

    def _hills(self, xp: Any, at: Place, x: Any, y: Any, frequency: float, chance: list[float]) -> Any:
        """Hills of about -1 to 1, of one size and evenly high; ``chance`` has three numbers a wave."""
        height: Any = 0.0
        slope_x: Any = 0.0
        slope_y: Any = 0.0
        waves = len(chance) // 3
        spread = math.pi * (1.0 - 0.88 * self.comb)
        for number in range(waves):
            shake, phase, length = chance[3 * number : 3 * number + 3]
            # Directions in even steps, each shaken: all of the half circle without a gap.
            step = (number + 0.5 + 0.5 * shake) / waves - 0.5
            right, up = wave(at, frequency * (1.0 + 0.06 * length), TAU * self.lean + spread * step)
            angle = right * x + up * y + (math.pi * phase + (at.turn if number % 2 else -at.wander))
            height, slope = height + xp.sin(angle), xp.cos(angle)
            slope_x, slope_y = slope_x + right * slope, slope_y + up * slope
        slopes = (slope_x * slope_x + slope_y * slope_y) / (TAU * frequency) ** 2
        return height / xp.sqrt(height * height + slopes + 0.35 * waves)
