"""Cells: membranes around wandering nuclei."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.noise import cells, smoothstep
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class CellsSpec(PatternSpec):
    """Living tissue: cells with glowing membranes, whose nuclei wander (Worley noise)."""

    count: float = setting(5.0, help="cells down the picture", low=1.0, high=64.0)
    disorder: Driven = setting(Driven.fixed(0.9), help="0 is a grid, 1 as irregular as it gets")
    membrane: Driven = setting(Driven.fixed(0.12), help="thickness of the membranes, in cells")
    depth: Driven = setting(Driven.fixed(1.0), help="turns of the palette from the middle of a cell to its wall")
    variety: float = setting(0.3, help="turns of the palette that cells differ by", low=0.0, high=4.0)

    family: ClassVar[str] = "organic"
    likes: ClassVar[str] = "membrane"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, period = at.lattice(self.count)
        near, second, name = cells(xp, x, y, seed=self.seed, period=period, jitter=knobs.disorder, spin=at.turn)
        wall = second - near
        width = knobs.membrane + at.pixel_of(self.count)
        glow = 1.0 - smoothstep(xp, 0.0, width, wall)
        height = smoothstep(xp, 0.0, 0.6, wall)
        return Inks(place=knobs.depth * near + self.variety * name, light=height, glow=glow, height=height)
