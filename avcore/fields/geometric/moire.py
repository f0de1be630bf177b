"""Moire: gratings that beat against each other, on a plane that swells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import constant
from avcore.signals.spec import Driven
from avcore.spec import setting


@dataclass(frozen=True)
class MoireSpec(PatternSpec):
    """Gratings of lines or rings laid over each other, as in op art.

    Where an odd number of them is dark, the picture is dark; two at right angles make a chessboard. Balls push the
    plane outwards. Each grating is a wave, cut off at the slope that takes one pixel from dark to light.
    """

    kind: Literal["lines", "rings"] = setting("rings", help="lines: straight gratings; rings: circles around centres")
    gratings: int = setting(2, help="how many are laid over each other", low=1, high=7)
    lines: float = setting(22.0, help="lines of a grating down the picture", low=1.0, high=400.0)
    spread: float = setting(
        1.0,
        help="angle between lines, 1 is even; or distance between centres, 1 is half a picture",
        low=0.0,
        high=4.0,
    )
    sway: Driven = setting(Driven.fixed(0.0), help="turns that lines lean to and fro; in the plane only")
    run: Driven = setting(Driven.fixed(0.0), help="lines that have run past: grow it with the music")
    balls: float = setting(1.0, help="balls down the picture", low=0.2, high=16.0)
    bulge: Driven = setting(Driven.fixed(0.3), help="how much a ball magnifies, 0 to 0.9")
    hue: float = setting(0.35, help="turns of the palette along the beat of the first two gratings", low=-4.0, high=4.0)
    dome: float = setting(0.3, help="turns of the palette from the ground to the top of a ball", low=-4.0, high=4.0)
    ink: Driven = setting(Driven.fixed(1.0), help="how dark the lines are, 0 to 1")
    spark: Driven = setting(Driven.fixed(0.0), help="light where all gratings meet, 0 to 1")

    family: ClassVar[str] = "geometric"
    likes: ClassVar[str] = "bulge"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, ball = self._swollen(xp, at, knobs.bulge)
        # Ink of a line finer than two pixels is spread out evenly.
        fine = at.pixel * self.lines * (1.0 + 0.5 * abs(1.0 - at.aspect) * (at.space == "tile"))
        steep = 1.0 / (math.pi * max(fine, 1e-6))
        seen = min(1.0, max(0.0, 2.0 - 4.0 * fine))
        product, together = 1.0 + 0.0 * x, 0.0 * x
        phases = [self._phase(xp, at, x, y, i, knobs) for i in range(self.gratings)]
        for phase in phases:
            wave = xp.cos(phase)
            cut = seen * xp.clip(wave * steep, -1.0, 1.0)
            product = product * cut
            together = together + wave
        meet = xp.clip((together * (1.0 / self.gratings) - 0.7) * 4.0, 0.0, 1.0) * seen
        beat = 0.5 + 0.5 * xp.cos(phases[0] - phases[-1]) if self.gratings > 1 else 0.0 * x
        light = (1.0 - knobs.ink * 0.5 * (1.0 - product)) * (0.55 + 0.45 * ball)
        return Inks(
            place=self.hue * beat * seen + self.dome * ball,
            light=light,
            glow=knobs.spark * meet * meet,
            height=(0.35 / self.balls) * ball,
        )

    def _swollen(self, xp: Any, at: Place, bulge: Any) -> tuple[Any, Any, Any]:
        """The position on the swollen plane, and the height of the balls, 0 to 1."""
        x, y, period = at.lattice(self.balls)
        off = 0.5 if at.space == "plane" else 0.0  # on the plane a ball sits in the middle
        across, down = x + off - xp.floor(x + off) - 0.5, y + off - xp.floor(y + off) - 0.5
        left = xp.maximum(1.0 - 4.6 * (across * across + down * down), 0.0 * x)
        ball = xp.sqrt(left + 1e-6) * xp.minimum(left * 6.0, 1.0 + 0.0 * x)
        shrink = bulge * left * left
        per_x, per_y = (period[0] or 1.0, period[1] or 1.0) if period[0] else (self.balls, self.balls)
        if at.space == "tunnel":
            per_y = per_x
        return (x - across * shrink) * (1.0 / per_x), (y - down * shrink) * (1.0 / per_y), ball

    def _phase(self, xp: Any, at: Place, x: Any, y: Any, i: int, knobs: Any) -> Any:
        """Where the i-th grating's wave is, in radians."""
        run = (TAU * knobs.run + at.turn) * (1.0 if i % 2 == 0 else -1.0)
        if self.kind == "rings":
            angle = at.turn + TAU * i / self.gratings
            far = 0.25 * self.spread if self.gratings > 1 else 0.0
            cx, cy = far * math.cos(angle), far * math.sin(angle)
            if at.space == "plane":
                away = xp.sqrt((x - cx) ** 2 + (y - cy) ** 2)
            else:
                across, down = xp.sin(math.pi * (x - cx)), xp.sin(math.pi * (y - cy))
                away = xp.sqrt(across * across + down * down + 1e-9) * (1.0 / math.pi)
            return (TAU * self.lines) * away - run
        lean = math.pi * self.spread * i / self.gratings
        if at.space == "plane":
            angle = constant(x, lean) + TAU * knobs.sway * math.sin(at.turn) * (i - 0.5 * (self.gratings - 1))
            return (TAU * self.lines) * (x * xp.cos(angle) + y * xp.sin(angle)) - run
        # A whole number of lines both ways.
        across, down = round(self.lines * at.aspect * math.cos(lean)), round(self.lines * math.sin(lean))
        return TAU * (across * x + down * y) - run
