"""The camera in Triton: ``Camera.planes`` for a tile of pixels, in float32.

``numbers`` points to the scalars of ``triton_pack``, whose order the constants below follow.
"""

# mypy: disallow-untyped-decorators=False
# ruff: noqa: N803 (Triton's constants are capitals)

from __future__ import annotations

import triton
import triton.language as tl

from avcore.compute.triton_math import angle, cosine, sine
from avcore.fields import coords

ASPECT = tl.constexpr(0)
SIZE = tl.constexpr(1)
SCALE = tl.constexpr(2)
ZOOM = tl.constexpr(3)
PAN_X = tl.constexpr(4)
PAN_Y = tl.constexpr(5)
BEND = tl.constexpr(6)
TURN = tl.constexpr(7)
SECTOR = tl.constexpr(8)

TAU = tl.constexpr(coords.TAU)
HALF_TURN = tl.constexpr(coords.TAU / 2)
TUNNEL_END = tl.constexpr(coords.TUNNEL_END)


@triton.jit
def planes(
    u: tl.tensor, v: tl.tensor, numbers: tl.tensor, SPACE: tl.constexpr, SYMMETRY: tl.constexpr, FAST: tl.constexpr
) -> tl.tensor:
    """Five planes of coordinates of the pixels ``u``, ``v`` [shape=(pixels,)].

    Those that the space has (``CoordsSpec.inputs``, radius last) come first; the rest repeat the radius.
    """
    if SPACE == "tile":
        a, b, c, d, r = _tile(u, v, numbers, SYMMETRY, FAST)
    else:
        x, y = _place(u, v, numbers, FAST)
        if SYMMETRY == "mirror" or SYMMETRY == "quad":
            x = tl.abs(x)
        if SYMMETRY == "quad":
            y = tl.abs(y)
        r = tl.sqrt(x * x + y * y)
        if SYMMETRY == "radial":
            sector = tl.load(numbers + SECTOR)
            turn = angle(y, x)
            turn = tl.abs(turn - sector * tl.floor(turn / sector + 0.5))
            along, across = cosine(turn, FAST), sine(turn, FAST)
        elif SPACE == "tunnel":
            # The cosine and sine of the angle without the angle; it is 0 in the middle.
            along = tl.where(r > 0.0, x / tl.maximum(r, 1e-30), 1.0)
            across = tl.where(r > 0.0, y / tl.maximum(r, 1e-30), 0.0)
        if SPACE == "tunnel":
            scale = tl.load(numbers + SCALE)
            depth = 0.5 * scale * (tl.log(r / scale + TUNNEL_END) + (tl.load(numbers + ZOOM) - 1.0))
            a, b, c, d = sine(depth, FAST), 0.5 * along, 0.5 * across, r
        else:
            if SYMMETRY == "radial":
                x, y = r * along, r * across
            a, b, c, d = x, y, r, r
    return a, b, c, d, r


@triton.jit
def _place(u: tl.tensor, v: tl.tensor, numbers: tl.tensor, FAST: tl.constexpr) -> tl.tensor:
    size, bend, turn = tl.load(numbers + SIZE), tl.load(numbers + BEND), tl.load(numbers + TURN)
    x = (u - 0.5) * (tl.load(numbers + ASPECT) * size) - tl.load(numbers + PAN_X) * size
    y = (0.5 - v) * size - tl.load(numbers + PAN_Y) * size
    # Without a bend the same angle everywhere: then one number is turned, not every pixel's.
    if bend != 0.0:
        by = bend * tl.sqrt(x * x + y * y) - turn
        c, s = cosine(by, FAST), sine(by, FAST)
    else:
        c, s = x * 0.0 + cosine(-turn, FAST), x * 0.0 + sine(-turn, FAST)
    return c * x - s * y, s * x + c * y


@triton.jit
def _tile(u: tl.tensor, v: tl.tensor, numbers: tl.tensor, SYMMETRY: tl.constexpr, FAST: tl.constexpr) -> tl.tensor:
    x = u - tl.floor(u) - tl.load(numbers + PAN_X)
    y = tl.floor(v) - v - tl.load(numbers + PAN_Y)
    x -= tl.floor(x)
    y -= tl.floor(y)
    if SYMMETRY == "mirror" or SYMMETRY == "quad":
        x = 0.25 + 0.25 * cosine(x * TAU, FAST)
    if SYMMETRY == "quad":
        y = 0.25 + 0.25 * cosine(y * TAU, FAST)
    scale = tl.load(numbers + SCALE)
    size = scale / TAU
    sx, sy = sine((x - 0.5) * HALF_TURN, FAST), sine((y - 0.5) * HALF_TURN, FAST)
    r = scale / HALF_TURN * tl.sqrt(sx * sx + sy * sy)
    x, y = x * TAU, y * TAU
    return size * cosine(x, FAST), size * sine(x, FAST), size * cosine(y, FAST), size * sine(y, FAST), r
