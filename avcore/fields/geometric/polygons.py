"""Polygons: plates of stars and petals, one upon the other, turning against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.geometric.edges import inside, line
from avcore.fields.noise import hashed, unit, whole
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import constant, mix, smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class PolygonsSpec(PatternSpec):
    """A mandala of bevelled plates, each with its shadow on the one below, that one can fall into for ever.

    Plates are regular stars, drawn from the outermost in by the distance to their edge in a folded sector. In cells
    (and always in ``tile`` and ``tunnel``) neighbours mirror each other, so that plates continue across.
    """

    repeat: float = setting(0.0, help="mandalas down the picture, neighbours mirrored; 0 is one", low=0.0, high=32.0)
    plates: int = setting(9, help="plates that are seen at once", low=1, high=32)
    sides: int = setting(6, help="points of a plate; some plates have twice as many", low=2, high=24)
    size: float = setting(1.6, help="radius of the outermost plate", low=0.1, high=8.0)
    ratio: float = setting(1.45, help="how much larger a plate is than the next one in", low=1.05, high=4.0)
    star: Driven = setting(Driven.fixed(0.5), help="0 is polygons, towards 1 the points grow sharp")
    round: float = setting(0.3, help="0 is points, 1 petals", low=0.0, high=1.0)
    dive: Driven = setting(Driven.fixed(0.0), help="plates passed on the way in: grow it and fall")
    twist: Driven = setting(Driven.fixed(0.0), help="turns from point to point that neighbours turn against each other")
    spread: float = setting(0.15, help="turns of the palette from a plate to the next", low=-2.0, high=2.0)
    sheen: float = setting(0.25, help="turns of the palette from the edge of a plate inwards", low=-4.0, high=4.0)
    bevel: float = setting(0.07, help="width of the sloping edges, in radii", low=0.005, high=1.0)
    edge: Driven = setting(Driven.fixed(0.008), help="width of the bright lines along the edges, in radii")
    beads: Driven = setting(Driven.fixed(0.05), help="size of the beads in the points, in radii")

    family: ClassVar[str] = "geometric"
    likes: ClassVar[str] = "dive"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, pixel = self._cell(xp, at)
        r, angle = xp.sqrt(x * x + y * y), xp.atan2(y, x)
        dive, star, twist = (constant(x, value) for value in (knobs.dive, knobs.star, knobs.twist))
        star = xp.clip(star, 0.0, 0.9)
        passed = xp.floor(dive)
        first = whole(xp, passed)
        place = xp.zeros_like(x) + self.spread * (xp.astype(first, xp.float32) - 1.0)
        light, glow, height = xp.ones_like(x), xp.zeros_like(x), xp.zeros_like(x)
        for i in range(self.plates):
            radius = self.size * self.ratio ** (dive - passed - i)
            if i == self.plates - 1:
                radius = radius * (dive - passed) + 1e-5  # the innermost grows out of a point
            name = first + i
            bits = hashed(xp, name, name * 0 + 1, self.seed)
            luck, more = unit(xp, bits), xp.astype((bits >> 20) & 1, xp.float32)
            count = self.sides * (1.0 + more)
            way = xp.astype(1 - 2 * (name & 1), xp.float32)

            # Fold the plane into the sector of one point, which lies along angle 0.
            spin = way * ((1.0 + xp.astype((bits >> 21) & 1, xp.float32)) * (at.turn / TAU) + twist)
            sector = TAU / count
            turns = angle * (1.0 / sector) + spin
            folded = (turns - xp.floor(turns + 0.5)) * sector
            soft = 0.25 * self.round * sector
            slope = xp.atan2(*self._edge_normal(xp, 0.5 * sector, star * (0.3 + 0.7 * luck)))
            distance = r * xp.cos(xp.sqrt(folded * folded + soft * soft) - slope) - radius * xp.cos(slope)

            plate = inside(xp, distance, pixel)
            depth = distance * (-2.0 / radius) * plate
            shadow = xp.clip(1.0 - distance / (0.16 * radius), 0.0, 1.0)
            light = mix(light * (1.0 - 0.75 * shadow * shadow), 1.0 - 0.5 * depth, plate)
            place = mix(place, self.spread * xp.astype(name, xp.float32) + self.sheen * depth, plate)
            glow = xp.maximum(glow * (1.0 - plate), line(xp, distance, knobs.edge * radius, pixel))
            rise = self.bevel * radius
            height = height + rise * smoothstep(xp, 0.0, 1.0, distance / -(rise + pixel))

            # A bead in each point, as high as a half ball; its edge by the first order of the distance.
            ring, wide = 0.78 * radius, knobs.beads * radius + 1e-6
            within = wide * wide - (r * r + ring * ring - (2.0 * ring) * (r * xp.cos(folded)))
            bead = plate * smoothstep(xp, 0.0, 1.0, 0.5 + within / (2.0 * wide * pixel)) * (wide / (wide + pixel))
            place = place + bead * (1.0 / 3.0)
            light = mix(light, 1.0, bead)
            height = height + bead * within * (0.5 / wide)
        return Inks(place=place, light=light, glow=glow, height=height)

    def _edge_normal(self, xp: Any, half: Any, star: Any) -> tuple[Any, Any]:
        """The normal (up, right) of the edge from the point at angle 0 to the notch ``half`` a sector away."""
        notch = xp.cos(half) * (1.0 - star)
        return 1.0 - notch * xp.cos(half), notch * xp.sin(half)

    def _cell(self, xp: Any, at: Place) -> tuple[Any, Any, float]:
        """Coordinates from the middle of a cell, which is 1 wide, and the size of a pixel there."""
        if at.space == "plane" and self.repeat == 0.0:
            return at.x, at.y, at.pixel
        # Twice as many cells as mirrors, so that the number of cells is even wherever they must repeat.
        cells = max(1.0, 0.5 * self.repeat)
        x, y, _ = at.lattice(cells)

        def there_and_back(t: Any) -> Any:
            half = t - xp.floor(t)
            return 2.0 * xp.abs(half - 0.5) - 0.5

        return there_and_back(x), there_and_back(y), 2.0 * at.pixel_of(cells)
