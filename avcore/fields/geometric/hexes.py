"""Hexes: a plain of hexagonal columns that rise and fall, seen from above and from the front."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.geometric.edges import line
from avcore.fields.noise import Period, hashed, unit, whole, wrapped
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import mix
from avcore.signals.spec import Driven
from avcore.spec import setting

# Distance of two columns' middles across, where they are 1 apart down the picture.
ACROSS = math.sqrt(3.0) / 2.0


@dataclass(frozen=True)
class HexesSpec(PatternSpec):
    """Hexagonal columns in parallel perspective, waves running through them.

    A pixel's line of sight meets, from far to near, columns of two neighbouring rows in turn; each paints over those
    behind it up to the rear edge of its top. All edges are known, and smoothed by how much of the pixel they cover.
    """

    count: float = setting(9.0, help="columns down the picture", low=1.0, high=64.0)
    tilt: float = setting(1.0, help="how far one looks from the front: 0 is from right above", low=0.0, high=3.0)
    swell: Driven = setting(Driven.fixed(0.4), help="height of the slow waves, in columns' widths")
    scatter: Driven = setting(Driven.fixed(0.25), help="height that columns differ by at random, in widths")
    jump: Driven = setting(Driven.fixed(0.3), help="height of the rings that run outwards, in widths")
    pulse: Driven = setting(Driven.fixed(0.0), help="rings that have left the middle: grow it with the beat")
    rings: float = setting(1.2, help="rings over a picture's height", low=0.1, high=8.0)
    spark: Driven = setting(Driven.fixed(0.0), help="light of single columns that flare up, 0 to 1")
    spread: float = setting(0.4, help="turns of the palette from the lowest to the highest top", low=-4.0, high=4.0)
    variety: float = setting(0.1, help="turns of the palette that columns differ by", low=0.0, high=4.0)
    edge: Driven = setting(Driven.fixed(0.02), help="width of the bright lines along the edges, in widths")
    bevel: float = setting(0.12, help="width of the sloping edges of the tops, in widths", low=0.01, high=0.5)

    family: ClassVar[str] = "geometric"
    likes: ClassVar[str] = "jump"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, period, size = self._grid(at)
        pixel = at.pixel / size[1]
        left = whole(xp, x)
        part, odd = x - xp.astype(left, xp.float32), xp.astype(left & 1, xp.float32)
        # Half of what columns to the left cut from a line down the picture here; those to the right have the rest.
        half_left = 0.5 * xp.clip(2.0 - 3.0 * part, 0.0, 1.0)
        y = y + 0.5 * self.tilt
        middle = xp.floor(y - 0.5 * odd + 0.5) + 0.5 * odd

        drawn: tuple[Any, ...] | None = None
        behind: Any = None
        # Two more than can be seen on the far side: their heights decide what lies in their shade.
        for near in range(-2, 3 + math.ceil(2.0 * self.tilt)):
            of_right = near % 2 == 0
            column, half = (left + 1, 0.5 - half_left) if of_right else (left, half_left)
            centre = middle + (0.5 - 0.5 * near)
            row = whole(xp, centre + 0.25)  # both half and whole numbers come out as the row
            top, luck = self._top(xp, at, knobs, (column, row), centre, period, size)
            there = y - self.tilt * top  # where the line of sight meets the height of the top
            beyond = centre + half - there
            inks = self._column(
                xp, knobs, part - 1.0 if of_right else part, there - centre, there - centre + half, top, luck, pixel
            )
            exists = xp.clip(half * (ACROSS / (1.5 * pixel)), 0.0, 1.0)
            if drawn is None:
                drawn, behind = inks, top
                continue
            # A taller neighbour keeps light from its foot.
            foot = xp.clip((behind - top) * 3.0, 0.0, 1.0) * xp.clip(1.0 - beyond * 2.0, 0.0, 1.0)
            place, light, glow, height = inks
            covers = xp.clip(0.5 + beyond / pixel, 0.0, 1.0) * exists
            new = (place, light * (1.0 - 0.8 * foot), glow, height)
            drawn = tuple(mix(old, now, covers) for old, now in zip(drawn, new, strict=True))
            behind = mix(behind, top, xp.clip(3.0 * half, 0.0, 1.0))  # gradually, from corner to side
        assert drawn is not None
        place, light, glow, height = drawn
        return Inks(place=place, light=light, glow=glow, height=height)

    def _grid(self, at: Place) -> tuple[Any, Any, Period, tuple[float, float]]:
        """Columns across and down, after how many they repeat, and the size of one.

        Columns stand 1 apart down the picture, and those of odd number half of that further up.
        """
        if at.space == "plane":
            size = ACROSS / self.count, 1.0 / self.count
            return at.x * (1.0 / size[0]), at.y * (1.0 / size[1]), (0, 0), size
        if at.space == "tile":
            across, down = 2 * max(1, round(0.5 * self.count * at.aspect / ACROSS)), max(1, round(self.count))
            return at.x * across, at.y * down, (across, down), (1.0 / across, 1.0 / down)
        around = 2 * max(1, round(0.5 * self.count))
        size = 1.0 / around, 1.0 / (around * ACROSS)
        return at.x * around, at.y * (1.0 / size[1]), (around, 0), size

    def _top(
        self,
        xp: Any,
        at: Place,
        knobs: Any,
        cell: tuple[Any, Any],
        centre: Any,
        period: Period,
        size: tuple[float, float],
    ) -> tuple[Any, Any]:
        """Height of a column, in widths from 0 to 1, and its random number."""
        column, row = cell
        luck = unit(xp, hashed(xp, wrapped(xp, column, period[0]), wrapped(xp, row, period[1]), self.seed))
        x, y = xp.astype(column, xp.float32) * size[0], centre * size[1]
        swell = 0.5 + 0.25 * (xp.sin(TAU * (x + y) + at.turn) + xp.sin(TAU * (x - 2.0 * y) - at.wander))
        phase = luck + at.turn / TAU
        scatter = xp.abs(phase - xp.floor(phase) - 0.5) * 2.0
        if at.space == "plane":
            away = xp.sqrt(x * x + y * y)
        elif at.space == "tile":
            across, down = xp.sin(math.pi * x), xp.sin(math.pi * y)
            away = xp.sqrt(across * across + down * down) * (1.0 / math.pi)
        else:
            away = -y
        since = knobs.pulse - self.rings * away
        since = since - xp.floor(since)
        left = 1.0 - since
        ring = xp.clip(since * 8.0, 0.0, 1.0) * left * left
        return xp.clip(knobs.swell * swell + knobs.scatter * scatter + knobs.jump * ring, 0.0, 1.0), luck

    def _column(
        self, xp: Any, knobs: Any, across: Any, up: Any, ahead: Any, top: Any, luck: Any, pixel: float
    ) -> tuple[Any, Any, Any, Any]:
        """Place, light, glow and height of a column at (across, up) from the middle of its top.

        ``ahead`` is how far that is behind the front edge of the top; below 0 lies the wall.
        """
        slanted = ACROSS * xp.abs(across * ACROSS) + 0.5 * xp.abs(up)
        rim = 0.5 - xp.maximum(slanted, xp.abs(up))
        on_top = xp.clip(0.5 + ahead / pixel, 0.0, 1.0)
        # The walls to the left catch the light, those to the right do not; all fade into the depth.
        facing = xp.clip(across * -1.5, -0.5, 0.5)
        deep = xp.clip(1.0 + ahead * 0.8, 0.0, 1.0)
        wall = (0.5 + 0.6 * facing) * deep * deep
        slope = xp.clip(1.0 - rim / self.bevel, 0.0, 1.0) * (up - across)
        face = 0.72 + 0.28 * top + 0.35 * slope
        light = mix(wall, face, on_top)
        edge = line(xp, rim, knobs.edge, pixel) * (0.3 + 0.7 * top)
        flare = xp.abs(luck * 7.0 + knobs.pulse * 0.5)
        flare = xp.clip(xp.abs(flare - xp.floor(flare) - 0.5) * 12.0 - 5.0, 0.0, 1.0)
        glow = xp.maximum(edge, knobs.spark * flare * on_top)
        return self.spread * top + self.variety * luck + 0.12 * (1.0 - on_top), light, glow, top
