"""Trees, ferns, corals and frost: stems whose branches are stems."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.fractal.kind import departures
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# Length of the stems, in picture heights, of a star and of a tree.
STAR, TREE = 0.48, 0.62

# Angles, in turns, between which branches can stand off their stem.
NARROWEST, WIDEST = 0.02, 0.24

# Length of the shortest branch, in lengths of its stem.
SHORTEST = 0.02


@dataclass(frozen=True)
class BranchesSpec(PatternSpec):
    """A stem with pairs of branches, which are smaller stems with pairs of branches."""

    arms: int = setting(6, help="stems around the middle; 1 is a tree on the lower edge", low=1, high=24)
    pairs: int = setting(4, help="pairs of branches on a stem", low=1, high=24)
    levels: int = setting(3, help="how often branches branch", low=1, high=7)
    angle: Driven = setting(Driven.fixed(0.166), help="between a stem and its branches, in turns, 0.02 to 0.24")
    ratio: Driven = setting(Driven.fixed(0.5), help="length of the lowest branches, in lengths of their stem")
    taper: Driven = setting(Driven.fixed(0.8), help="how much shorter the uppermost branches are, 0 to 1")
    thickness: Driven = setting(Driven.fixed(0.03), help="of a stem at its foot, in its lengths")
    halo: Driven = setting(Driven.fixed(0.03), help="reach of the light around a stem, in its lengths")
    buds: Driven = setting(Driven.fixed(0.03), help="size of the lights at the tips, in lengths of their stem")
    wind: Driven = setting(Driven.fixed(0.0), help="how far it bends: a tree aside, a star around")
    sway: Driven = setting(Driven.fixed(0.006), help="turns by which the branches swing by themselves")
    variety: Driven = setting(Driven.fixed(0.15), help="turns of the palette from a stem to its branches")

    family: ClassVar[str] = "fractal"
    likes: ClassVar[str] = "buds"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y = self._planted(xp, at, knobs)
        zero, one = xp.zeros_like(x), xp.ones_like(x)
        size = TREE if self.arms == 1 else STAR
        x, y, length = x * (1.0 / size), y * (1.0 / size), one * size
        covered, place, light, glow, height = zero, zero, zero, zero, zero
        for level in range(self.levels + 1):
            x = xp.abs(x)
            along = xp.maximum(xp.minimum(y, one), zero)
            beyond = y - along
            distance = xp.sqrt(x * x + beyond * beyond)
            thick = (abs(knobs.thickness) + 1e-3) * (1.0 + 0.4 * level) * (1.0 - 0.8 * along)
            fine = at.pixel / length
            seen = thick / (thick + 0.3 * fine)  # what is thinner than a pixel fades
            inside = 1.0 - smoothstep(xp, -0.7, 0.7, (distance - thick) / fine)
            new = seen * inside * (1.0 - covered)
            across = distance / thick
            barrel = xp.sqrt(xp.maximum(one - across * across, zero))
            reach = xp.maximum(distance - thick, zero) * (1.0 / (abs(knobs.halo) + 1e-3))
            beam = seen / (1.0 + reach * reach)
            covered, place = covered + new, place + new * (level + along)
            light = xp.maximum(light, 0.5 * beam * beam)
            light = light + new * (0.35 + 0.65 * barrel) * (1.0 - light)
            height = height + new * barrel * thick * length
            bud = knobs.buds * knobs.buds + 1e-6
            tip = y - 1.0
            shine = bud / (bud + x * x + tip * tip + 0.1 * fine * fine)
            glow = xp.maximum(glow, xp.maximum(shine * shine, 0.3 * beam * beam))
            if level < self.levels:
                x, y, smaller = self._branch(xp, x, y, one, at, knobs, level)
                length = length * smaller
        return Inks(
            place=knobs.variety * place / (covered + 1e-3), light=light, glow=glow, height=1.0 - xp.exp(-4.0 * height)
        )

    def _planted(self, xp: Any, at: Place, knobs: Any) -> tuple[Any, Any]:
        """Places beside and along the nearest stem, in picture heights."""
        swing = knobs.wind + 0.5 * TAU * knobs.sway * math.sin(at.wander)
        if self.arms == 1:
            up = at.y + 0.5
            return at.x - swing * up * up, up
        sector = TAU / self.arms
        r = xp.sqrt(at.x * at.x + at.y * at.y)
        turn = xp.atan2(at.x, at.y) + swing * r
        turn = turn - sector * xp.floor(turn * (1.0 / sector) + 0.5)
        return r * xp.sin(turn), r * xp.cos(turn)

    def _branch(self, xp: Any, x: Any, y: Any, one: Any, at: Place, knobs: Any, level: int) -> tuple[Any, Any, Any]:
        """Places beside and along the nearest branch, in its lengths, and its length in those of the stem."""
        wider, longer = departures(self.seed, f"branch {level}", 2)
        angle = knobs.angle * (1.0 + 0.3 * wider) + knobs.sway * math.sin(at.turn + level)
        angle = TAU * min(WIDEST, max(NARROWEST, angle))
        s, c = math.sin(angle), math.cos(angle)
        # Stripes in the direction of the branches, so that none is cut off where the next begins.
        number = xp.floor((y - x * (c / s)) * self.pairs + 0.5)
        node = xp.maximum(xp.minimum(number, one * self.pairs), one) * (1.0 / self.pairs)
        y = y - (node - 0.5 / self.pairs)
        ratio = knobs.ratio * (1.0 + 0.2 * longer)
        smaller = xp.maximum(ratio * one - (ratio * knobs.taper) * node, SHORTEST * one)
        return (c * x - s * y) / smaller, (s * x + c * y) / smaller, smaller
