"""Penrose: rhombs that never repeat, faceted like gems, and smaller ones within them for ever."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.geometric.edges import line
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import constant, mix, rotated
from avcore.signals.spec import Driven
from avcore.spec import setting

PHI = (1.0 + math.sqrt(5.0)) / 2.0
TENTH = TAU / 10.0


@dataclass(frozen=True)
class Half:
    """Half rhombs that pixels lie in, as arrays [shape=(n,)].

    ``a``, ``b``, ``c`` are barycentric coordinates in the triangle whose base, from B to C, cuts the rhomb in two;
    ``thin`` says whether the angle at A is 36 degrees, otherwise it is 108. ``way`` is the direction of the base in
    tenths of a turn, and ``hand`` 1 where A, B, C run anti-clockwise, otherwise -1.
    """

    a: Any
    b: Any
    c: Any
    thin: Any
    way: Any
    hand: Any

    def divided(self, xp: Any) -> Half:
        """The half rhombs of the next finer tiling (Robinson's triangles, Gruenbaum and Shephard 1987, ch. 10.3).

        In the new corners the old ones are sums with powers of the golden ratio; so are the coordinates. A thin half
        becomes two, a thick one three; the signs of the coordinates say which of them a pixel is in.
        """
        a, b, c, where = self.a, self.b, self.c, xp.where
        # Thin: (C, P, B) and (P, C, A), where P divides AB.
        rest = b - PHI * a
        outer = rest >= 0.0
        thin_new = (where(outer, c, PHI * b), where(outer, PHI**2 * a, c), where(outer, rest, rest * (-1.0 / PHI)))
        thin_way = where(outer, 2.0 * self.hand, 3.0 * self.hand)
        # Thick: (R, C, A), (Q, R, B) and (R, Q, A), where Q divides BA and R divides BC.
        at_c, at_b = c - PHI * b, b - (a + c) * (1.0 / PHI)
        end, start = at_c >= 0.0, at_b >= 0.0
        thick_new = (
            where(end, PHI**2 * b, where(start, PHI * a, PHI * c)),
            where(end, at_c, where(start, PHI * c, at_c * -PHI)),
            where(end, a, where(start, at_b, a + at_c)),
        )
        thick_way = where(end, 4.0 * self.hand, where(start, 0.0 * self.hand, self.hand))
        a, b, c = (where(self.thin, old, new) for old, new in zip(thin_new, thick_new, strict=True))
        return Half(
            a=a,
            b=b,
            c=c,
            thin=where(self.thin, outer, ~(end | start)),
            way=self.way + where(self.thin, thin_way, thick_way),
            hand=where(self.thin | end, self.hand, -self.hand),
        )


@dataclass(frozen=True)
class PenroseSpec(PatternSpec):
    """Penrose's rhombs by division, with the lines of several generations, and a zoom that never ends.

    The wheel of ten half rhombs around the middle looks the same after four divisions, so that one can fall into it
    for ever; the finest rhombs come in gradually.
    """

    levels: int = setting(6, help="divisions, the finest of which fades in; each is 1.6 times finer", low=1, high=14)
    size: float = setting(1.9, help="radius of the whole tiling", low=0.5, high=50.0)
    nest: int = setting(2, help="generations whose lines are seen", low=1, high=6)
    dive: Driven = setting(Driven.fixed(0.0), help="divisions passed on the way in: grow it and fall")
    sweep: Driven = setting(Driven.fixed(0.0), help="turns of the light that picks out rhombs by their direction")
    contrast: Driven = setting(Driven.fixed(0.6), help="how much rhombs differ in light by their direction, 0 to 1")
    spark: Driven = setting(Driven.fixed(0.0), help="light on the rhombs that face the sweeping light, 0 to 1")
    variety: float = setting(0.4, help="turns of the palette that rhombs differ by", low=-4.0, high=4.0)
    kind: float = setting(0.45, help="turns of the palette between thin and thick rhombs", low=-2.0, high=2.0)
    sheen: float = setting(0.15, help="turns of the palette from the edge of a rhomb to its ridge", low=-4.0, high=4.0)
    edge: Driven = setting(Driven.fixed(0.03), help="width of the lines, in sides of a rhomb")

    family: ClassVar[str] = "geometric"
    likes: ClassVar[str] = "dive"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        # The wheel looks the same after a fifth of a turn.
        turned = at.turn / 5.0 + TAU * self.seed / PHI
        x, y = rotated(xp, at.x, at.y, turned)
        dive = constant(x, knobs.dive)
        passed = xp.floor(dive)
        share = dive - passed
        radius = self.size * PHI**share
        half, sector = self._wheel(xp, x, y, radius, passed)
        side = radius / PHI

        sweep = TAU * knobs.sweep + at.turn
        place = light = spark = None
        glow, groove, height = xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x)
        for level in range(1, self.levels + 1):
            half = half.divided(xp)
            side = side * (1.0 / PHI)
            shown = self.levels - level
            if shown > max(self.nest, 1):
                continue
            kind = xp.astype(half.thin, xp.float32)
            # Distance to the nearest side of the rhomb.
            across = (math.sin(2.0 * TENTH) + (math.sin(TENTH) - math.sin(2.0 * TENTH)) * kind) * side
            difference = half.b - half.c
            soft = 2.0 * at.pixel / across
            distance = 0.5 * across * (half.b + half.c - xp.sqrt(difference * difference + soft * soft))
            fade = share if shown == 0 else 1.0
            # The newest lines come in while the oldest go; those between are the brighter the older they are.
            drawn = fade if shown < self.nest else 1.0 - share
            groove = xp.maximum(groove, drawn * line(xp, distance, knobs.edge * side * 2.0, at.pixel))
            gleam = drawn * (0.5 + (shown + share) * (0.5 / (self.nest + 1)))
            glow = xp.maximum(glow, gleam * line(xp, distance, knobs.edge * side * 0.6, at.pixel))
            if shown > 1:
                continue
            way = mix(half.way, 1.0 - half.way, xp.remainder(sector, 2.0)) + (sector - turned / TENTH)
            facing = xp.cos(way * (TAU / 5.0) - sweep)
            ridge = distance / across
            now_place = self.kind * kind + self.variety * 0.5 * xp.cos(way * (TAU / 5.0)) + self.sheen * ridge
            now_light = 1.0 - knobs.contrast * 0.5 * (1.0 - facing)
            now_spark = xp.maximum(facing, 0.0 * facing) ** 6 * kind
            place = now_place if place is None else mix(place, now_place, fade)
            light = now_light if light is None else mix(light, now_light, fade)
            spark = now_spark if spark is None else mix(spark, now_spark, fade)
            height = mix(height, distance, fade)
        light = light * (1.0 - groove)
        spark = xp.clip(knobs.spark * spark, 0.0, 1.0) * (1.0 - groove)
        return Inks(place=place, light=light, glow=xp.maximum(glow, spark), height=height)

    def _wheel(self, xp: Any, x: Any, y: Any, radius: Any, passed: Any) -> tuple[Half, Any]:
        """The ten half rhombs around the middle, after ``passed`` divisions, and which of them, 0 to 9."""
        turns = xp.atan2(y, x) * (1.0 / TENTH)
        sector = xp.floor(turns)
        mirrored = xp.remainder(sector, 2.0)
        angle = (turns - sector) * TENTH
        angle = mix(angle, TENTH - angle, mirrored)
        r = xp.sqrt(x * x + y * y) / radius
        far = r * xp.sin(angle) * (1.0 / math.sin(TENTH))
        along = r * xp.cos(angle) - far * math.cos(TENTH)
        # The corner in the middle is C, B, C, B as divisions go; the long side lies along the first ray, then along the
        # second twice, and along the first again.
        odd, half_way = xp.remainder(passed, 2.0), xp.floor(xp.remainder(passed, 4.0) * 0.5)
        second = odd + half_way - 2.0 * odd * half_way
        base, other = mix(along, far, second), PHI * mix(far, along, second)
        rest = 1.0 - base - other
        return (
            Half(
                a=other,
                b=mix(base, rest, odd),
                c=mix(rest, base, odd),
                thin=other != other,
                way=second + 0.0 * other,
                hand=2.0 * half_way - 1.0 + 0.0 * other,
            ),
            sector,
        )
