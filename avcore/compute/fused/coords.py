"""Where a tile's pixels are: ``avcore.fields.coords`` as loops over one tile."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from avcore.compute.fused.math import ZERO, atan2, compiled, cos, log, sin
from avcore.compute.fused.numbers import SPACES, SYMMETRIES, TILE
from avcore.fields.coords import TUNNEL_END as END

PLANE, TILING, TUNNEL = (SPACES.index(name) for name in ("plane", "tile", "tunnel"))
NONE, MIRROR, QUAD, RADIAL = (SYMMETRIES.index(name) for name in ("none", "mirror", "quad", "radial"))

TAU = np.float32(2.0 * math.pi)
PI = np.float32(math.pi)
HALF = np.float32(0.5)
QUARTER = np.float32(0.25)
TUNNEL_END = np.float32(END)


@compiled
def is_straight(frame: Any) -> Any:
    """Whether the inputs are linear along a row, so that the first layer needs no planes."""
    return frame.space == PLANE and frame.symmetry == NONE and frame.radius == 0 and frame.bend == 0.0


@compiled
def line(frame: Any, u: Any, step: Any, v: Any) -> Any:
    """``x``, ``y`` of the pixel at ``u``, ``v`` and what they gain to the next, ``step`` further; without the swirl."""
    size = frame.scale if frame.space == TUNNEL else frame.scale / frame.zoom
    x = (u - 0.5) * (frame.aspect * size) - frame.pan_x * size
    y = (0.5 - v) * size - frame.pan_y * size
    dx = step * (frame.aspect * size)
    if frame.bend != 0.0:
        return np.float32(x), np.float32(y), np.float32(dx), ZERO
    c, s = math.cos(frame.turn), math.sin(frame.turn)
    return np.float32(c * x + s * y), np.float32(c * y - s * x), np.float32(c * dx), np.float32(-s * dx)


@compiled
def fill_planes(planes: Any, frame: Any, u: Any, step: Any, v: Any) -> None:
    """The network's coordinate inputs [shape=(inputs, TILE)] of the row of pixels that starts at ``u``, ``v``."""
    if frame.space == TILING:
        _tiling(planes, frame, u, step, v)
        return
    _place(planes, frame, u, step, v)
    _mirror(planes, frame.symmetry)
    if frame.space == TUNNEL:
        _tunnel(planes, frame)
    elif frame.symmetry == RADIAL:
        _kaleidoscope(planes, np.float32(frame.sector))
    if frame.radius and frame.space == PLANE:
        for i in range(TILE):
            planes[2, i] = np.sqrt(planes[0, i] * planes[0, i] + planes[1, i] * planes[1, i])


@compiled
def _place(planes: Any, frame: Any, u: Any, step: Any, v: Any) -> None:
    x, y, dx, dy = line(frame, u, step, v)
    for i in range(TILE):
        planes[0, i] = x + np.float32(i) * dx
        planes[1, i] = y + np.float32(i) * dy
    if frame.bend != 0.0:
        bend, turn = np.float32(frame.bend), np.float32(frame.turn)
        for i in range(TILE):
            x, y = planes[0, i], planes[1, i]
            angle = bend * np.sqrt(x * x + y * y) - turn
            c, s = cos(angle), sin(angle)
            planes[0, i] = c * x - s * y
            planes[1, i] = s * x + c * y


@compiled
def _mirror(planes: Any, symmetry: Any) -> None:
    if symmetry in (MIRROR, QUAD):
        for i in range(TILE):
            planes[0, i] = abs(planes[0, i])
    if symmetry == QUAD:
        for i in range(TILE):
            planes[1, i] = abs(planes[1, i])


@compiled
def _folded(angle: Any, sector: Any) -> Any:
    return abs(angle - sector * np.floor(angle / sector + HALF))


@compiled
def _kaleidoscope(planes: Any, sector: Any) -> None:
    for i in range(TILE):
        x, y = planes[0, i], planes[1, i]
        r = np.sqrt(x * x + y * y)
        angle = _folded(atan2(y, x), sector)
        planes[0, i] = r * cos(angle)
        planes[1, i] = r * sin(angle)


@compiled
def _tunnel(planes: Any, frame: Any) -> None:
    half_scale, inverse_scale = np.float32(0.5 * frame.scale), np.float32(1.0 / frame.scale)
    depth = np.float32(frame.zoom - 1.0)
    if frame.symmetry == RADIAL:
        sector = np.float32(frame.sector)
        for i in range(TILE):
            planes[4, i] = _folded(atan2(planes[1, i], planes[0, i]), sector)
    else:
        for i in range(TILE):
            planes[4, i] = atan2(planes[1, i], planes[0, i])
    for i in range(TILE):
        r = np.sqrt(planes[0, i] * planes[0, i] + planes[1, i] * planes[1, i])
        planes[0, i] = sin(half_scale * (log(r * inverse_scale + TUNNEL_END) + depth))
        planes[3, i] = r
    for i in range(TILE):
        planes[1, i] = HALF * cos(planes[4, i])
        planes[2, i] = HALF * sin(planes[4, i])


@compiled
def _tiling(planes: Any, frame: Any, u: Any, step: Any, v: Any) -> None:
    mirrored = frame.symmetry in (MIRROR, QUAD)
    y = np.floor(v) - v - frame.pan_y
    y -= np.floor(y)
    if frame.symmetry == QUAD:
        y = 0.25 + 0.25 * math.cos(2.0 * math.pi * y)
    size = np.float32(frame.scale / (2.0 * math.pi))
    y_cos, y_sin = size * np.float32(math.cos(2.0 * math.pi * y)), size * np.float32(math.sin(2.0 * math.pi * y))
    for i in range(TILE):
        x = u + i * step
        x = x - np.floor(x) - frame.pan_x
        x -= np.floor(x)
        planes[0, i] = x
    if mirrored:
        for i in range(TILE):
            planes[0, i] = QUARTER + QUARTER * cos(TAU * planes[0, i])
    if frame.radius:
        up = np.float32(math.sin(math.pi * (y - 0.5)) ** 2)
        for i in range(TILE):
            across = sin(PI * (planes[0, i] - HALF))
            planes[4, i] = np.float32(2.0) * size * np.sqrt(across * across + up)
    for i in range(TILE):
        x = TAU * planes[0, i]
        planes[0, i] = size * cos(x)
        planes[1, i] = size * sin(x)
        planes[2, i] = y_cos
        planes[3, i] = y_sin
