"""Plumage: scales and feathers in rows, each over the next, that lift with the sound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.noise import hashed, unit, whole, wrapped
from avcore.fields.organic.waves import faded, plane, wave
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import smoothstep
from avcore.fields.streams import uniform
from avcore.signals.spec import Driven
from avcore.spec import setting

# Rows are half a scale apart and staggered by half a scale; scales are this many widths long, so that the second and
# third row above cover a place in part and the first in full.
LENGTH = 1.3

# Where the middle of the eye is on the way from the root of a scale to its tip, and the barbs on that way.
EYE = 0.68
BARBS = 16.0


@dataclass(frozen=True)
class PlumageSpec(PatternSpec):
    """Scales of a fish, a dragon or a butterfly, feathers of a peacock: rows that hang over the rows below.

    Each is lit as a bent leaf with fine barbs, throws a shadow on those beneath, and has an eye of other colours. A
    swell runs over the coat and lifts scale after scale.
    """

    count: float = setting(5.0, help="scales across the height of the picture", low=1.0, high=48.0)
    point: Driven = setting(Driven.fixed(0.2), help="0 round as a fish's, 1 pointed as a dragon's")
    eye: Driven = setting(Driven.fixed(0.6), help="turns of the palette from the edge of a scale to its eye")
    eye_size: Driven = setting(Driven.fixed(0.8), help="how large the eye is, in half widths of a scale")
    barbs: Driven = setting(Driven.fixed(0.5), help="strength of the fine barbs, 0 to 1")
    lift: Driven = setting(Driven.fixed(0.5), help="how far the swell lifts scales into the light, 0 to 1")
    ruffle: Driven = setting(Driven.fixed(0.3), help="how far the rows are bent, in scales")
    swell: float = setting(0.8, help="waves of the swell down the picture", low=0.1, high=8.0)
    shimmer: Driven = setting(Driven.fixed(0.2), help="turns of the palette that lifted scales shift by")
    variety: Driven = setting(Driven.fixed(0.08), help="turns of the palette that scales differ by")
    rim: Driven = setting(Driven.fixed(0.5), help="brightness of the edges, 0 to 1")

    family: ClassVar[str] = "organic"
    likes: ClassVar[str] = "lift"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, period = at.lattice(self.count)
        bend_x, bend_y = self._ruffled(xp, at)
        x, y = x + knobs.ruffle * bend_x, y + knobs.ruffle * bend_y
        pixel = at.pixel_of(self.count)
        t, across, edge, cast, column, row = self._top(xp, x, y, knobs.point)
        chance = unit(xp, hashed(xp, wrapped(xp, column, period[0]), wrapped(xp, row, 2 * period[1]), self.seed))
        lift = knobs.lift * self._lifted(xp, at, column, row, period, chance)

        side = xp.abs(across)
        # The eye: a drop that is round below and runs out upwards.
        below = (t - EYE) * 1.7
        far = xp.sqrt(across * across + below * below) / (abs(knobs.eye_size) + 0.01)
        eye = 1.0 - smoothstep(xp, 0.1, 1.0, far)
        barb = xp.sin((TAU * BARBS) * (t - 0.28 * side) + 2.0 * chance)
        barb = (knobs.barbs * faded(BARBS / LENGTH, pixel)) * barb * (1.0 - 0.6 * eye) * smoothstep(xp, 0.0, 0.15, side)
        shaft = xp.exp(-((side * (1.0 / (0.03 + pixel))) ** 2)) * (1.0 - smoothstep(xp, 0.25, EYE, t))

        # Dark at both sides of an edge: light leaves the bent edge, and beneath lies the shadow.
        bend = smoothstep(xp, 0.0, 0.1 + pixel, edge)
        shadow = smoothstep(xp, 0.0, pixel, cast) * (0.3 + 0.7 * smoothstep(xp, 0.0, 0.25 + 0.3 * lift, cast))
        lit = 0.84 - 0.2 * across - 0.3 * (t - 0.6) + 0.5 * (lift - 0.25) + 0.16 * barb
        line = smoothstep(xp, 0.0, pixel, edge) * (1.0 - smoothstep(xp, 0.03, 0.09 + pixel, edge))
        gleam = (across + 0.25) ** 2 + (1.6 * (t - 0.62)) ** 2
        gleam = xp.exp(-9.0 * gleam) * lift
        light = xp.clip(lit, 0.0, 1.0) * (0.25 + 0.75 * bend) * shadow
        return Inks(
            place=knobs.eye * eye + knobs.shimmer * (lift + 0.35 * across) + knobs.variety * chance + 0.03 * barb,
            light=light,
            glow=xp.clip((knobs.rim * line * (0.25 + lift) + 0.35 * gleam + 0.3 * shaft) * shadow, 0.0, 1.0),
            height=(0.25 / self.count) * (bend - 0.6 * across * across - 0.8 * (t - 0.5) ** 2 + 0.12 * barb),
        )

    def _top(self, xp: Any, x: Any, y: Any, point: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
        """The scale that lies on top, at each place.

        Returns the way along it from root 0 to tip 1, the way across -1 to 1, how far the place is inside its edge and
        outside the edges above it (both in half widths), and its column and row.
        """
        rows = whole(xp, 2.0 * y)
        far = xp.full_like(x, 4.0)
        t, across, _, column, row = self._hanging(xp, x, y, rows + 1, point)
        top = (t, across, far, far, column, row)
        # From the row beneath upwards: what hangs from higher up covers what is there.
        for above in (2, 3):
            t, across, edge, column, row = self._hanging(xp, x, y, rows + above, point)
            over = (t, across, edge, far, column, row)
            beneath = (*top[:3], xp.minimum(top[3], -edge), *top[4:])
            top = tuple(xp.where(edge > 0.0, a, b) for a, b in zip(over, beneath, strict=True))
        # A row higher still only throws its shadow here.
        edge = self._hanging(xp, x, y, rows + 4, point)[2]
        return (*top[:3], xp.minimum(top[3], -edge), *top[4:])

    def _hanging(self, xp: Any, x: Any, y: Any, row: Any, point: Any) -> tuple[Any, Any, Any, Any, Any]:
        """The scale of a row that may lie over each place: ways along and across it, edge, column and row."""
        stagger = 0.5 * xp.astype(row & 1, xp.float32)
        column = whole(xp, x - stagger + 0.5)
        across = 2.0 * (x - stagger - xp.astype(column, xp.float32))
        t = (0.5 * xp.astype(row, xp.float32) - y) * (1.0 / LENGTH)
        # |across|^q + t^2 = 1 is the outline: q = 2 a circle's, q = 1 comes to a point; between them a mixture.
        side = xp.abs(across)
        inside = 1.0 - t * t - side * (side + point * (1.0 - side))
        slope = xp.sqrt((2.0 / LENGTH) ** 2 * t * t + (2.0 * side + point) ** 2 + 0.05)
        return t, across, inside / slope, column, row

    def _ruffled(self, xp: Any, at: Place) -> tuple[Any, Any]:
        """The way (right, up) that a slow swell bends the rows, each about -1 to 1."""
        x, y = plane(at)
        angle, *phases = (math.pi * float(number) for number in uniform(self.seed, "organic.ruffle", 3))
        (ax, ay), (bx, by) = wave(at, 0.7, angle), wave(at, 1.1, angle + 1.4)
        return xp.sin(ax * x + ay * y + (phases[0] + at.turn)), xp.sin(bx * x + by * y + (phases[1] - at.wander))

    def _lifted(self, xp: Any, at: Place, column: Any, row: Any, period: tuple[int, int], chance: Any) -> Any:
        """How far the swell lifts each scale, 0 to 1: two waves that cross, and a flutter of its own."""
        x = (xp.astype(column, xp.float32) + 0.5 * xp.astype(row & 1, xp.float32)) * (
            at.width / (period[0] or self.count)
        )
        y = xp.astype(row, xp.float32) * (0.5 / (period[1] or period[0] or self.count))
        angle, *phases = (math.pi * float(number) for number in uniform(self.seed, "organic.plumage", 3))
        (ax, ay), (bx, by) = wave(at, self.swell, angle), wave(at, 1.6 * self.swell, angle + 1.9)
        first = xp.sin(ax * x + ay * y + (phases[0] - 3.0 * at.turn))
        second = xp.sin(bx * x + by * y + (phases[1] + 2.0 * at.wander))
        flutter = xp.sin(TAU * chance + 4.0 * at.turn)
        return xp.clip(0.5 + 0.35 * first + 0.2 * second + 0.12 * flutter, 0.0, 1.0)
