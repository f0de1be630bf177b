"""What the looks with an orbit share: how a point's way through the plane becomes light."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

Trap = Literal["pearls", "stalks", "rings", "veins"]

# Where a coordinate of a point that has fled is held, so that nothing overflows; far beyond all that is looked at.
FAR = 1e4

# Square of the radius at which a point counts as half gone.
BAILOUT2 = 40.0

# Largest square of a derivative: detail is finer than any pixel there.
STEEP = 1e20


@dataclass(frozen=True)
class OrbitSpec(PatternSpec):
    """Settings of the looks that follow a point through many steps and light it by what it passes (orbit traps)."""

    trap: Trap = setting(
        "pearls",
        help="what shines where an orbit passes it. pearls: balls; stalks: needles; rings: chains; veins: the set's edge",
    )
    trap_size: Driven = setting(Driven.fixed(0.25), help="size of the pearls and rings, width of the stalks and veins")
    trap_x: Driven = setting(Driven.fixed(0.0), help="where the trap lies, right")
    trap_y: Driven = setting(Driven.fixed(0.0), help="where the trap lies, up")
    sway: Driven = setting(Driven.fixed(0.0), help="radius on which the trap goes round by itself")
    bands: Driven = setting(Driven.fixed(0.1), help="turns of the palette for each step that a point takes to flee")
    variety: Driven = setting(Driven.fixed(0.1), help="turns of the palette for each step before it shines")
    iterations: int = setting(28, help="steps of the orbit: more are finer and slower", low=4, high=200)

    def trace(self, xp: Any, at: Place, slope2: Any, knobs: Any, *, lead: Any = 0.0) -> Trace:
        """What watches the orbits; ``slope2`` is the squared size of a pixel where they begin, an array."""
        x = knobs.trap_x + knobs.sway * math.cos(at.turn)
        y = knobs.trap_y + knobs.sway * math.sin(at.turn)
        return Trace(xp, slope2, self.trap, knobs.trap_size + 1e-3, x, y, lead)

    def inked(self, trace: Trace, knobs: Any, level: Any = 0.0) -> Inks:
        """The inks of what was seen; ``level`` is added to the steps that a point takes to flee."""
        step = trace.step()
        dusk = 1.0 - 1.0 / (1.0 + 0.02 * trace.steps * trace.steps)
        shine = trace.unit(trace.shine)
        return Inks(
            place=knobs.bands * (trace.steps + level) + knobs.variety * step,
            light=dusk * (0.25 + 0.75 * shine),
            glow=shine * shine * shine,
            height=0.5 * shine,
        )


class Trace:
    """Watches orbits: how long a point takes to flee, and how near it comes to the trap.

    Each step counts less the finer its detail is against a pixel, so that nothing flickers.
    """

    def __init__(self, xp: Any, slope2: Any, trap: Trap, size: Any, x: Any, y: Any, lead: Any) -> None:
        self._lead = lead
        self._xp, self._trap, self._size, self._x, self._y = xp, trap, size, x, y
        # NumPy takes the lesser of two arrays four times as fast as of an array and a number.
        self._far, self._near = xp.full_like(slope2, FAR), xp.full_like(slope2, -FAR)
        self._steep = xp.full_like(slope2, STEEP)
        self._one, self._zero = xp.ones_like(slope2), xp.zeros_like(slope2)
        self.slope2 = slope2
        self.steps, self.shine = self._zero, self._zero
        self._weights, self._moments = 0.03, 0.0

    def see(self, number: int, x: Any, y: Any, r2: Any, *, part: Any = 1.0) -> None:
        """Look at step ``number`` of the orbits, whose square of distance from 0 is ``r2``; ``part`` is its weight."""
        near = 1.0 + r2 * (1.0 / BAILOUT2)
        here = part / (near + self.slope2)
        self.steps = self.steps + here
        if self._trap == "veins":
            thick = self.slope2 * (1e4 * self._size**2)
            shine = part * thick / ((1.0 + thick) * near * near)
        else:
            shine = self._xp.maximum(self._caught(x, y, r2) * here, self._zero)
        self.shine = self._xp.maximum(self.shine, shine)
        weight = shine * shine
        self._weights = self._weights + weight
        self._moments = self._moments + weight * (number + self._lead)

    def _caught(self, x: Any, y: Any, r2: Any) -> Any:
        """How bright the trap shines there, at most 1, below 0 outside of it."""
        xp, size = self._xp, self._size
        dx, dy = x - self._x, y - self._y
        if self._trap == "stalks":
            return 1.0 - (xp.minimum(xp.abs(dx), xp.abs(dy)) + (0.25 * size) * r2) * (1.0 / size)
        d2 = dx * dx + dy * dy
        if self._trap == "pearls":
            return 1.0 - d2 * (1.0 / size**2)
        ring = d2 * (1.0 / size**2) - 1.0
        return 1.0 - 4.0 * ring * ring

    def fled(self, x: Any, y: Any) -> tuple[Any, Any]:
        """A point, held where it is too far away for numbers."""
        xp = self._xp
        return (
            xp.maximum(xp.minimum(x, self._far), self._near),
            xp.maximum(xp.minimum(y, self._far), self._near),
        )

    def stretch(self, factor2: Any, plus: float = 0.0) -> None:
        """A step stretches the plane there by the square root of ``factor2``."""
        slope2 = self.slope2 * factor2
        self.slope2 = self._xp.minimum(slope2 + plus if plus else slope2, self._steep)

    def step(self) -> Any:
        """At which step the trap shone, weighted by how bright it did."""
        return self._moments / self._weights

    def unit(self, x: Any) -> Any:
        """``x`` in [0, 1]."""
        return self._xp.maximum(self._xp.minimum(x, self._one), self._zero)


def power(x: Any, y: Any, exponent: int) -> tuple[Any, Any]:
    """(x + i y) to a power of 1 or more, by squaring."""
    if exponent == 1:
        return x, y
    if exponent == 2:
        return x * x - y * y, (x + x) * y
    if exponent % 2 == 0:
        return power(*power(x, y, exponent // 2), 2)
    px, py = power(x, y, exponent - 1)
    return px * x - py * y, px * y + py * x
