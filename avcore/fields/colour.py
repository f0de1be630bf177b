"""Colour: what the three outputs of a network become."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device
from avcore.fields.activations import sigmoid
from avcore.fields.oklab import oklab_to_srgb
from avcore.fields.palette import check_colours, parse_hex, ring
from avcore.signals.spec import Driven
from avcore.spec import setting

Mode = Literal["rgb", "palette"]

# Colours of a palette's ring; neighbours differ by less than an 8-bit step for palettes of up to about 16 colours.
RING_STEPS = 2048

# Distance over which the slope of the relief is taken, in picture heights: half a pixel of a 1080p frame.
RELIEF_STEP = 0.5 / 1080

# Where a vignette below 0 has half its strength, in picture heights from the middle.
TUNNEL_END_RADIUS = 0.08


@dataclass(frozen=True)
class ColourSpec:
    """How the network's outputs become a colour.

    ``rgb`` takes the three outputs as red, green and blue. ``palette`` reads the first as a place on a ring of
    colours, the second as light and shade, and the third as a place for highlights.
    """

    mode: Mode = setting("rgb", help="rgb: the network chooses; palette: the network paints with the palette's colours")
    palette: tuple[str, ...] = setting(
        ("#0b1026", "#3b5bdb", "#f4f1de", "#e07a5f"),
        help="colours of the ring, '#rrggbb'; the last meets the first",
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


class Colouring:
    """A ``ColourSpec`` ready to colour tiles: the palette's ring is made once."""

    def __init__(self, spec: ColourSpec) -> None:
        self.spec = spec
        self._ring = ring(spec.palette, RING_STEPS)
        self.shadow, self.glow, self.highlight = (
            np.array(parse_hex(colour)) for colour in (spec.shadow, spec.glow_colour, spec.highlight)
        )

    def frame(self, device: Device, controls: Mapping[str, float]) -> FrameColouring:
        """The colouring of one frame, on the device."""
        return FrameColouring(self, device, controls)

    def graded_ring(self, controls: Mapping[str, float]) -> NDArray[np.float64]:
        """The palette's ring under this frame's grade, sRGB [shape=(RING_STEPS, 3)]."""
        spec = self.spec
        graded = self._ring.copy()
        graded[:, 0] = 0.5 + (graded[:, 0] * spec.brightness.at(controls) - 0.5) * spec.contrast.at(controls)
        graded[:, 0] = np.clip(graded[:, 0], 0.0, 1.0)
        graded[:, 1:] *= spec.saturation.at(controls)
        return oklab_to_srgb(graded)


class FrameColouring:
    """Colours the pixels of one frame."""

    def __init__(self, colouring: Colouring, device: Device, controls: Mapping[str, float]) -> None:
        spec = colouring.spec
        self._xp = device.xp
        self._spec = spec
        self._relief = _unit(spec.relief.at(controls))
        self._light = 2.0 * math.pi * spec.light.at(controls)
        self._glow = _unit(spec.glow.at(controls))
        self._shade = _unit(spec.shade.at(controls))
        self._vignette = float(np.clip(spec.vignette.at(controls), -1.0, 1.0))
        self._cycles, self._shift = spec.cycles.at(controls), spec.shift.at(controls)
        self._ring = device.asarray(colouring.graded_ring(controls).T)
        self._glow_colour, self._highlight, self._shadow = (
            device.asarray(colour[:, None]) for colour in (colouring.glow, colouring.highlight, colouring.shadow)
        )
        self._brightness = spec.brightness.at(controls)
        self._contrast = spec.contrast.at(controls)
        self._saturation = spec.saturation.at(controls)

    @property
    def light_step(self) -> tuple[float, float] | None:
        """The step (right, up, in picture heights) towards the light for the slope; None without relief."""
        if self._relief == 0.0:
            return None
        return RELIEF_STEP * math.cos(self._light), RELIEF_STEP * math.sin(self._light)

    def __call__(self, out: Any, x: Any, y: Any, towards_light: Any = None) -> Any:
        """Colour network outputs [shape=(3, n)]; returns sRGB in [0, 1] [shape=(3, n)].

        ``x``, ``y`` [shape=(n,)] are the places in the picture, 0 in the middle and +-0.5 at the lower and upper edge.
        ``towards_light`` are the outputs one ``light_step`` further, where there is relief.
        """
        xp = self._xp
        rgb = self._paint(out)
        if towards_light is not None:
            rgb = self._lit(rgb, out[0, :] - towards_light[0, :])
        if self._shade > 0.0:
            light = 1.0 - self._shade * sigmoid(xp, -self._spec.shade_gain * out[1, :])
            rgb = self._shadow + light[None, :] * (rgb - self._shadow)
        if self._glow > 0.0:
            line = out[2, :] / self._spec.glow_width
            rgb = rgb + (self._glow / (1.0 + line * line))[None, :] * (self._glow_colour - rgb)
        if self._vignette != 0.0:
            rgb = rgb * self._falloff(x * x + y * y)[None, :]
        return xp.clip(rgb, 0.0, 1.0)

    def _paint(self, out: Any) -> Any:
        xp = self._xp
        if self._spec.mode == "palette":
            turn = sigmoid(xp, out[0, :]) * self._cycles + self._shift
            step = xp.astype((turn - xp.floor(turn)) * RING_STEPS, xp.int32) % RING_STEPS
            return xp.take(self._ring, step, axis=1)
        rgb = 0.5 + (sigmoid(xp, out) * self._brightness - 0.5) * self._contrast
        if self._saturation != 1.0:
            grey = 0.2126 * rgb[0, :] + 0.7152 * rgb[1, :] + 0.0722 * rgb[2, :]
            rgb = grey[None, :] + self._saturation * (rgb - grey[None, :])
        return rgb

    def _lit(self, rgb: Any, rise: Any) -> Any:
        # The sine of the slope towards the light: slopes that face it take the highlight, those behind go black.
        slope = rise * (self._spec.relief_height / RELIEF_STEP)
        light = (self._relief * slope / self._xp.sqrt(1.0 + slope * slope))[None, :]
        return rgb + self._xp.where(light > 0.0, light * (self._highlight - rgb), light * rgb)

    def _falloff(self, distance_squared: Any) -> Any:
        """Brightness [shape=(n,)] by the distance from the middle, in picture heights."""
        if self._vignette > 0.0:
            return 1.0 - self._vignette * (1.0 - 1.0 / (1.0 + distance_squared))
        return 1.0 + self._vignette / (1.0 + (distance_squared / TUNNEL_END_RADIUS**2) ** 2)


def _unit(value: float) -> float:
    return float(np.clip(value, 0.0, 1.0))
