"""The paint in Triton: ``Brush`` without relief, for a tile of pixels, in float32.

Every setting that a signal may drive to nothing and back is computed always, so that no song compiles a kernel twice.
``numbers`` points to the scalars of ``triton_pack``, whose order the constants below follow.
"""

# mypy: disallow-untyped-decorators=False
# ruff: noqa: N803 (Triton's constants are capitals)

from __future__ import annotations

import triton
import triton.language as tl

from avcore.compute.triton_math import sigmoid
from avcore.fields import paint

CYCLES = tl.constexpr(12)
SHIFT = tl.constexpr(13)
BRIGHTNESS = tl.constexpr(14)
CONTRAST = tl.constexpr(15)
SATURATION = tl.constexpr(16)
SHADE = tl.constexpr(17)
SHADE_GAIN = tl.constexpr(18)
SHADOW = tl.constexpr(19)
GLOW = tl.constexpr(22)
GLOW_SHARPNESS = tl.constexpr(23)
GLOW_COLOUR = tl.constexpr(24)
VIGNETTE = tl.constexpr(27)
TUNNEL_END = tl.constexpr(28)

RING_STEPS = tl.constexpr(paint.RING_STEPS)
LUMA_R, LUMA_G, LUMA_B = (tl.constexpr(weight) for weight in paint.LUMA)
TUNNEL_END_AREA = tl.constexpr(paint.TUNNEL_END_RADIUS**2)


@triton.jit
def brush(
    a: tl.tensor,
    b: tl.tensor,
    c: tl.tensor,
    x: tl.tensor,
    y: tl.tensor,
    numbers: tl.tensor,
    ring: tl.tensor,
    MODE: tl.constexpr,
) -> tl.tensor:
    """Red, green and blue in [0, 1] of the network's three outputs [shape=(pixels,)].

    ``x``, ``y`` are the places in picture heights from the middle, ``ring`` points to the palette [shape=(steps, 3)].
    """
    if MODE == "palette":
        red, green, blue = _palette(a, numbers, ring)
    else:
        red, green, blue = _rgb(a, b, c, numbers)
    light = 1.0 - tl.load(numbers + SHADE) * sigmoid(-tl.load(numbers + SHADE_GAIN) * b)
    line = c * tl.load(numbers + GLOW_SHARPNESS)
    glow = tl.load(numbers + GLOW) / (1.0 + line * line)
    area = x * x + y * y
    end = area / TUNNEL_END_AREA
    # One of the two is 1: a vignette is above or below 0.
    falloff = 1.0 - tl.load(numbers + VIGNETTE) * (1.0 - 1.0 / (1.0 + area))
    falloff *= 1.0 + tl.load(numbers + TUNNEL_END) / (1.0 + end * end)
    red = _finish(red, light, glow, falloff, numbers)
    green = _finish(green, light, glow, falloff, numbers + 1)
    blue = _finish(blue, light, glow, falloff, numbers + 2)
    return red, green, blue


@triton.jit
def _finish(value: tl.tensor, light: tl.tensor, glow: tl.tensor, falloff: tl.tensor, numbers: tl.tensor) -> tl.tensor:
    shadow = tl.load(numbers + SHADOW)
    value = shadow + light * (value - shadow)
    value += glow * (tl.load(numbers + GLOW_COLOUR) - value)
    return tl.minimum(tl.maximum(value * falloff, 0.0), 1.0)


@triton.jit
def _palette(a: tl.tensor, numbers: tl.tensor, ring: tl.tensor) -> tl.tensor:
    turn = sigmoid(a) * tl.load(numbers + CYCLES) + tl.load(numbers + SHIFT)
    step = ((turn - tl.floor(turn)) * RING_STEPS).to(tl.int32) % RING_STEPS
    return tl.load(ring + 3 * step), tl.load(ring + 3 * step + 1), tl.load(ring + 3 * step + 2)


@triton.jit
def _rgb(a: tl.tensor, b: tl.tensor, c: tl.tensor, numbers: tl.tensor) -> tl.tensor:
    red, green, blue = _graded(a, numbers), _graded(b, numbers), _graded(c, numbers)
    grey = LUMA_R * red + LUMA_G * green + LUMA_B * blue
    saturation = tl.load(numbers + SATURATION)
    return grey + saturation * (red - grey), grey + saturation * (green - grey), grey + saturation * (blue - grey)


@triton.jit
def _graded(output: tl.tensor, numbers: tl.tensor) -> tl.tensor:
    return 0.5 + (sigmoid(output) * tl.load(numbers + BRIGHTNESS) - 0.5) * tl.load(numbers + CONTRAST)
