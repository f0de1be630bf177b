"""Rosettes: ribbons of light along curves that close, woven through themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.geometric.edges import halo, inside, line
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import mix
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class RosetteSpec(PatternSpec):
    """Torus knots seen from above, as on banknotes: r = a + b cos(petals / rounds * angle), one above the other.

    On the plane the knots go around the middle; in a tile or a tunnel they are plaits along it. The distance to a
    strand is that of its equation divided by its slope, which holds near the strand.
    """

    petals: int = setting(7, help="waves of a knot until it closes", low=1, high=64)
    rounds: int = setting(4, help="times that a knot goes around until it closes", low=1, high=16)
    knots: int = setting(2, help="knots, each inside of the one before and turning against it", low=1, high=6)
    rows: float = setting(3.0, help="plaits down a tile or around a tunnel", low=1.0, high=32.0)
    radius: float = setting(0.3, help="radius of the outermost knot; the others lie within", low=0.02, high=4.0)
    ratio: float = setting(0.5, help="size of a knot by that of the one before", low=0.1, high=1.0)
    reach: Driven = setting(Driven.fixed(0.45), help="how far strands swing, in radii (plaits: in rows, up to 0.5)")
    width: Driven = setting(Driven.fixed(0.05), help="half the width of a strand, in radii (or rows); 0 is light alone")
    core: Driven = setting(Driven.fixed(0.006), help="half the width of the bright line, in radii (or rows)")
    shine: Driven = setting(Driven.fixed(0.35), help="light around the bright lines, 0 to 1")
    travel: Driven = setting(Driven.fixed(0.0), help="rounds that the bright pulses have run: grow it with the beat")
    pulses: int = setting(6, help="bright pulses on a knot", low=1, high=64)
    dim: Driven = setting(Driven.fixed(0.25), help="light of the lines between the pulses, 0 to 1")
    tint: int = setting(1, help="turns of the palette along a knot", low=-16, high=16)
    step: float = setting(0.35, help="turns of the palette from a knot to the next", low=-2.0, high=2.0)
    ground: float = setting(0.0, help="place of the ground on the palette, in turns", low=-2.0, high=2.0)
    paper: float = setting(0.0, help="light on the ground, 0 to 1", low=0.0, high=1.0)

    family: ClassVar[str] = "geometric"
    likes: ClassVar[str] = "travel"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        zero = xp.zeros_like(at.x)
        place, light, core, height, dark = zero + self.ground, zero + self.paper, zero, zero, zero + 1.0
        for knot, (along, out, stretch, pixel) in enumerate(self._knots(xp, at)):
            spin = (1.0 - 2.0 * (knot % 2)) * (at.turn + TAU * 0.381966 * (self.seed + knot))
            waves = TAU * self.petals / self.rounds
            # The strands seen from above: how high they rise, how far away they are, where along the knot.
            first = second = (zero - 4.0, zero + 8.0, zero)
            for strand in range(self.rounds):
                phase = waves * (along + strand) + spin
                rise = xp.sin(phase)
                slope = (knobs.reach * waves) * rise * stretch
                distance = xp.abs(out - knobs.reach * xp.cos(phase)) / xp.sqrt(1.0 + slope * slope)
                where = (along + strand) * (1.0 / self.rounds)
                where = where - xp.floor(where)
                lit = self._lit(xp, where, knobs)
                # Light around a line shines over everything.
                dark = dark * (1.0 - xp.clip(knobs.shine * lit * halo(distance, 4.0 * knobs.core + pixel), 0.0, 1.0))
                touched = distance < 1.4 * knobs.width + knobs.core + pixel
                this = (xp.where(touched, rise, zero - 4.0), distance, where)
                higher, high = this[0] > first[0], this[0] > second[0]
                second = tuple(
                    xp.where(higher, one, xp.where(high, new, two))
                    for one, two, new in zip(first, second, this, strict=True)
                )
                first = tuple(xp.where(higher, new, one) for one, new in zip(first, this, strict=True))
            for rise, distance, where in (second, first):
                # A dark gap beside a strand parts it from those below.
                covers = inside(xp, distance - 1.4 * knobs.width, pixel)
                sideways = xp.clip(distance / (knobs.width + 1e-6), 0.0, 1.0)
                round_ = 1.0 - sideways * sideways
                place = mix(place, self.tint * where + self.step * knot + 0.12 * sideways, covers)
                light = mix(light, round_ * (0.65 + 0.35 * rise), covers)
                bright = self._lit(xp, where, knobs) * line(xp, distance, knobs.core, pixel)
                core = core * (1.0 - covers)
                core = core + bright * (1.0 - core)
                height = mix(height, xp.sqrt(round_ + 0.02) * knobs.width + 0.075 * knobs.reach * rise, covers)
        return Inks(place=place, light=light, glow=1.0 - (1.0 - core) * dark, height=height)

    def _lit(self, xp: Any, where: Any, knobs: Any) -> Any:
        """Light of the line, 0 to 1, at a place on the knot: pulses with a tail."""
        behind = self.pulses * where - knobs.travel
        behind = behind - xp.floor(behind)
        pulse = behind * behind * behind * xp.clip(16.0 - 16.0 * behind, 0.0, 1.0)
        return knobs.dim + (1.0 - knobs.dim) * pulse

    def _knots(self, xp: Any, at: Place) -> list[tuple[Any, Any, Any, Any]]:
        """For each knot: rounds along it, the place across it, rounds for a unit of way, and the size of a pixel."""
        if at.space != "plane":
            x, y, _ = at.lattice(self.rows)
            pixel = at.pixel_of(self.rows)
            return [(x, y - xp.floor(y) - 0.5, 1.0, pixel)]
        r = xp.sqrt(at.x * at.x + at.y * at.y) + 1e-6
        along = xp.atan2(at.y, at.x) * (1.0 / TAU)
        radii = [self.radius * self.ratio**knot for knot in range(self.knots)]
        return [
            (along, r * (1.0 / radius) - 1.0, (radius / TAU) / (r + 0.25 * radius), at.pixel / radius)
            for radius in radii
        ]
