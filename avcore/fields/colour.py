"""Colour: what the three outputs of a network become."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from avcore.compute.device import Device
from avcore.fields.activations import sigmoid
from avcore.fields.oklab import oklab_to_srgb, srgb_to_oklab
from avcore.fields.palette import parse_hex, ring
from avcore.signals.spec import Driven
from avcore.spec import setting

Mode = Literal["rgb", "palette"]

# Colours of a palette's ring; neighbours differ by less than an 8-bit step for palettes of up to about 16 colours.
RING_STEPS = 2048

# Distance over which the slope of the relief is taken, in picture heights: half a pixel of a 1080p frame.
RELIEF_STEP = 0.5 / 1080


@dataclass(frozen=True)
class ColourSpec:
    """How the network's outputs become a colour.

    ``rgb`` takes the three outputs as red, green and blue. ``palette`` reads the first as a place on a ring of
    colours, the second as light and shade, and the third as a place for highlights.
    """

    mode: Mode = setting("rgb", help="rgb: the network chooses; palette: the network paints with the palette's colours")
    palette: tuple[str, ...] = setting(
        ("#0b1026", "#3b5bdb", "#f4f1de", "#e07a5f"), help="colours of the ring, '#rrggbb'; the last meets the first"
    )
    cycles: Driven = setting(Driven.fixed(1.0), help="times that the palette repeats over one unit of the output")
    shift: Driven = setting(Driven.fixed(0.0), help="turns of the palette's ring")
    shade: Driven = setting(Driven.fixed(0.0), help="depth of the shadows, 0 to 1")
    shadow: str = setting("#000000", help="colour of the shadows")
    shade_gain: float = setting(2.0, help="how sudden light turns to shadow", low=0.0, high=50.0)
    glow: Driven = setting(Driven.fixed(0.0), help="strength of the bright lines along the third output's zero, 0 to 1")
    glow_width: float = setting(0.15, help="width of the bright lines, in units of the output", low=0.001, high=5.0)
    glow_colour: str = setting("#ffffff", help="colour of the bright lines")
    relief: Driven = setting(Driven.fixed(0.0), help="light falling sideways over the first output as over hills, 0 to 1")
    relief_height: float = setting(0.3, help="height of the hills", low=0.0, high=10.0)
    highlight: str = setting("#ffffff", help="colour of the slopes that face the light")
    light: Driven = setting(Driven.fixed(0.375), help="where that light comes from, turns anti-clockwise from the right")
    brightness: Driven = setting(Driven.fixed(1.0), help="factor on OKLab lightness (rgb: on the value)")
    contrast: Driven = setting(Driven.fixed(1.0), help="factor on the distance from middle grey")
    saturation: Driven = setting(Driven.fixed(1.0), help="factor on the colourfulness; 0 is grey")

    def __post_init__(self) -> None:
        """Refuse colours that cannot be read."""
        for colour in (*self.palette, self.shadow, self.glow_colour, self.highlight):
            parse_hex(colour)


class Colouring:
    """A ``ColourSpec`` ready to colour tiles: the palette's ring is made once."""

    def __init__(self, spec: ColourSpec) -> None:
        self.spec = spec
        self._ring = ring(spec.palette, RING_STEPS)
        self._shadow = srgb_to_oklab(np.array(parse_hex(spec.shadow)))
        self._glow = np.array(parse_hex(spec.glow_colour))
        self._highlight = np.array(parse_hex(spec.highlight))

    def frame(self, device: Device, controls: Mapping[str, float]) -> FrameColouring:
        """The colouring of one frame, on the device."""
        return FrameColouring(self, device, controls)

    def graded_ring(self, controls: Mapping[str, float]) -> Any:
        """The palette's ring and its shadow under this frame's grade, sRGB [shape=(RING_STEPS, 6)]."""
        spec = self.spec
        light = np.array([spec.brightness.at(controls), 1.0, 1.0])
        contrast, saturation = spec.contrast.at(controls), spec.saturation.at(controls)

        def grade(lab: Any) -> Any:
            graded = lab * light
            graded[..., 0] = np.clip(0.5 + (graded[..., 0] - 0.5) * contrast, 0.0, 1.0)
            graded[..., 1:] *= saturation
            return oklab_to_srgb(graded)

        lit = grade(self._ring)
        dark = self._ring + np.clip(spec.shade.at(controls), 0.0, 1.0) * (self._shadow - self._ring)
        return np.concatenate([lit, grade(dark)], axis=-1)


