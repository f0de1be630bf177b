"""Julia sets, strewn with pearls or needles."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.fractal.orbit import FAR, OrbitSpec, power
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

# Height of the plane that is seen at scale 1: the whole set.
VIEW = 3.0


@dataclass(frozen=True)
class JuliaSpec(OrbitSpec):
    """Julia sets of z -> z^power + c, where c wanders along the edge of the Mandelbrot set."""

    power: int = setting(2, help="2 to 5: how many parts each part has", low=2, high=5)
    where: Driven = setting(Driven.fixed(0.35), help="place of c on its way around the Mandelbrot set, in turns")
    outside: Driven = setting(
        Driven.fixed(0.05), help="how far c is outside of the main body: below 0 a lake, above 0 dust and spirals"
    )
    travel: Driven = setting(Driven.fixed(0.01), help="turns by which c drifts to and fro on its own")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "outside"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def constant(self, at: Place, knobs: Any) -> complex:
        """The number c: where the fixed point's multiplier has the modulus 1 + ``outside``."""
        (elsewhere,) = departures(self.seed, "where", 1)
        turns = knobs.where + 0.5 * elsewhere + knobs.travel * math.sin(at.turn)
        stretch = max(0.0, 1.0 + knobs.outside + 0.2 * knobs.travel * math.sin(at.wander))
        fixed = (stretch / self.power) ** (1.0 / (self.power - 1)) * cmath.exp(1j * TAU * turns / (self.power - 1))
        return complex(fixed - fixed**self.power)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        c = self.constant(at, knobs)
        x, y = xp.clip(at.x * VIEW, -FAR, FAR), xp.clip(at.y * VIEW, -FAR, FAR)
        trace = self.trace(xp, at, xp.full_like(x, (at.pixel * VIEW) ** 2), knobs)
        for number in range(self.iterations):
            x2, y2 = x * x, y * y
            r2 = x2 + y2
            trace.see(x, y, r2, part=1.0 if number else 0.0)
            stretch2: Any = float(self.power**2)
            for _ in range(self.power - 1):
                stretch2 = stretch2 * r2
            trace.stretch(stretch2)
            x, y = (x2 - y2, (x + x) * y) if self.power == 2 else power(x, y, self.power)
            x, y = trace.held(x + c.real, y + c.imag, power=self.power)
        return self.inked(trace, knobs)
