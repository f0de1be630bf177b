"""Streams: strands combed by a current, with the sheen of hair."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.flowing.stir import Stirred, stir
from avcore.fields.noise import Period, hashed, unit, whole
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import held, mix, smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# Cells of noise along a strand that pass while the pattern's motion goes round once, where the space does not repeat.
TRAVEL = 32

# Octaves that strands may be coarser or finer than wanted before the flow has stretched them, and those of the locks.
COARSER, LOCKS = 4, 2

# How even strands are: at 0 the flow makes them thick and thin, at 1 all are alike, and crowd at sharp folds.
EVEN = 0.65


@dataclass(frozen=True)
class StreamsSpec(PatternSpec):
    """Strands of hair, grass or fibre in a current: the coordinates of a flow combed into locks and single strands."""

    size: float = setting(0.9, help="whirls down the picture", low=0.1, high=12.0)
    steps: int = setting(7, help="times that the flow folds over itself", low=1, high=16)
    amount: Driven = setting(Driven.fixed(0.8), help="strength of the flow: 0.4 waves, 0.8 curls, above 1 knots")
    shiver: Driven = setting(Driven.fixed(0.0), help="slope of small fast waves that run through the strands, for hits")
    strands: float = setting(40.0, help="locks of strands down the picture", low=2.0, high=200.0)
    octaves: int = setting(4, help="how often locks split into finer strands", low=1, high=6)
    length: float = setting(14.0, help="length of a lock, in its widths", low=1.0, high=60.0)
    sheen: Driven = setting(Driven.fixed(0.6), help="width of the gleam where strands lie across the light, 0 to 1")
    depth: Driven = setting(Driven.fixed(0.8), help="darkness between the locks, 0 to 1")
    spread: Driven = setting(Driven.fixed(0.6), help="turns of the palette from one side of a stream to the other")
    variety: float = setting(0.25, help="turns of the palette that strands differ by", low=0.0, high=4.0)
    sun: float = setting(0.125, help="where the light comes from, turns anti-clockwise from the right")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "amount"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        flow = stir(
            xp,
            at,
            seed=self.seed,
            steps=self.steps,
            cells=self.size,
            amount=knobs.amount,
            shiver=knobs.shiver,
        )
        lock, fine = self._strands(xp, flow.on(at), flow)
        stretch = xp.sqrt(flow.yx * flow.yx + flow.yy * flow.yy)
        # Kajiya and Kay 1989: strands gleam where they lie across the light, and each is tilted a little.
        facing = (math.cos(TAU * self.sun) * flow.yx + math.sin(TAU * self.sun) * flow.yy) / stretch
        tilt = facing * facing + 0.5 * (lock - 0.5) + 0.7 * (fine - 0.5)
        gleam = smoothstep(xp, 1.0 - held(knobs.sheen, 0.0, 1.0), 1.25, tilt)
        body = smoothstep(xp, 0.1, 0.75, lock)
        light = (1.0 - held(knobs.depth, 0.0, 1.0) * (1.0 - body)) * (0.5 + 0.5 * fine) * (0.85 + 0.3 * facing)
        across = 0.5 - 0.5 * xp.cos(TAU * flow.y + 0.5 * xp.sin(TAU * flow.x))
        place = knobs.spread * across + self.variety * (mix(lock, fine, 0.5) - 0.5)
        glow = xp.clip(gleam * (0.4 + 0.6 * fine) * body, 0.0, 1.0)
        return Inks(place=place, light=xp.clip(light, 0.0, 1.0), glow=glow, height=0.7 * lock + 0.3 * fine)

    def _strands(self, xp: Any, at: Place, flow: Stirred) -> tuple[Any, Any]:
        """Height of the locks, and of the strands in them, 0 to 1.

        Each pixel takes the octaves of noise that give it strands of the wanted width, however far the flow stretched
        them; octaves come and go softly, and those finer than a pixel not at all.
        """
        coarse = max(1, round(self.strands / 2**COARSER))
        x, y, (around, down) = at.lattice(coarse)
        # Cells along a strand at the finest octave; the locks' have four times as many (see `_octave`).
        along = 2.0 ** (COARSER - COARSER // 2) / self.length
        cells = max(1, round(around * along)) if around else TRAVEL
        x = x * (cells / around if around else along) + at.turn * (cells / TAU)
        stretched = 0.5 * xp.log2(flow.yx * flow.yx + flow.yy * flow.yy)
        level = COARSER - EVEN * stretched
        level = xp.clip(level, 0.0, 2.0 * COARSER)
        step = whole(xp, level)
        late = level - xp.astype(step, xp.float32)
        foot = at.pixel_of(self.strands) * xp.exp((math.log(2.0) * (1.0 - EVEN)) * stretched - math.log(2.0) * late)
        lock: Any = 0.5
        fine: Any = 0.5
        for octave in range(self.octaves + 1):
            noise = self._octave(xp, x, y, step + octave, (cells, down)) - 0.5
            strength = 0.5 * (1.0 - smoothstep(xp, 0.5, 1.5, foot * 2.0**octave))
            if octave == 0:
                strength = strength * (1.0 - late)
            elif octave == self.octaves:
                strength = strength * late
            coarse_part = xp.clip(LOCKS - octave + late, 0.0, 1.0)
            lock = lock + 1.3 * strength * coarse_part * noise
            fine = fine + 1.5 * strength * (1.0 - coarse_part) * noise
        return lock, fine

    def _octave(self, xp: Any, x: Any, y: Any, step: Any, period: Period) -> Any:
        """Noise of strands 2**step times as fine, where ``step`` is an array; finer ones are longer for their width."""
        finer = xp.astype(1 << step, xp.float32)
        shorter = xp.astype(1 << (xp.clip(2 * COARSER - step, 0, 2 * COARSER) >> 1), xp.float32)
        x, y = x * shorter, y * finer
        left, below = xp.floor(x), xp.floor(y)
        wx, wy = x - left, y - below
        wx, wy = wx * wx * (3.0 - 2.0 * wx), wy * wy * (3.0 - 2.0 * wy)
        right, above = left + 1.0, below + 1.0
        # Whole numbers as float32 are exact here, and faster to wrap.
        if period[1]:
            rows = period[1] * finer
            below, above = below - rows * xp.floor(below / rows), above - rows * xp.floor(above / rows)
        columns = period[0] * shorter
        left, right = left - columns * xp.floor(left / columns), right - columns * xp.floor(right / columns)
        left, right = (xp.astype(cell, xp.int32) + step * 7919 for cell in (left, right))
        below, above = xp.astype(below, xp.int32), xp.astype(above, xp.int32)
        low, low_right, high, high_right = (
            unit(xp, hashed(xp, cx, cy, self.seed)) for cy in (below, above) for cx in (left, right)
        )
        return mix(mix(low, low_right, wx), mix(high, high_right, wx), wy)
