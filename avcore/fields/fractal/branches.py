"""Trees, ferns, corals and frost: a stem whose branches are stems."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.noise import mix, smoothstep
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class BranchesSpec(PatternSpec):
    """What branches: a stem with side branches, which are smaller stems with side branches."""

    arms: int = setting(6, help="stems around the middle; 1 grows from the lower edge", low=1, high=24)
    pairs: int = setting(4, help="pairs of branches on a stem", low=1, high=24)
    levels: int = setting(3, help="how often branches branch", low=1, high=6)
    angle: Driven = setting(Driven.fixed(0.166), help="between a stem and its branches, in turns")
    ratio: Driven = setting(Driven.fixed(0.5), help="length of the lowest branches, in stems")
    taper: Driven = setting(Driven.fixed(0.8), help="how much shorter the uppermost branches are, 0 to 1")
    thickness: Driven = setting(Driven.fixed(0.03), help="of a stem, in its lengths")
    halo: Driven = setting(Driven.fixed(0.05), help="reach of the light around the branches, in picture heights")
    buds: Driven = setting(Driven.fixed(0.05), help="size of the buds at the tips, in lengths of their stem")
    wind: Driven = setting(Driven.fixed(0.0), help="how far the wind bends it")
    sway: Driven = setting(Driven.fixed(0.01), help="turns by which the branches swing by themselves")
    variety: Driven = setting(Driven.fixed(0.15), help="turns of the palette from a stem to its branches")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "buds"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y = self._planted(xp, at, knobs)
        one = xp.ones_like(x)
        zero = xp.zeros_like(x)
        size = 0.48 if self.arms > 1 else 0.72
        x, y, grown = x * (1.0 / size), y * (1.0 / size), one * size
        place, covered, light, glow, height = zero, zero, zero, zero, zero
        pixel = at.pixel
        for depth in range(self.levels + 1):
            x = xp.abs(x)
            along = xp.maximum(xp.minimum(y, one), zero)
            rest = y - along
            distance = xp.sqrt(x * x + rest * rest)
            thick = knobs.thickness * (1.0 - 0.8 * along)
            fine = pixel / grown
            seen = thick / (thick + 0.35 * fine)
            solid = seen * (1.0 - covered) * (1.0 - smoothstep(xp, -0.7 * fine, 0.7 * fine, distance - thick))
            near = xp.maximum(distance - thick, zero)
            beam = seen / (1.0 + (near * (1.0 / (knobs.halo + 1e-3))) ** 2)
            round_ = xp.sqrt(xp.maximum(1.0 - (distance / thick) ** 2, zero))
            place = place + solid * (depth + along)
            covered = covered + solid
            light = xp.maximum(light, 0.6 * beam * beam)
            light = light + solid * (0.3 + 0.6 * round_ ) * (1.0 - light)
            height = height + solid * round_ * grown
            tip = y - 1.0
            bud2 = x * x + tip * tip
            core = knobs.buds * knobs.buds + 1e-6
            glow = xp.maximum(glow, core / (core + bud2 + 0.1 * fine * fine) )
            if depth == self.levels:
                break
            angle = TAU * min(0.24, max(0.02, knobs.angle + knobs.sway * math.sin(at.turn + depth)))
            s, c = math.sin(angle), math.cos(angle)
            node = xp.floor((y - x * (c / s)) * self.pairs + 0.5)
            node = xp.maximum(xp.minimum(node, one * self.pairs), one) * (1.0 / self.pairs)
            y = y - (node - 0.5 / self.pairs)
            x, y = c * x - s * y, s * x + c * y
            length = knobs.ratio * (1.0 - knobs.taper * node) + 0.02
            x, y, grown = x / length, y / length, grown * length
        return Inks(
            place=knobs.variety * place / (covered + 1e-3),
            light=light,
            glow=glow * glow,
            height=height,
        )

    def _planted(self, xp: Any, at: Place, knobs: Any) -> tuple[Any, Any]:
        """Places beside and along the stem."""
        if self.arms == 1:
            y = at.y + 0.5
            return at.x - (knobs.wind + 0.1*knobs.sway * math.sin(at.wander)) * y * y, y
        sector = TAU / self.arms
        r = xp.sqrt(at.x * at.x + at.y * at.y)
        turn = xp.atan2(at.x, at.y) + knobs.wind * r
        turn = turn - sector * xp.floor(turn * (1.0 / sector) + 0.5)
        return r * xp.sin(turn), r * xp.cos(turn)
