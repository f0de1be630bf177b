"""What the looks with an orbit share: a point goes its way through the plane, and what it passes gives it light."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

Trap = Literal["pearls", "stalks", "rings", "veins"]

# Square of the distance at which a point counts as half gone.
BAILOUT2 = 40.0

# Where a coordinate of a point that has fled is held, and the largest squared stretch: far beyond all that is seen,
# and small enough that two squarings from there, or one higher power, do not overflow.
FAR, STEEP = 1e3, 1e8

# Size of the largest trap, and the width of veins of size 1, in picture heights.
LARGEST, VEIN = 2.0, 0.2

# How much of what is as fine as a pixel fades.
FADE = 0.5

# Brightness below which a shine hardly counts when the mean step is taken, so that colours do not jump where it ends.
NO_STEP = 0.05


@dataclass(frozen=True)
class OrbitSpec(PatternSpec):
    """Settings of the looks that follow a point through many steps and light it by what it passes (orbit traps)."""

    trap: Trap = setting(
        "pearls", help="what shines where an orbit meets it. pearls; stalks: needles; rings; veins: the edge of the set"
    )
    trap_size: Driven = setting(Driven.fixed(0.25), help="size of pearls and rings, width of stalks and veins")
    trap_x: Driven = setting(Driven.fixed(0.0), help="where the trap lies, to the right")
    trap_y: Driven = setting(Driven.fixed(0.0), help="where the trap lies, up")
    sway: Driven = setting(Driven.fixed(0.0), help="radius on which the trap goes round by itself")
    ground: Driven = setting(Driven.fixed(0.2), help="light of what does not shine, 0 to 1")
    bands: Driven = setting(Driven.fixed(0.1), help="turns of the palette for each step that a point takes to flee")
    variety: Driven = setting(Driven.fixed(0.1), help="turns of the palette for each step before it shines")
    iterations: int = setting(24, help="steps of the orbit: more are finer and slower", low=4, high=200)

    def trace(self, xp: Any, at: Place, slope2: Any, knobs: Any) -> Trace:
        """What watches the orbits; ``slope2`` is the squared size of a pixel where they begin, an array."""
        still = Driven.fixed(0.0)
        centre = None
        if (self.trap_x, self.trap_y, self.sway) != (still, still, still):
            x = knobs.trap_x + knobs.sway * math.cos(at.turn)
            y = knobs.trap_y + knobs.sway * math.sin(at.turn)
            centre = (x, y)
        size = min(LARGEST, abs(knobs.trap_size) + 1e-3)
        if self.trap == "veins":
            size = size * VEIN / at.pixel
        return Trace(xp, slope2, trap=self.trap, size=size, centre=centre)

    def inked(self, trace: Trace, knobs: Any, *, depth: Any = 0.0, lead: Any = 0.0) -> Inks:
        """The inks of what was seen; ``depth`` are steps to add to those of the flight, ``lead`` to those before it."""
        ground = min(1.0, max(0.0, knobs.ground))
        dusk = 1.0 - 1.0 / (1.0 + 0.02 * trace.steps * trace.steps)
        shine = trace.shine
        return Inks(
            place=knobs.bands * (trace.steps + depth) + knobs.variety * trace.step(lead),
            light=dusk * (ground + (1.0 - ground) * shine),
            glow=shine * shine * shine * shine,
            height=shine,
        )


class Trace:
    """Watches orbits: how many steps a point takes to flee, and how near it comes to the trap (``shine``, 0 to 1).

    Each step counts the less the finer its detail is against a pixel, so that nothing flickers: ``stretch`` keeps count
    of how large a pixel has become.
    """

    def __init__(self, xp: Any, slope2: Any, *, trap: Trap, size: Any, centre: tuple[Any, Any] | None) -> None:
        self._xp, self._trap, self._size, self._centre = xp, trap, size, centre
        # NumPy takes the lesser of two arrays four times as fast as of an array and a number.
        self._far, self._near = xp.full_like(slope2, FAR), xp.full_like(slope2, -FAR)
        self._steep, self._zero = xp.full_like(slope2, STEEP), xp.zeros_like(slope2)
        self._slope2 = slope2 * (BAILOUT2 * FADE)
        self.steps, self.shine, self._seen = self._zero, self._zero, 0
        self._met, self._waited = self._zero, self._zero

    def see(self, x: Any, y: Any, r2: Any, *, part: Any = 1.0) -> None:
        """Look at the next step of the orbits, whose squared distance from 0 is ``r2``; ``part`` is its weight."""
        xp = self._xp
        here = (BAILOUT2 * part) / (BAILOUT2 + r2 + self._slope2)
        self.steps = self.steps + here
        if self._trap == "veins":
            wide = xp.minimum(self._slope2, self._steep) * (self._size**2 / (BAILOUT2 * FADE))
            near = 1.0 + r2 * (1.0 / BAILOUT2)
            shine = part * wide / ((1.0 + wide) * near * near)
        else:
            shine = xp.maximum(self._caught(x, y, r2) * here, self._zero)
        self.shine = xp.maximum(self.shine, shine)
        self._met = self._met + shine
        self._waited = self._waited + self._met
        self._seen += 1

    def _caught(self, x: Any, y: Any, r2: Any) -> Any:
        """How bright the trap shines there, at most 1, below 0 outside of it."""
        xp, size = self._xp, self._size
        if self._centre is not None:
            x, y = x - self._centre[0], y - self._centre[1]
        if self._trap == "stalks":
            return 1.0 - (xp.minimum(xp.abs(x), xp.abs(y)) * (1.0 / size) + 0.25 * r2)
        d2 = r2 if self._centre is None else x * x + y * y
        if self._trap == "pearls":
            return 1.0 - d2 * (1.0 / size**2)
        ring = d2 * (2.0 / size**2) - 2.0
        return 1.0 - ring * ring

    def stretch(self, factor2: Any, plus: float = 0.0) -> None:
        """Note that the step ahead stretches the plane there by the square root of ``factor2``, and adds ``plus``."""
        self._slope2 = self._slope2 * factor2
        if plus:
            self._slope2 = self._slope2 + plus * (BAILOUT2 * FADE)

    def held(self, x: Any, y: Any, *, power: int = 2) -> tuple[Any, Any]:
        """The points, those that have fled held where they cannot overflow; every second step is enough for squares."""
        if power == 2 and self._seen % 2:
            return x, y
        low, high = self._xp.minimum, self._xp.maximum
        self._slope2 = low(self._slope2, self._steep)
        return high(low(x, self._far), self._near), high(low(y, self._far), self._near)

    def step(self, lead: Any = 0.0) -> Any:
        """The step at which the trap shone, a mean weighted by how bright it did; 0 where it did not."""
        return (self._met * (self._seen + lead) - self._waited) / (self._met + NO_STEP)


def power(x: Any, y: Any, exponent: int) -> tuple[Any, Any]:
    """(x + i y) to a power of 1 or more, by squaring."""
    if exponent == 1:
        return x, y
    if exponent % 2:
        px, py = power(x, y, exponent - 1)
        return px * x - py * y, px * y + py * x
    x, y = x * x - y * y, (x + x) * y
    return power(x, y, exponent // 2)
