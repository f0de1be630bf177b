"""Colour: what the three outputs of a network become."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device
from avcore.fields.activations import sigmoid
from avcore.fields.oklab import oklab_to_srgb
from avcore.fields.palette import check_colours, parse_hex
from avcore.signals.spec import Driven
from avcore.spec import setting

RGB = tuple[float, float, float]
Mode = Literal["rgb", "palette"]

# Weights of red, green and blue in the luma of BT.709.
LUMA = (0.2126, 0.7152, 0.0722)

# Colours of a palette's ring; neighbours differ by less than an 8-bit step for palettes of up to about 16 colours.
RING_STEPS = 2048

# What stands for the ring where the network chooses its colours itself.
NO_RING = np.zeros((3, RING_STEPS), dtype=np.float32)

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

    def at(self, controls: Mapping[str, float], ring_oklab: NDArray[np.float64]) -> Paint:
        """The paint of one frame, where the signals have the values ``controls``.

        ``ring_oklab`` is ``palette.ring(self.palette, RING_STEPS)``, which is the same for all frames.
        """
        brightness, contrast = self.brightness.at(controls), self.contrast.at(controls)
        saturation = self.saturation.at(controls)
        light = 2.0 * math.pi * self.light.at(controls)
        return Paint(
            mode=self.mode,
            ring=_graded(ring_oklab, brightness, contrast, saturation) if self.mode == "palette" else NO_RING,
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
    ring_oklab: NDArray[np.float64], brightness: float, contrast: float, saturation: float
) -> NDArray[np.float32]:
    """The ring under a grade, as sRGB [shape=(3, RING_STEPS)]."""
    graded = ring_oklab.copy()
    graded[:, 0] = np.clip(0.5 + (graded[:, 0] * brightness - 0.5) * contrast, 0.0, 1.0)
    graded[:, 1:] *= saturation
    return oklab_to_srgb(graded).T.astype(np.float32)


def _unit(value: float) -> float:
    return float(np.clip(value, 0.0, 1.0))


@dataclass(frozen=True)
class Paint:
    """The way from the network's outputs to a colour in one frame, as plain numbers.

    ``ring`` [shape=(3, RING_STEPS), sRGB, float32] is the palette under the frame's grade; ``light_step`` is the step
    (right, up, in picture heights) towards the light over which the slope is taken; the rest as in ``ColourSpec``.
    """

    mode: Mode
    ring: NDArray[np.float32] = field(compare=False)  # arrays do not compare to a truth value
    cycles: float
    shift: float
    brightness: float
    contrast: float
    saturation: float
    shade: float
    shade_gain: float
    shadow: RGB
    glow: float
    glow_width: float
    glow_colour: RGB
    relief: float
    relief_height: float
    highlight: RGB
    light_step: tuple[float, float]
    vignette: float

    def brush(self, device: Device) -> Brush:
        """The paint on a device."""
        return Brush(self, device)


class Brush:
    """Colours pixels with one frame's paint: the reference that every kernel is held to."""

    def __init__(self, paint: Paint, device: Device) -> None:
        self._xp = device.xp
        self._paint = paint
        self._ring = device.asarray(paint.ring)
        self._shadow, self._glow_colour, self._highlight = (
            device.asarray(np.array(colour)[:, None]) for colour in (paint.shadow, paint.glow_colour, paint.highlight)
        )

    def __call__(self, out: Any, x: Any, y: Any, towards_light: Any = None) -> Any:
        """Colour network outputs [shape=(3, n)]; returns sRGB in [0, 1] [shape=(3, n)].

        ``x``, ``y`` [shape=(n,)] are the places in the picture, 0 in the middle and +-0.5 at the lower and upper edge.
        ``towards_light`` are the outputs one ``light_step`` further, where there is relief.
        """
        xp, paint = self._xp, self._paint
        rgb = self._ground(out)
        if towards_light is not None:
            rgb = self._lit(rgb, out[0, :] - towards_light[0, :])
        if paint.shade > 0.0:
            light = 1.0 - paint.shade * sigmoid(xp, -paint.shade_gain * out[1, :])
            rgb = self._shadow + light[None, :] * (rgb - self._shadow)
        if paint.glow > 0.0:
            line = out[2, :] / paint.glow_width
            rgb = rgb + (paint.glow / (1.0 + line * line))[None, :] * (self._glow_colour - rgb)
        if paint.vignette != 0.0:
            rgb = rgb * self._falloff(x * x + y * y)[None, :]
        return xp.clip(rgb, 0.0, 1.0)

    def _ground(self, out: Any) -> Any:
        xp, paint = self._xp, self._paint
        if paint.mode == "palette":
            turn = sigmoid(xp, out[0, :]) * paint.cycles + paint.shift
            step = xp.astype((turn - xp.floor(turn)) * RING_STEPS, xp.int32) % RING_STEPS
            return xp.take(self._ring, step, axis=1)
        rgb = 0.5 + (sigmoid(xp, out) * paint.brightness - 0.5) * paint.contrast
        if paint.saturation != 1.0:
            grey = LUMA[0] * rgb[0, :] + LUMA[1] * rgb[1, :] + LUMA[2] * rgb[2, :]
            rgb = grey[None, :] + paint.saturation * (rgb - grey[None, :])
        return rgb

    def _lit(self, rgb: Any, rise: Any) -> Any:
        # The sine of the slope towards the light: slopes that face it take the highlight, those behind go black.
        slope = rise * (self._paint.relief_height / RELIEF_STEP)
        light = (self._paint.relief * slope / self._xp.sqrt(1.0 + slope * slope))[None, :]
        return rgb + self._xp.where(light > 0.0, light * (self._highlight - rgb), light * rgb)

    def _falloff(self, distance_squared: Any) -> Any:
        """Brightness [shape=(n,)] by the distance from the middle, in picture heights."""
        vignette = self._paint.vignette
        if vignette > 0.0:
            return 1.0 - vignette * (1.0 - 1.0 / (1.0 + distance_squared))
        return 1.0 + vignette / (1.0 + (distance_squared / TUNNEL_END_RADIUS**2) ** 2)
