"""Cells: membranes around wandering nuclei, and veins within."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.noise import unit
from avcore.fields.organic.voronoi import tissue
from avcore.fields.organic.waves import faded, plane, wave
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# How much finer the veins in a cell are than the cells.
FINER = 3.3

# Rounding of the cells' corners, in cells.
PLUMP = 0.05


@dataclass(frozen=True)
class CellsSpec(PatternSpec):
    """Living tissue: cells with membranes of even width, nuclei that wander, and veins of a second, finer tissue."""

    count: float = setting(5.0, help="cells down the picture", low=1.0, high=64.0)
    disorder: Driven = setting(Driven.fixed(1.0), help="0 is a grid, 1 as irregular as it gets")
    ripple: Driven = setting(Driven.fixed(0.07), help="how far membranes are bent, in cells")
    membrane: Driven = setting(Driven.fixed(0.05), help="thickness of the membranes, in cells")
    halo: Driven = setting(Driven.fixed(0.35), help="light that membranes cast into the cells, 0 to 1")
    nucleus: Driven = setting(Driven.fixed(0.18), help="radius of the nuclei, in cells; 0 for none")
    veins: Driven = setting(Driven.fixed(0.5), help="strength of the fine veins, 0 to 1")
    spark: Driven = setting(Driven.fixed(0.15), help="share of the cells that light up, 0 to 1")
    depth: Driven = setting(Driven.fixed(0.3), help="turns of the palette from the wall of a cell to its middle")
    variety: Driven = setting(Driven.fixed(0.25), help="turns of the palette that cells differ by")

    family: ClassVar[str] = "organic"
    likes: ClassVar[str] = "spark"

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        x, y, period = at.lattice(self.count)
        pixel = at.pixel_of(self.count)
        px, py = plane(at)
        (ax, ay), (bx, by) = wave(at, 0.73 * self.count, 0.4), wave(at, 0.61 * self.count, 2.2)
        x = x + knobs.ripple * xp.sin(ax * px + ay * py + at.wander)
        y = y + knobs.ripple * xp.sin(bx * px + by * py - at.turn)
        # Tissues differ over the picture, not from cell to cell alone.
        (cx, cy), (dx, dy) = wave(at, 0.9, 1.1 + self.seed), wave(at, 1.4, 2.9 + self.seed)
        region = xp.sin(cx * px + cy * py + at.turn) + xp.sin(dx * px + dy * py - at.wander)
        cell = tissue(xp, x, y, seed=self.seed, period=period, jitter=knobs.disorder, spin=at.turn, plump=PLUMP)
        chance = unit(xp, cell.name)

        # Veins are cells of the same kind in a place of their own in every cell: they need not repeat.
        shift = 40.0 * chance
        vein = tissue(xp, FINER * cell.dx + shift, FINER * cell.dy + shift, seed=self.seed + 1, spin=at.wander)
        thin = 0.03 + FINER * pixel
        veins = 1.0 - smoothstep(xp, 0.0, 2.0 * thin, vein.wall)
        veins = (knobs.veins * faded(FINER * self.count, at.pixel)) * veins
        grain = unit(xp, vein.name) - 0.5

        half = 0.5 * knobs.membrane
        membrane = 1.0 - smoothstep(xp, half, half + 1.5 * pixel + 0.01, cell.wall)
        # A tube: brightest along its middle.
        membrane = membrane * (1.0 - 0.5 * smoothstep(xp, 0.0, half + 0.01, cell.wall))
        halo = knobs.halo * xp.exp(-12.0 * cell.wall)
        dome = smoothstep(xp, 0.0, 0.4, cell.wall)

        far = xp.sqrt(cell.dx * cell.dx + cell.dy * cell.dy)
        # How far the surface faces a lamp at the upper left: cells and nuclei are cushions.
        towards = (cell.dy - cell.dx) * (0.7 / (far + 0.05))
        size = knobs.nucleus * (0.7 + 0.6 * chance)
        # Nuclei smaller than a twelfth of a cell fade away.
        there = xp.clip(12.0 * size, 0.0, 1.0)
        core = there * (1.0 - smoothstep(xp, -pixel, pixel + 0.01, far - size))
        ball = xp.sqrt(xp.clip(1.0 - (far / (size + 1e-4)) ** 2, 0.0, 1.0))
        # A thin dark gap around the nucleus, and a bright spot on it towards the upper left.
        gap = xp.exp(-(((far - size) / (0.03 + pixel)) ** 2)) * (there - core)
        spot = xp.exp(-((cell.dx + 0.3 * size) ** 2 + (cell.dy - 0.3 * size) ** 2) / (0.05 * size * size + 1e-4)) * core

        beat = 0.5 + 0.5 * xp.sin((7.0 * TAU) * chance + 6.0 * at.turn)
        fire = smoothstep(xp, 1.0 - knobs.spark, 1.12 - knobs.spark, beat)
        body = 0.32 + 0.33 * dome + 0.3 * towards * (1.0 - dome) - 0.12 * veins + 0.12 * grain + 0.4 * fire * dome
        light = body + core * (0.3 + 0.4 * ball + 0.25 * towards * (1.0 - ball) - body) - 0.25 * gap + 0.5 * halo
        return Inks(
            place=knobs.variety * (chance + 0.35 * region)
            + knobs.depth * dome
            + 0.06 * grain
            + 0.3 * core * (0.4 + 0.6 * ball),
            light=xp.clip(light, 0.0, 1.0),
            glow=xp.clip(membrane + 0.5 * halo * (1.0 + fire) + 0.3 * veins * (1.0 - core) + 0.8 * spot, 0.0, 1.0),
            height=(0.25 / self.count) * (dome + 0.5 * core * ball - 0.15 * veins * dome * (1.0 - core)),
        )
