"""``avcore.encode.yuv`` as one pass over the rows of a frame."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from avcore.compute.fused.math import compiled, compiled_for
from avcore.encode.yuv import CHROMA_START, SHIFT, Y_START, U, V, Y

(Y_R, Y_G, Y_B), (U_R, U_G, U_B), (V_R, V_G, V_B) = (tuple(map(np.int32, weights)) for weights in (Y, U, V))
Y_ADD, CHROMA_ADD = np.int32(Y_START), np.int32(CHROMA_START)
Y_SHIFT, CHROMA_SHIFT = np.int32(SHIFT), np.int32(SHIFT + 3)

PLANE = numba.uint8[:, ::1]
FRAME = numba.types.Array(numba.uint8, 2, "C", readonly=True)


@compiled
def _luma(rgb: Any, out: Any) -> None:
    for i in range(len(out)):
        r, g, b = np.int32(rgb[3 * i]), np.int32(rgb[3 * i + 1]), np.int32(rgb[3 * i + 2])
        out[i] = np.uint8((r * Y_R + g * Y_G + b * Y_B + Y_ADD) >> Y_SHIFT)


@compiled
def _chroma(sums: Any, u: Any, v: Any) -> None:
    for i in range(len(u)):
        r = sums[6 * i] + 2 * sums[6 * i + 3] + sums[6 * i + 6]
        g = sums[6 * i + 1] + 2 * sums[6 * i + 4] + sums[6 * i + 7]
        b = sums[6 * i + 2] + 2 * sums[6 * i + 5] + sums[6 * i + 8]
        u[i] = np.uint8((r * U_R + g * U_G + b * U_B + CHROMA_ADD) >> CHROMA_SHIFT)
        v[i] = np.uint8((r * V_R + g * V_G + b * V_B + CHROMA_ADD) >> CHROMA_SHIFT)


@compiled_for(numba.void(FRAME, PLANE, PLANE, PLANE))
def convert(rgb: Any, y: Any, u: Any, v: Any) -> None:
    """Fill the planes from ``rgb`` [shape=(height, width * 3)]."""
    height, columns = rgb.shape
    # Two rows added up, behind a copy of their first pixel.
    sums = np.empty(columns + 3, dtype=np.int32)
    for row in range(0, height, 2):
        above, below = rgb[row], rgb[row + 1]
        _luma(above, y[row])
        _luma(below, y[row + 1])
        for i in range(columns):
            sums[3 + i] = np.int32(above[i]) + np.int32(below[i])
        for i in range(3):
            sums[i] = sums[3 + i]
        _chroma(sums, u[row // 2], v[row // 2])
