"""What all cymatic looks share: modes that bands of the spectrum play, and the standing wave that they add up to.

A look says what its modes are (``figure``); what lies on the wave, sand or water, is drawn by ``surface``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.fields.colour import ColourSpec
from avcore.fields.cymatic.surface import Wave, sand, water
from avcore.fields.cymatic.tables import as_array
from avcore.fields.paint import Inks
from avcore.fields.pattern import Pattern, PatternSpec, Place
from avcore.fields.streams import uniform
from avcore.signals.spec import Driven
from avcore.spec import setting
from avcore.timebase import Duration

Vectors = tuple[tuple[float, ...], ...]

# Modes of a figure that no signal plays.
MUTE = 6

# Level of a mode in silence, at most, and how far a played mode's strength swings by itself.
REST, SWING = 0.12, 0.3


@dataclass(frozen=True)
class FigureSpec(PatternSpec):
    """A standing wave in many modes at once, normalised to the same energy however loud the music is."""

    modes: tuple[str, ...] = setting(
        (), help="signals that play the modes, low notes first: bands of the spectrum as a rule", refers="signals"
    )
    coarsest: float = setting(4.0, help="nodal lines across the figure in the first mode", low=1.0, high=80.0)
    finest: float = setting(14.0, help="nodal lines across the figure in the last mode", low=1.0, high=80.0)
    focus: float = setting(2.0, help="how far the loudest mode drowns the others", low=0.5, high=8.0)
    surface: Literal["sand", "water"] = setting(
        "sand", help="sand: gathers where the wave rests; water: mirrors a ring of light, and focuses it below"
    )
    width: Driven = setting(Driven.fixed(0.012), help="width of the lines, in picture heights")
    halo: Driven = setting(Driven.fixed(0.06), help="how far the light reaches from the lines, in picture heights")
    depth: Driven = setting(Driven.fixed(0.5), help="turns of the palette from the lines to where the wave is highest")
    split: Driven = setting(Driven.fixed(0.0), help="turns of the palette between hills and hollows")
    grain: Driven = setting(Driven.fixed(0.8), help="0: smooth lines, 1: grains of sand")
    mirror: Driven = setting(Driven.fixed(0.7), help="how steep the water is where it mirrors; 1 is its mean slope")
    scatter: Driven = setting(Driven.fixed(0.04), help="how many grains hop about, off the lines")
    grains: float = setting(240.0, help="grains down the picture", low=20.0, high=2000.0)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        wave = self.figure(xp, at, self.strengths(xp, at, knobs.modes), knobs)
        return (sand if self.surface == "sand" else water)(xp, at, wave, self, knobs)

    def figure(self, xp: Any, at: Place, strengths: Any, knobs: Any) -> Wave:
        """The standing wave in which the modes have those ``strengths`` [shape=(count,)], the lowest first."""
        raise NotImplementedError

    @cached_property
    def layout(self) -> Any:
        """The modes, and whatever else depends on the settings alone."""
        raise NotImplementedError

    @cached_property
    def lots(self) -> Vectors:
        """What the seed says about each mode: its sign, rounds and phase of its swing, and level in silence."""
        draws = uniform(self.seed, "cymatic strengths", 4 * self.count).reshape(4, self.count)
        rounds = np.sign(draws[1]) * np.ceil(2.0 * abs(draws[1]))
        return plain(np.sign(draws[0]), rounds, np.pi * draws[2], 0.5 + 0.5 * draws[3])

    def build(
        self, colour: ColourSpec, *, seconds: Callable[[Duration], float], file: Callable[[str], Path]
    ) -> Pattern:
        """See ``PatternSpec.build``. Modes are found and lots drawn here, once: ``draw`` may be compiled."""
        _ = self.layout, self.lots
        return super().build(colour, seconds=seconds, file=file)

    @property
    def count(self) -> int:
        """How many modes there are."""
        return len(self.modes) or MUTE

    def strengths(self, xp: Any, at: Place, levels: Sequence[Any]) -> Any:
        """How strong each mode is [shape=(count,), float32], with a sign; their squares add up to 1.

        ``levels`` are the signals. In silence a slow mixture of all remains.
        """
        signs, rounds, phases, rests = self.lots
        swing = xp.sin(as_array(xp, rounds, at.x) * at.turn + as_array(xp, phases, at.x))
        strength = REST * as_array(xp, rests, at.x) * (1.0 + swing)
        if levels:
            played = xp.clip(xp.stack([as_array(xp, level, at.x) for level in levels]), 0.0, 1.0) ** self.focus
            strength = strength + played * (1.0 + SWING * swing)
        return as_array(xp, signs, at.x) * strength / xp.sqrt(xp.sum(strength * strength) + 1e-6)


def plain(*rows: NDArray[np.float64]) -> Vectors:
    """Arrays as tuples of numbers."""
    return tuple(tuple(map(float, row)) for row in rows)


def spread(count: int, coarsest: float, finest: float) -> list[float]:
    """Numbers of lines for ``count`` modes, evenly spread in pitch (a fixed ratio apart)."""
    return [coarsest * (finest / coarsest) ** (i / max(1, count - 1)) for i in range(count)]


def choose(wanted: Sequence[float], lines: dict[tuple[int, int], float], seed: int) -> list[tuple[int, int]]:
    """For each wanted number of lines a mode that has about as many, each mode at most once where there are enough.

    ``lines`` says how many every mode has; ``seed`` chooses among the nearest.
    """
    draws = uniform(seed, "cymatic modes", len(wanted))
    chosen: list[tuple[int, int]] = []
    for want, draw in zip(wanted, draws, strict=True):
        left = [mode for mode in lines if mode not in chosen] or list(lines)
        nearest = sorted(left, key=lambda mode: (abs(lines[mode] - want), mode))[:3]
        close = [mode for mode in nearest if abs(lines[mode] - want) < 0.12 * want] or nearest[:1]
        chosen.append(close[int((0.5 + 0.5 * draw) * len(close))])
    return chosen
