"""OKLab, in which equal steps look equal (Ottosson 2020, https://bottosson.github.io/posts/oklab)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from avcore.srgb import linear_to_srgb, srgb_to_linear

Array = NDArray[np.float64]

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FROM_LAB = np.linalg.inv(TO_LAB)
FROM_LMS = np.linalg.inv(TO_LMS)


def srgb_to_oklab(srgb: Array) -> Array:
    """Display-referred sRGB [shape=(..., 3), 0..1] to OKLab (lightness 0..1, a, b)."""
    return np.asarray(np.cbrt(srgb_to_linear(srgb) @ TO_LMS.T) @ TO_LAB.T)


def oklab_to_srgb(oklab: Array) -> Array:
    """OKLab to display-referred sRGB [shape=(..., 3)], clipped to the gamut [0, 1]."""
    return np.clip(linear_to_srgb((oklab @ FROM_LAB.T) ** 3 @ FROM_LMS.T), 0.0, 1.0)


def turn_hue(oklab: Array, turns: float) -> Array:
    """The same lightness and colourfulness, every hue ``turns`` further [shape=(..., 3)].

    From red by yellow and green to blue. What that takes out of sRGB is clipped by ``oklab_to_srgb``.
    """
    cos, sin = np.cos(2.0 * np.pi * turns), np.sin(2.0 * np.pi * turns)
    return np.asarray(oklab @ np.array([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]]))
