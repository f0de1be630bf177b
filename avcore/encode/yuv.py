"""RGB frames as 8-bit BT.709 with a quarter of the chroma, as video encoders take them.

Made here and not by ffmpeg: it takes a third of the time, and half as many bytes go through the pipe.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.fused.loading import load
from avcore.compute.painter import CannotPaintError

# ITU-R BT.709-6, items 3.2 to 3.4: the luma weights, and the limited ranges of luma and colour difference.
_RED, _BLUE = 0.2126, 0.0722
_GREEN = 1.0 - _RED - _BLUE
_LUMA_LOW, _LUMA_SPAN, _CHROMA_ZERO, _CHROMA_SPAN = 16, 219, 128, 224

# Weights are whole numbers of 2 to the -15.
SHIFT = 15
_ONE = 1 << SHIFT


def _weights(red: float, green: float, blue: float) -> tuple[int, int, int]:
    """Whole numbers whose sum is exact, so that grey stays grey."""
    outer = round(red / 255 * _ONE), round(blue / 255 * _ONE)
    return outer[0], round((red + green + blue) / 255 * _ONE) - sum(outer), outer[1]


_HALF = _CHROMA_SPAN / 2
Y = _weights(_RED * _LUMA_SPAN, _GREEN * _LUMA_SPAN, _BLUE * _LUMA_SPAN)
U = _weights(-_RED / (1 - _BLUE) * _HALF, -_GREEN / (1 - _BLUE) * _HALF, _HALF)
V = _weights(_HALF, -_GREEN / (1 - _RED) * _HALF, -_BLUE / (1 - _RED) * _HALF)
# With what is added so that the shift rounds; eight pixels' weights are summed for a sample of chroma.
Y_START = (_LUMA_LOW << SHIFT) + (_ONE >> 1)
CHROMA_START = (_CHROMA_ZERO << (SHIFT + 3)) + (_ONE << 2)


def to_yuv420(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A frame [shape=(height, width, 3), contiguous, even sides] as planar yuv420p [shape=(height * 3 / 2, width)].

    Chroma lies between two rows and on the even columns, as MPEG-2 and H.264 have it by default: it is the mean of two
    rows, and of three columns with the weights 1, 2, 1.
    """
    height, width, _ = frame.shape
    out = np.empty((height * 3 // 2, width), dtype=np.uint8)
    luma, chroma = out[:height], out[height:].reshape(2, height // 2, width // 2)
    _converter()(frame.reshape(height, width * 3), luma, chroma[0], chroma[1])
    return out


@functools.cache
def _converter() -> Callable[..., None]:
    try:
        return load("yuv").convert  # type: ignore[no-any-return]
    except CannotPaintError:
        return convert


def convert(rgb: NDArray[Any], y: NDArray[Any], u: NDArray[Any], v: NDArray[Any]) -> None:
    """Fill the planes from ``rgb`` [shape=(height, width * 3)]: the reference, whose bytes the kernel gives too."""
    height, columns = rgb.shape
    pixels = rgb.reshape(height, columns // 3, 3).astype(np.int32)
    y[:] = (pixels @ np.array(Y, dtype=np.int32) + Y_START) >> SHIFT
    rows = pixels[0::2] + pixels[1::2]
    left = np.concatenate([rows[:, :1], rows[:, 1:-1:2]], axis=1)
    around = left + 2 * rows[:, 0::2] + rows[:, 1::2]
    for plane, weights in ((u, U), (v, V)):
        plane[:] = (around @ np.array(weights, dtype=np.int32) + CHROMA_START) >> (SHIFT + 3)
