"""The network over one tile: planes of units, layer by layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from avcore.compute.fused import math
from avcore.compute.fused.coords import fill_planes, is_straight, line
from avcore.compute.fused.math import ONE, ZERO, compiled
from avcore.compute.fused.numbers import ACTIVATION_NAMES, BLOCK, TILE

SIN, COS, GAUSSIAN, TANH, SIGMOID, TRIANGLE, ABS, SOFTPLUS, BUMP = (
    ACTIVATION_NAMES.index(name)
    for name in ("sin", "cos", "gaussian", "tanh", "sigmoid", "triangle", "abs", "softplus", "bump")
)


@compiled
def evaluate(
    out: Any,
    planes: Any,
    ping: Any,
    pong: Any,
    frame: Any,
    first: Any,
    hidden: Any,
    last: Any,
    biases: Any,
    activations: Any,
    limits: Any,
    u: Any,
    step: Any,
    v: Any,
) -> None:
    """The network's outputs [shape=(BLOCK, TILE), the last row empty] along the row that starts at ``u``, ``v``.

    ``planes`` [shape=(8, TILE)], ``ping`` and ``pong`` [shape=(units, TILE)] are room to work in; the rest is one
    picture of ``Numbers``.
    """
    if is_straight(frame):
        _first_of_line(ping, first, biases[0], line(frame, u, step, v))
    else:
        fill_planes(planes, frame, u, step, v)
        _dense(ping, planes, first, biases[0])
    _activate(ping, activations[0], limits[0])
    for layer in range(1, len(activations)):
        _dense(pong, ping, hidden[layer - 1], biases[layer])
        _activate(pong, activations[layer], limits[layer])
        ping, pong = pong, ping
    _dense(out, ping, last, biases[len(activations)])


@compiled
def _first_of_line(units: Any, matrix: Any, bias: Any, places: Any) -> None:
    x, y, dx, dy = places
    for j in range(0, matrix.shape[0], BLOCK):
        a, a_gain = _along(matrix[j], bias[j], x, y), _along(matrix[j], ZERO, dx, dy)
        b, b_gain = _along(matrix[j + 1], bias[j + 1], x, y), _along(matrix[j + 1], ZERO, dx, dy)
        c, c_gain = _along(matrix[j + 2], bias[j + 2], x, y), _along(matrix[j + 2], ZERO, dx, dy)
        d, d_gain = _along(matrix[j + 3], bias[j + 3], x, y), _along(matrix[j + 3], ZERO, dx, dy)
        for i in range(TILE):
            pixels = np.float32(i)
            units[j, i] = a + pixels * a_gain
            units[j + 1, i] = b + pixels * b_gain
            units[j + 2, i] = c + pixels * c_gain
            units[j + 3, i] = d + pixels * d_gain


@compiled
def _along(weights: Any, bias: Any, x: Any, y: Any) -> Any:
    return weights[0] * x + weights[1] * y + bias


@compiled
def _dense(out: Any, planes: Any, matrix: Any, bias: Any) -> None:
    """``matrix @ planes + bias``, in blocks whose weights stay in registers."""
    for j in range(0, matrix.shape[0], BLOCK):
        for k in range(0, matrix.shape[1], BLOCK):
            a0, a1, a2, a3 = matrix[j, k], matrix[j, k + 1], matrix[j, k + 2], matrix[j, k + 3]
            b0, b1, b2, b3 = matrix[j + 1, k], matrix[j + 1, k + 1], matrix[j + 1, k + 2], matrix[j + 1, k + 3]
            c0, c1, c2, c3 = matrix[j + 2, k], matrix[j + 2, k + 1], matrix[j + 2, k + 2], matrix[j + 2, k + 3]
            d0, d1, d2, d3 = matrix[j + 3, k], matrix[j + 3, k + 1], matrix[j + 3, k + 2], matrix[j + 3, k + 3]
            if k == 0:
                a, b, c, d = bias[j], bias[j + 1], bias[j + 2], bias[j + 3]
                for i in range(TILE):
                    p0, p1, p2, p3 = planes[0, i], planes[1, i], planes[2, i], planes[3, i]
                    out[j, i] = a + a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3
                    out[j + 1, i] = b + b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3
                    out[j + 2, i] = c + c0 * p0 + c1 * p1 + c2 * p2 + c3 * p3
                    out[j + 3, i] = d + d0 * p0 + d1 * p1 + d2 * p2 + d3 * p3
            else:
                for i in range(TILE):
                    p0, p1, p2, p3 = planes[k, i], planes[k + 1, i], planes[k + 2, i], planes[k + 3, i]
                    out[j, i] += a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3
                    out[j + 1, i] += b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3
                    out[j + 2, i] += c0 * p0 + c1 * p1 + c2 * p2 + c3 * p3
                    out[j + 3, i] += d0 * p0 + d1 * p1 + d2 * p2 + d3 * p3


@compiled
def _activate(units: Any, activation: Any, limit: Any) -> None:
    """Apply an activation to all planes in place, after clipping to +-``limit`` where that is above 0."""
    if limit > 0.0:
        for unit in range(units.shape[0]):
            for i in range(TILE):
                x = units[unit, i] if units[unit, i] > -limit else -limit
                units[unit, i] = x if x < limit else limit
    for unit in range(units.shape[0]):
        activate_plane(units[unit], activation)


@compiled
def activate_plane(x: Any, activation: Any) -> None:
    if activation == SIN:
        for i in range(TILE):
            x[i] = math.sin(x[i])
    elif activation == COS:
        for i in range(TILE):
            x[i] = math.cos(x[i])
    elif activation == GAUSSIAN:
        for i in range(TILE):
            x[i] = math.gaussian(x[i])
    elif activation == TANH:
        for i in range(TILE):
            x[i] = math.tanh(x[i])
    elif activation == SIGMOID:
        for i in range(TILE):
            x[i] = math.sigmoid(x[i])
    elif activation == TRIANGLE:
        for i in range(TILE):
            x[i] = math.triangle(x[i])
    elif activation == ABS:
        for i in range(TILE):
            x[i] = abs(x[i])
    elif activation == SOFTPLUS:
        for i in range(TILE):
            x[i] = math.softplus(x[i])
    elif activation == BUMP:
        for i in range(TILE):
            x[i] = ONE / (ONE + x[i] * x[i])