class FrameColouring:
    """Colours the pixels of one frame."""

    def __init__(self, colouring: Colouring, device: Device, controls: Mapping[str, float]) -> None:
        spec = colouring.spec
        self._xp = device.xp
        self._spec = spec
        self._relief = float(np.clip(spec.relief.at(controls), 0.0, 1.0))
        self._light = 2.0 * math.pi * spec.light.at(controls)
        self._glow_amount = float(np.clip(spec.glow.at(controls), 0.0, 1.0))
        self._glow_colour = device.asarray(colouring._glow[:, None])
        self._highlight = device.asarray(colouring._highlight[:, None])
        if spec.mode == "palette":
            self._cycles, self._shift = spec.cycles.at(controls), spec.shift.at(controls)
            self._ring = device.asarray(colouring.graded_ring(controls).T)
        else:
            self._brightness = spec.brightness.at(controls)
            self._contrast = spec.contrast.at(controls)
            self._saturation = spec.saturation.at(controls)

    @property
    def light_step(self) -> tuple[float, float] | None:
        """The step (right, up, in picture heights) towards the light at which the slope is taken; None without relief."""
        if self._relief == 0.0:
            return None
        return RELIEF_STEP * math.cos(self._light), RELIEF_STEP * math.sin(self._light)

    def __call__(self, out: Any, towards_light: Any = None) -> Any:
        """Colour network outputs [shape=(3, n)]; returns sRGB in [0, 1] [shape=(3, n)].

        ``towards_light`` are the outputs one ``light_step`` further, where there is relief.
        """
        rgb = self._from_palette(out) if self._spec.mode == "palette" else self._from_rgb(out)
        if towards_light is not None:
            rgb = self._lit(rgb, out[0, :] - towards_light[0, :])
        if self._glow_amount > 0.0:
            line = out[2, :] / self._spec.glow_width
            glow = self._glow_amount / (1.0 + line * line)
            rgb = rgb + glow[None, :] * (self._glow_colour - rgb)
        return self._xp.clip(rgb, 0.0, 1.0)

    def _lit(self, rgb: Any, rise: Any) -> Any:
        # The sine of the slope towards the light: slopes that face it take the highlight, those behind go black.
        slope = rise * (self._spec.relief_height / RELIEF_STEP)
        light = (self._relief * slope / self._xp.sqrt(1.0 + slope * slope))[None, :]
        return rgb + self._xp.where(light > 0.0, light * (self._highlight - rgb), light * rgb)

    def _from_palette(self, out: Any) -> Any:
        xp = self._xp
        turn = sigmoid(xp, out[0, :]) * self._cycles + self._shift
        turn = turn - xp.floor(turn)
        step = xp.astype(turn * RING_STEPS, xp.int32) % RING_STEPS
        colours = xp.take(self._ring, step, axis=1)
        light = sigmoid(xp, out[1, :] * self._spec.shade_gain)
        return colours[3:, :] + light[None, :] * (colours[:3, :] - colours[3:, :])

    def _from_rgb(self, out: Any) -> Any:
        rgb = sigmoid(self._xp, out)
        rgb = 0.5 + (rgb * self._brightness - 0.5) * self._contrast
        if self._saturation != 1.0:
            grey = 0.2126 * rgb[0, :] + 0.7152 * rgb[1, :] + 0.0722 * rgb[2, :]
            rgb = grey[None, :] + self._saturation * (rgb - grey[None, :])
        return rgb
