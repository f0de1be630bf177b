"""Silk: a cloth in folds, with soft light on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.flowing.stir import stir
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import held
from avcore.signals.spec import Driven
from avcore.spec import setting

# Pleats on the folds: how much finer, how much flatter, and rounds that they make while the pattern makes one.
PLEATS = ((1, 1.0, 3), (2, 0.35, -5), (5, 0.07, 8), (9, 0.02, -13))


@dataclass(frozen=True)
class SilkSpec(PatternSpec):
    """Shining cloth whose folds drift: a stirred plane in waves, lit by its own slopes."""

    size: float = setting(0.7, help="whirls down the picture", low=0.1, high=12.0)
    steps: int = setting(5, help="times that the cloth folds over itself", low=1, high=16)
    amount: Driven = setting(Driven.fixed(0.7), help="how crumpled: 0.4 hangs, 0.8 is gathered, above 1 knotted")
    shiver: Driven = setting(Driven.fixed(0.0), help="small fast waves that run through the cloth, for hits")
    folds: float = setting(2.0, help="folds down the picture", low=1.0, high=40.0)
    depth: Driven = setting(Driven.fixed(0.5), help="how deep the folds are, 0 to 1")
    gloss: Driven = setting(Driven.fixed(0.6), help="how narrow the highlights are, 0 to 1")
    spread: Driven = setting(Driven.fixed(0.3), help="turns of the palette from the bottom of a fold to its top")
    drift: float = setting(0.5, help="turns of the palette that parts of the cloth differ by", low=0.0, high=4.0)
    sun: float = setting(0.15, help="where the light comes from, turns anti-clockwise from the right")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "amount"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        flow = stir(xp, at, seed=self.seed, steps=self.steps, cells=self.size, amount=knobs.amount, shiver=knobs.shiver)
        x, y, period = flow.on(at).lattice(self.folds)
        slant = round(0.4 * self.folds) / max(1, period[0]) if period[0] else 0.4
        across = TAU * (y + slant * x)
        rise_x, rise_y = flow.yx + slant * flow.xx, flow.yy + slant * flow.xy
        foot = (TAU * at.pixel_of(self.folds)) * xp.sqrt(rise_x * rise_x + rise_y * rise_y)
        height: Any = 0.0
        slope: Any = 0.0
        for finer, flat, rounds in PLEATS:
            # Coarse pleats carry the finer ones along; the slope leaves that out, it is small.
            angle = finer * across + (rounds * at.turn + 1.7 * finer) + 0.9 * height
            # Pleats that are finer than two pixels blur (a Gaussian's response).
            strength = flat * xp.exp((-0.5 * finer * finer) * foot * foot)
            height = height + strength * xp.sin(angle)
            slope = slope + (finer * strength) * xp.cos(angle)
        steep = (2.2 * knobs.depth) * slope
        nx, ny = -steep * rise_x, -steep * rise_y
        norm = 1.0 / xp.sqrt(1.0 + nx * nx + ny * ny)
        sx, sy = math.cos(TAU * self.sun), math.sin(TAU * self.sun)
        # Blinn 1977: the light stands 45 degrees high, the eye above; the two terms are its diffuse and its gleam.
        diffuse = xp.clip(0.7071 * norm * (sx * nx + sy * ny + 1.0), 0.0, 1.0)
        half = xp.clip(norm * (0.3827 * (sx * nx + sy * ny) + 0.9239), 0.0, 1.0)
        gleam = xp.exp((8.0 + 72.0 * held(knobs.gloss, 0.0, 1.0)) * (half - 1.0))
        back = xp.clip(0.55 - 0.7071 * norm * (sx * nx + sy * ny), 0.0, 1.0)
        part = xp.sin(TAU * flow.x + xp.sin(TAU * flow.y + at.wander))
        place = knobs.spread * 0.4 * height + 0.25 * self.drift * (part + back)
        return Inks(place=place, light=0.12 + 0.88 * diffuse, glow=gleam * gleam, height=height)
