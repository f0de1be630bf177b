"""Blobs: drops that swell, touch and run together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.noise import hashed, unit, whole, wrapped
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# How much finer the drops behind are.
BEHIND = 2.2


@dataclass(frozen=True)
class BlobsSpec(PatternSpec):
    """Drops of something thick and lit, as in a lava lamp: metaballs with compact kernels (Wyvill and others 1986).

    The slope of their common surface is known, so that they have shading, a bright spot and a rim without a second
    evaluation; smaller drops float out of focus behind them.
    """

    count: float = setting(3.0, help="drops down the picture", low=0.5, high=32.0)
    size: Driven = setting(
        Driven.fixed(0.75), help="how large drops are, in cells; from about 0.85 on they run together"
    )
    variety: Driven = setting(Driven.fixed(0.5), help="how much drops differ in size, 0 to 1")
    tint: Driven = setting(Driven.fixed(0.25), help="turns of the palette that drops differ by")
    depth: Driven = setting(Driven.fixed(0.45), help="turns of the palette from the rim of a drop to its core")
    wander: Driven = setting(Driven.fixed(0.8), help="how far drops stray from the middle of their cell, 0 to 1")
    gloss: Driven = setting(Driven.fixed(0.8), help="strength of the bright spots, 0 to 1")
    rim: Driven = setting(Driven.fixed(0.5), help="strength of the light that shines through at the rims, 0 to 1")
    halo: Driven = setting(Driven.fixed(0.4), help="light around the drops, 0 to 1")
    behind: Driven = setting(Driven.fixed(0.5), help="strength of the drops behind, 0 to 1")
    lamp: float = setting(
        0.36, help="where the light comes from, turns anti-clockwise from the right", low=-1.0, high=1.0
    )

    family: ClassVar[str] = "organic"
    likes: ClassVar[str] = "size"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        field, slope_x, slope_y, tint = self._drops(xp, at, knobs, self.count, self.seed, lit=True)
        level = field - 0.3
        steep = xp.sqrt(slope_x * slope_x + slope_y * slope_y) + 1e-4
        # The distance to the surface, in cells; deep inside, where the slope is small, just far.
        inside = smoothstep(xp, -0.6, 0.6, level / (steep * at.pixel_of(self.count) + 1e-4))
        zero = xp.zeros_like(level)
        height = xp.sqrt(xp.maximum(level, zero) + 0.004)
        # The normal of the dome height = sqrt(level): its slope is that of the field over 2 heights.
        tilt = 0.45 / height
        right, up = -slope_x * tilt, -slope_y * tilt
        facing = 1.0 / xp.sqrt(1.0 + right * right + up * up)
        side = math.cos(TAU * self.lamp) * right + math.sin(TAU * self.lamp) * up
        lit = (0.65 * side + 0.76) * facing  # cosine to a lamp that stands 50 degrees high
        shine = xp.maximum(lit, zero) ** 2
        shine = (shine * shine * shine) ** 4
        edge = 1.0 - facing
        edge = edge * edge

        outside = xp.clip(field * (1.0 / 0.3), 0.0, 1.0)
        blur, _, _, far = self._drops(xp, at, knobs, BEHIND * self.count, self.seed + 1, lit=False)
        blur = knobs.behind * smoothstep(xp, 0.12, 0.5, blur)
        ground = 0.6 * blur + knobs.halo * outside * outside
        light = inside * (0.7 + 0.3 * lit + 0.3 * knobs.rim * edge) + (1.0 - inside) * ground
        core = smoothstep(xp, 0.0, 0.9, level)
        body = tint + knobs.depth * core
        return Inks(
            place=far + inside * (body - far),
            light=xp.clip(light, 0.0, 1.0),
            glow=xp.clip(inside * (knobs.gloss * shine + 0.6 * knobs.rim * edge), 0.0, 1.0),
            height=0.15 * inside * height / self.count,
        )

    def _drops(
        self, xp: Any, at: Place, knobs: Any, count: float, seed: int, *, lit: bool
    ) -> tuple[Any, Any, Any, Any]:
        """The sum of the kernels of the drops around, its slope a cell (right, up) where ``lit``, their mean tint."""
        x, y, period = at.lattice(count)
        # Small drops reach into the nearest two by two cells only.
        steps, start = ((-1, 0, 1), 0.0) if lit else ((0, 1), 0.5)
        ix, iy = whole(xp, x - start), whole(xp, y - start)
        fx, fy = x - xp.astype(ix, xp.float32), y - xp.astype(iy, xp.float32)
        columns = [wrapped(xp, ix + step, period[0]) for step in steps]
        rows = [wrapped(xp, iy + step, period[1]) for step in steps]
        field: Any = 1e-6
        slope_x: Any = 0.0
        slope_y: Any = 0.0
        tints: Any = 0.0
        stray = (0.4 if lit else 0.35) * knobs.wander
        zero, largest = xp.zeros_like(fx), xp.full_like(fx, 1.1 if lit else 0.65)
        for down, row in zip(steps, rows, strict=True):
            gap_y = fy - (down + 0.5)
            for across, column in zip(steps, columns, strict=True):
                bits = hashed(xp, column, row, seed)
                chance = unit(xp, bits)
                # Half of the drops circle one way, half the other.
                angle = (8.0 * TAU) * chance + xp.astype(1 - 2 * (bits & 1), xp.float32) * at.turn
                dx = (fx - (across + 0.5)) - stray * xp.cos(angle)
                dy = gap_y - stray * xp.sin(angle)
                # A drop larger than that could reach in from a cell that is not a neighbour.
                radius = xp.minimum(xp.abs(knobs.size - (0.8 * knobs.size * knobs.variety) * chance), largest)
                scale = 1.0 / (radius * radius + 1e-4)
                far = xp.maximum(1.0 - (dx * dx + dy * dy) * scale, zero)
                steep = far * far
                kernel = steep * far
                field = field + kernel
                tints = tints + kernel * chance
                if lit:
                    steep = steep * scale
                    slope_x, slope_y = slope_x - dx * steep, slope_y - dy * steep
        return field, 6.0 * slope_x, 6.0 * slope_y, knobs.tint * tints / field
