"""Colour: the settings of what a field paints with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.fields.oklab import oklab_to_srgb, turn_hue
from avcore.fields.paint import RELIEF_STEP, RING_STEPS, Mode, Paint
from avcore.fields.palette import Palette, check_colours, parse_hex
from avcore.signals.spec import Driven
from avcore.spec import setting

# What stands for the ring where the network chooses its colours itself.
NO_RING = np.zeros((3, RING_STEPS), dtype=np.float32)


@dataclass(frozen=True)
class ColourSpec:
    """How the network's outputs become a colour.

    ``rgb`` takes the three outputs as red, green and blue. ``palette`` reads the first as a place on a ring of
    colours, the second as light and shade, and the third as a place for highlights.
    """

    mode: Mode = setting("rgb", help="rgb: the network chooses; palette: the network paints with the palette's colours")
    palette: Palette = setting(
        ("#0b1026", "#3b5bdb", "#f4f1de", "#e07a5f"),
        help="colours of the ring, '#rrggbb', the last meets the first; a name (avcore presets palettes); or "
        "{colours, at, blend}, {cosine: {offset, amplitude, frequency, phase}} or {image, colours}",
        check=check_colours,
    )
    cycles: Driven = setting(Driven.fixed(1.0), help="times that the palette repeats over one unit of the output")
    shift: Driven = setting(Driven.fixed(0.0), help="turns of the palette's ring")
    shade: Driven = setting(Driven.fixed(0.0), help="depth of the shadows, 0 to 1")
    shadow: str = setting("#000000", help="colour of the shadows", check=parse_hex)
    shade_gain: float = setting(2.0, help="how sudden light turns to shadow", low=0.0, high=50.0)
    glow: Driven = setting(Driven.fixed(0.0), help="strength of the bright lines along the third output's zero, 0 to 1")
    glow_width: float = setting(0.15, help="width of the bright lines, in units of the output", low=0.001, high=5.0)
    glow_colour: str = setting("#ffffff", help="colour of the bright lines", check=parse_hex)
    relief: Driven = setting(
        Driven.fixed(0.0), help="light falling sideways over the first output as over hills, 0 to 1"
    )
    relief_height: float = setting(0.3, help="height of the hills", low=0.0, high=10.0)
    highlight: str = setting("#ffffff", help="colour of the slopes that face the light", check=parse_hex)
    light: Driven = setting(
        Driven.fixed(0.375), help="where that light comes from, turns anti-clockwise from the right"
    )
    vignette: Driven = setting(
        Driven.fixed(0.0), help="above 0 darkens the edges, below 0 the centre (the end of a tunnel), -1 to 1"
    )
    brightness: Driven = setting(Driven.fixed(1.0), help="factor on OKLab lightness (rgb: on the value)")
    contrast: Driven = setting(Driven.fixed(1.0), help="factor on the distance from middle grey")
    saturation: Driven = setting(Driven.fixed(1.0), help="factor on the colourfulness; 0 is grey")
    hue: Driven = setting(
        Driven.fixed(0.0), help="turns of every hue of the palette, at the same lightness; mode rgb has none"
    )

    def at(self, controls: Mapping[str, float], ring_oklab: NDArray[np.float64]) -> Paint:
        """The paint of one frame, where the signals have the values ``controls``.

        ``ring_oklab`` is ``palette.ring(self.palette, RING_STEPS)``, which is the same for all frames.
        """
        brightness, contrast = self.brightness.at(controls), self.contrast.at(controls)
        saturation, hue = self.saturation.at(controls), self.hue.at(controls)
        light = 2.0 * math.pi * self.light.at(controls)
        return Paint(
            mode=self.mode,
            ring=_graded(ring_oklab, brightness, contrast, saturation, hue) if self.mode == "palette" else NO_RING,
            cycles=self.cycles.at(controls),
            shift=self.shift.at(controls),
            brightness=brightness,
            contrast=contrast,
            saturation=saturation,
            shade=_unit(self.shade.at(controls)),
            shade_gain=self.shade_gain,
            shadow=parse_hex(self.shadow),
            glow=_unit(self.glow.at(controls)),
            glow_width=self.glow_width,
            glow_colour=parse_hex(self.glow_colour),
            relief=_unit(self.relief.at(controls)),
            relief_height=self.relief_height,
            highlight=parse_hex(self.highlight),
            light_step=(RELIEF_STEP * math.cos(light), RELIEF_STEP * math.sin(light)),
            vignette=float(np.clip(self.vignette.at(controls), -1.0, 1.0)),
        )


def _graded(
    ring_oklab: NDArray[np.float64], brightness: float, contrast: float, saturation: float, hue: float
) -> NDArray[np.float32]:
    """The ring under a grade, as sRGB [shape=(3, RING_STEPS)]."""
    graded = ring_oklab.copy()
    graded[:, 0] = np.clip(0.5 + (graded[:, 0] * brightness - 0.5) * contrast, 0.0, 1.0)
    graded[:, 1:] *= saturation
    if hue != 0.0:
        graded = turn_hue(graded, hue)
    return oklab_to_srgb(graded).T.astype(np.float32)


def _unit(value: float) -> float:
    return float(np.clip(value, 0.0, 1.0))
