"""Whole images, some rows at a time, so that large ones need little memory beside their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

# Rows of an image that are worked on at once.
BAND_ROWS = 64


def put(image: Image, out: NDArray[Any]) -> None:
    """Write an image [float32, sRGB, 0..1] into ``out``; integers are full range and rounded."""
    if out.dtype == np.float32:
        out[:] = image
        return
    for rows in bands(len(out)):
        out[rows] = np.clip(image[rows], 0.0, 1.0) * np.float32(np.iinfo(out.dtype).max) + np.float32(0.5)


def bands(height: int) -> Iterator[slice]:
    """The rows of an image, some at a time."""
    return (slice(top, min(top + BAND_ROWS, height)) for top in range(0, height, BAND_ROWS))
