"""From network outputs to colours: ``avcore.fields.paint.Brush`` as loops over one tile."""

from __future__ import annotations

from typing import Any

import numpy as np

from avcore.compute.fused.math import HALF, ONE, ZERO, compiled, sigmoid
from avcore.compute.fused.numbers import TILE
from avcore.fields.paint import LUMA, RING_STEPS, TUNNEL_END_RADIUS

RED, GREEN, BLUE = (np.float32(weight) for weight in LUMA)
TUNNEL_END = np.float32(TUNNEL_END_RADIUS**-2)


@compiled
def colour(rgb: Any, out: Any, towards_light: Any, frame: Any, ring: Any, u: Any, step: Any, v: Any) -> None:
    """Colours [shape=(3, TILE), sRGB, not yet clipped] of outputs [shape=(BLOCK, TILE)] along a row.

    ``towards_light`` are the outputs one step towards the light, where the frame is ``relit``.
    """
    if frame.palette:
        _ring_colour(rgb, out[0], ring, frame.cycles, frame.shift)
    else:
        for channel in range(3):
            for i in range(TILE):
                rgb[channel, i] = sigmoid(out[channel, i])
        if frame.graded:
            _grade(rgb, frame.brightness, frame.contrast, frame.saturation)
    if frame.relit:
        _light_hills(rgb, out[0], towards_light[0], frame)
    if frame.shade > ZERO:
        _shade(rgb, out[1], frame)
    if frame.glow > ZERO:
        _glow(rgb, out[2], frame)
    if frame.vignette != ZERO:
        _vignette(rgb, frame, u, step, v)


@compiled
def _ring_colour(rgb: Any, out: Any, ring: Any, cycles: Any, shift: Any) -> None:
    for i in range(TILE):
        turn = sigmoid(out[i]) * cycles + shift
        rgb[0, i] = (turn - np.floor(turn)) * np.float32(RING_STEPS)
    for i in range(TILE):
        # Masked, so that a colour is found whatever the number.
        step = np.int32(rgb[0, i]) & np.int32(RING_STEPS - 1)
        rgb[0, i], rgb[1, i], rgb[2, i] = ring[step, 0], ring[step, 1], ring[step, 2]


@compiled
def _grade(rgb: Any, brightness: Any, contrast: Any, saturation: Any) -> None:
    for i in range(TILE):
        r = HALF + (rgb[0, i] * brightness - HALF) * contrast
        g = HALF + (rgb[1, i] * brightness - HALF) * contrast
        b = HALF + (rgb[2, i] * brightness - HALF) * contrast
        grey = RED * r + GREEN * g + BLUE * b
        rgb[0, i] = grey + saturation * (r - grey)
        rgb[1, i] = grey + saturation * (g - grey)
        rgb[2, i] = grey + saturation * (b - grey)


@compiled
def _light_hills(rgb: Any, out: Any, towards_light: Any, frame: Any) -> None:
    relief, height = frame.relief, frame.slope
    r, g, b = frame.highlight_r, frame.highlight_g, frame.highlight_b
    for i in range(TILE):
        slope = (out[i] - towards_light[i]) * height
        light = relief * slope / np.sqrt(ONE + slope * slope)
        facing = light > ZERO
        rgb[0, i] += light * (r - rgb[0, i] if facing else rgb[0, i])
        rgb[1, i] += light * (g - rgb[1, i] if facing else rgb[1, i])
        rgb[2, i] += light * (b - rgb[2, i] if facing else rgb[2, i])


@compiled
def _shade(rgb: Any, out: Any, frame: Any) -> None:
    depth, gain = frame.shade, frame.shade_gain
    r, g, b = frame.shadow_r, frame.shadow_g, frame.shadow_b
    for i in range(TILE):
        light = ONE - depth * sigmoid(-gain * out[i])
        rgb[0, i] = r + light * (rgb[0, i] - r)
        rgb[1, i] = g + light * (rgb[1, i] - g)
        rgb[2, i] = b + light * (rgb[2, i] - b)


@compiled
def _glow(rgb: Any, out: Any, frame: Any) -> None:
    strength, per_width = frame.glow, ONE / frame.glow_width
    r, g, b = frame.glow_colour_r, frame.glow_colour_g, frame.glow_colour_b
    for i in range(TILE):
        across = out[i] * per_width
        light = strength / (ONE + across * across)
        rgb[0, i] += light * (r - rgb[0, i])
        rgb[1, i] += light * (g - rgb[1, i])
        rgb[2, i] += light * (b - rgb[2, i])


@compiled
def _vignette(rgb: Any, frame: Any, u: Any, step: Any, v: Any) -> None:
    start, gain = np.float32((u - 0.5) * frame.aspect), np.float32(step * frame.aspect)
    y_squared, vignette = np.float32((0.5 - v) ** 2), frame.vignette
    for i in range(TILE):
        x = start + np.float32(i) * gain
        distance = x * x + y_squared
        if vignette > ZERO:
            light = ONE - vignette * (ONE - ONE / (ONE + distance))
        else:
            distance *= TUNNEL_END
            light = ONE + vignette / (ONE + distance * distance)
        rgb[0, i] *= light
        rgb[1, i] *= light
        rgb[2, i] *= light
