"""Paint: the way from what a field says about its pixels to their colours, in one frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device

RGB = tuple[float, float, float]
Mode = Literal["rgb", "palette"]

# Weights of red, green and blue in the luma of BT.709.
LUMA = (0.2126, 0.7152, 0.0722)

# Colours of a palette's ring; neighbours differ by less than an 8-bit step for palettes of up to about 16 colours.
RING_STEPS = 2048

# Distance over which the slope of the relief is taken, in picture heights: half a pixel of a 1080p frame.
RELIEF_STEP = 0.5 / 1080

# Where a vignette below 0 has half its strength, in picture heights from the middle.
TUNNEL_END_RADIUS = 0.08


@dataclass(frozen=True)
class Inks:
    """What a field says about n pixels, each [shape=(n,), float32]; the paint makes colours of it.

    ``place`` is the place on the palette's ring, in turns; ``light`` goes from 0 in the shadows to 1 and ``glow`` from
    0 to 1 on the bright lines; ``height`` is that of the relief, in [0, 1] or else with ``level`` beside it, which is.
    ``rgb`` [shape=(3, n)] stands in for ``place`` where the field chooses its colours itself.
    """

    place: Any
    light: Any
    glow: Any
    height: Any
    level: Any = None
    rgb: Any = None


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

    def __call__(self, inks: Inks, x: Any, y: Any, towards_light: Inks | None = None) -> Any:
        """Colour what a field says; returns sRGB in [0, 1] [shape=(3, n)].

        ``x``, ``y`` [shape=(n,)] are the places in the picture, 0 in the middle and +-0.5 at the lower and upper edge.
        ``towards_light`` is what the field says one ``light_step`` further, where there is relief.
        """
        xp, paint = self._xp, self._paint
        rgb = self._ground(inks)
        if towards_light is not None:
            rgb = self._lit(rgb, inks.height - towards_light.height)
        if paint.shade > 0.0:
            light = 1.0 - paint.shade * (1.0 - inks.light)
            rgb = self._shadow + light[None, :] * (rgb - self._shadow)
        if paint.glow > 0.0:
            rgb = rgb + (paint.glow * inks.glow)[None, :] * (self._glow_colour - rgb)
        if paint.vignette != 0.0:
            rgb = rgb * self._falloff(x * x + y * y)[None, :]
        return xp.clip(rgb, 0.0, 1.0)

    def _ground(self, inks: Inks) -> Any:
        xp, paint = self._xp, self._paint
        if inks.rgb is None:
            turn = inks.place * paint.cycles + paint.shift
            step = xp.astype((turn - xp.floor(turn)) * RING_STEPS, xp.int32) % RING_STEPS
            return xp.take(self._ring, step, axis=1)
        rgb = 0.5 + (inks.rgb * paint.brightness - 0.5) * paint.contrast
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


def inked(
    inks: Callable[[Any, Any], Inks], paint: Paint, device: Device, *, aspect: float
) -> Callable[[Any, Any], Any]:
    """The picture that ``paint`` makes of a field: u, v [shape=(n,)] -> sRGB [shape=(3, n)] on ``device``."""
    brush = paint.brush(device)

    def tile(u: Any, v: Any) -> Any:
        x, y = (u - 0.5) * aspect, 0.5 - v
        if paint.relief == 0.0:
            return brush(inks(u, v), x, y)
        right, up = paint.light_step
        return brush(inks(u, v), x, y, inks(u + right / aspect, v - up))

    return tile
