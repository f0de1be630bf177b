"""Display-referred sRGB and linear light (IEC 61966-2-1)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)


def srgb_to_linear(srgb: NDArray[Real]) -> NDArray[Real]:
    """Linear light of display-referred values in [0, 1], any shape, same dtype."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: NDArray[Real]) -> NDArray[Real]:
    """Display-referred values of linear light, any shape, same dtype."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
