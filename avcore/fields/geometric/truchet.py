"""Truchet: tubes that wander from tile to tile, in layers, and change their ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.geometric.edges import inside, line
from avcore.fields.noise import Period, hashed, unit, whole, wrapped
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import mix
from avcore.signals.spec import Driven
from avcore.spec import setting

# Makes the curve x y = BEND (1/4 - x^2)^2 (1/4 - y^2)^2 pass where the quarter circles around two corners do.
BEND = 7.85

# Rounds off the distance where its slope vanishes, in the middle of a tile.
SADDLE = 0.11

# How much of the time a tile spends in changing its ways is one of this.
REST = 8.0


@dataclass(frozen=True)
class TruchetSpec(PatternSpec):
    """Tubes along Truchet's tiles (Smith 1987), coarse ones above fine ones, each with its shadow.

    A tile joins its sides' middles two and two. Between both ways to do so the curves run through a crossing, as the
    level line of a saddle, so that tiles change smoothly. Where tiles weave, one tube passes over the other.
    """

    count: float = setting(5.0, help="tiles of the coarsest layer down the picture", low=1.0, high=64.0)
    layers: int = setting(2, help="layers of tubes, each with twice as many tiles as the one above", low=1, high=4)
    width: Driven = setting(Driven.fixed(0.16), help="radius of the tubes, in tiles, up to 0.3")
    weave: float = setting(0.3, help="share of the tiles where tubes cross, over and under", low=0.0, high=1.0)
    flip: Driven = setting(
        Driven.fixed(0.0), help="rounds in which every tile changes its way and back: grow it with the hits"
    )
    tint: float = setting(0.25, help="turns of the palette that tubes change by across the picture", low=0.0, high=4.0)
    depth: float = setting(0.2, help="turns of the palette from a tube's middle to its side", low=-2.0, high=2.0)
    step: float = setting(0.25, help="turns of the palette from a layer to the next below", low=-2.0, high=2.0)
    ground: float = setting(0.6, help="place of the ground on the palette, in turns", low=-2.0, high=2.0)
    two: float = setting(0.0, help="turns of the palette between the two sides of a tube", low=-1.0, high=1.0)
    contours: float = setting(0.0, help="stripes that follow the tubes on the ground, a tile", low=0.0, high=40.0)
    run: Driven = setting(Driven.fixed(0.0), help="stripes that have run away from the tubes")
    core: Driven = setting(Driven.fixed(0.02), help="radius of the bright core of a tube, in tiles")

    family: ClassVar[str] = "geometric"
    likes: ClassVar[str] = "flip"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        drift = 0.5 * self.tint * (xp.sin(TAU * at.x + at.turn) + xp.cos(TAU * at.y - at.turn))
        place = light = glow = height = None
        for layer in reversed(range(self.layers)):
            # Sides alternate from tile to tile, so there must be an even number of them wherever they repeat.
            pairs = 0.5 * self.count * 2**layer
            x, y, (across, down) = at.lattice(pairs)
            pixel = 2.0 * at.pixel_of(pairs)
            gone = min(1.0, max(0.0, 2.0 - 6.0 * pixel))  # a layer finer than pixels can show
            side, axis, nearest, dark = self._curves(xp, 2.0 * x, 2.0 * y, (2 * across, 2 * down), layer, at, knobs)
            if light is None:
                ground = xp.clip(0.5 + side / pixel, 0.0, 1.0) * self.two + self.ground
                place = ground + 0.3 * drift
                light, glow, height = xp.ones_like(x), xp.zeros_like(x), xp.zeros_like(x)
                if self.contours > 0.0:
                    fine = min(1.0, max(0.0, 2.0 - 4.0 * self.contours * pixel))
                    wave = xp.cos(TAU * (self.contours * xp.abs(side) - knobs.run))
                    light = 1.0 - (0.5 * fine) * (1.0 - xp.clip(wave * (0.32 / (self.contours * pixel)), -1.0, 1.0))
            width = knobs.width
            tube = inside(xp, axis - width, pixel) * gone
            across_tube = xp.minimum(axis * (1.0 / (width + 1e-6)), xp.ones_like(x))
            dome = xp.sqrt(1.0 - across_tube * across_tube + 0.02)
            shadow = xp.clip(1.6 - nearest * (0.6 / (width + 1e-6)), 0.0, 1.0) * gone
            light = mix(light * (1.0 - 0.85 * shadow * shadow), dark * (0.15 + 0.85 * dome), tube)
            place = mix(place, drift + self.step * layer + self.depth * across_tube, tube)
            glow = mix(glow * (1.0 - shadow), dark * line(xp, axis, knobs.core, pixel), tube)
            height = mix(height * (1.0 - 0.5 * shadow), (width / (self.count * 2**layer)) * (dome + 1.0), tube)
        return Inks(place=place, light=light, glow=glow, height=height)

    def _curves(
        self, xp: Any, x: Any, y: Any, period: Period, layer: int, at: Place, knobs: Any
    ) -> tuple[Any, Any, Any, Any]:
        """Distances in tiles, and light.

        The signed distance to the curves, those to the axis of the uppermost and of the nearest tube, and how much
        light reaches a tube that passes below another.
        """
        ix, iy = whole(xp, x), whole(xp, y)
        fx = x - xp.astype(ix, xp.float32) - 0.5
        fy = y - xp.astype(iy, xp.float32) - 0.5
        bits = hashed(xp, wrapped(xp, ix, period[0]), wrapped(xp, iy, period[1]), self.seed + layer)
        odd = xp.astype((ix + iy) & 1, xp.float32)
        woven = unit(xp, bits >> 5) < self.weave

        # Which way: -1 or 1, and smoothly from one to the other.
        phase = unit(xp, bits) + (knobs.flip + at.turn / TAU)
        wave = xp.abs(phase - xp.floor(phase) - 0.5) * 4.0 - 1.0
        way = xp.clip(wave * REST, -1.0, 1.0)
        way = xp.where(woven, 0.0 * way, way * (1.5 - 0.5 * way * way))

        a, b = 0.25 - fx * fx, 0.25 - fy * fy
        bend = (BEND * way) * (a * b)
        level = fx * fy - bend * (a * b)
        slope_x, slope_y = fy + 4.0 * bend * (fx * b), fx + 4.0 * bend * (fy * a)
        signed = level / xp.sqrt(slope_x * slope_x + slope_y * slope_y + SADDLE * SADDLE)
        near = xp.abs(level) / xp.sqrt(slope_x * slope_x + slope_y * slope_y + (0.3 * SADDLE) ** 2)

        # Over and under take turns along every tube; what lies below ends in the shadow of what lies above. At the
        # sides of the tile both distances are those of the curves of any other tile.
        one, other = (xp.abs(t) * (0.5 / xp.sqrt(t * t + 0.25)) for t in (fx, fy))
        over, under = mix(one, other, odd), mix(other, one, odd)
        reach = 1.2 * knobs.width
        dark = xp.clip((over - reach) / xp.maximum(0.35 - reach, 0.02 + 0.0 * over), 0.0, 1.0)
        above = over < reach
        axis = xp.where(woven, xp.where(above, over, under), near)
        dark = xp.where(woven & ~above & (under < reach), dark, xp.ones_like(dark))
        return signed * (1.0 - 2.0 * odd), axis, xp.where(woven, xp.minimum(over, under), near), dark
