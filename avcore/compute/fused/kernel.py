"""The kernel: rows of a frame, from coordinates to packed pixels, tile by tile."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from avcore.compute.fused.colour import colour
from avcore.compute.fused.math import HALF, ONE, SINE_RANGE, ZERO, compiled, compiled_for
from avcore.compute.fused.network import evaluate
from avcore.compute.fused.numbers import BLOCK, FRAME, TILE

__all__ = ["SINE_RANGE", "TILE", "draw_rows", "work_rows"]

PLANES = 8  # of coordinates, at most 5 of them filled

FRAMES = numba.from_dtype(FRAME)[::1]
F4 = numba.float32
SIGNATURE = numba.void(
    *(numba.uint8[::1], numba.uint16[::1], F4[::1], numba.int64),
    *(numba.int64, numba.int64, numba.int64, numba.int64, numba.int64, numba.int64),
    F4[:, ::1],
    *(FRAMES, F4[:, :, ::1], F4[:, :, ::1], F4[:, :, :, ::1], F4[:, :, ::1], F4[:, :, ::1]),
    *(numba.int32[:, ::1], F4[:, ::1]),
)


def work_rows(units: int) -> int:
    """Planes of TILE float32 that one call works in, for a network of so many units a layer."""
    return PLANES + 2 * units + 2 * BLOCK + 3 + 3


@compiled
def _clipped(x: Any) -> Any:
    x = x if x > ZERO else ZERO
    return x if x < ONE else ONE


@compiled
def _add_clipped(total: Any, rgb: Any, is_first: Any) -> None:
    if is_first:
        for channel in range(3):
            for i in range(TILE):
                total[channel, i] = _clipped(rgb[channel, i])
    else:
        for channel in range(3):
            for i in range(TILE):
                total[channel, i] += _clipped(rgb[channel, i])


@compiled
def _pack(out: Any, start: Any, count: Any, total: Any, share: Any, scale: Any, pixel: Any) -> None:
    for i in range(count):
        out[start + 3 * i] = pixel(np.int32(_clipped(total[0, i] * share) * scale + HALF))
        out[start + 3 * i + 1] = pixel(np.int32(_clipped(total[1, i] * share) * scale + HALF))
        out[start + 3 * i + 2] = pixel(np.int32(_clipped(total[2, i] * share) * scale + HALF))


@compiled
def _store(out: Any, start: Any, count: Any, total: Any, share: Any) -> None:
    for i in range(count):
        out[start + 3 * i] = _clipped(total[0, i] * share)
        out[start + 3 * i + 1] = _clipped(total[1, i] * share)
        out[start + 3 * i + 2] = _clipped(total[2, i] * share)


@compiled_for(SIGNATURE)
def draw_rows(
    bytes_out: Any,
    words_out: Any,
    floats_out: Any,
    pixel_bytes: Any,
    top: Any,
    bottom: Any,
    columns: Any,
    width: Any,
    height: Any,
    supersample: Any,
    work: Any,
    frames: Any,
    rings: Any,
    first: Any,
    hidden: Any,
    last: Any,
    biases: Any,
    activations: Any,
    limits: Any,
) -> None:
    """Fill rows ``top`` to ``bottom`` of a frame, its first ``columns`` pixels.

    The frame goes to that of the three outputs [shape=(height * width * 3,)] whose pixels have ``pixel_bytes`` bytes
    a channel. ``work`` [shape=(work_rows(units), TILE), aligned to 64 bytes, zeros]; the rest is ``Numbers``.
    """
    units = first.shape[1]
    planes, rest = work[:PLANES], work[PLANES:]
    ping, pong, rest = rest[:units], rest[units : 2 * units], rest[2 * units :]
    out, towards_light, rest = rest[:BLOCK], rest[BLOCK : 2 * BLOCK], rest[2 * BLOCK :]
    rgb, total = rest[:3], rest[3:]
    step = 1.0 / width
    samples = supersample * supersample * len(frames)
    share = np.float32(1.0 / samples)
    for row in range(top, bottom):
        for left in range(0, columns, TILE):
            for sample in range(supersample * supersample):
                u = (left + (sample % supersample + 0.5) / supersample) / width
                v = (row + (sample // supersample + 0.5) / supersample) / height
                for p in range(len(frames)):
                    frame = frames[p]
                    network = (frame, first[p], hidden[p], last[p], biases[p], activations[p], limits[p])
                    evaluate(out, planes, ping, pong, *network, u, step, v)
                    if frame.relit:
                        right, up = frame.light_right / frame.aspect, frame.light_up
                        evaluate(towards_light, planes, ping, pong, *network, u + right, step, v - up)
                    colour(rgb, out, towards_light, frame, rings[p], u, step, v)
                    if samples > 1:
                        _add_clipped(total, rgb, sample + p == 0)
            mean = total if samples > 1 else rgb
            start, count = (row * width + left) * 3, min(TILE, columns - left)
            if pixel_bytes == 1:
                _pack(bytes_out, start, count, mean, share, np.float32(255.0), np.uint8)
            elif pixel_bytes == 2:
                _pack(words_out, start, count, mean, share, np.float32(65535.0), np.uint16)
            else:
                _store(floats_out, start, count, mean, share)
