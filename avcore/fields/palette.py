"""Palettes: a few colours that become a smooth, closed ring of colours."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from avcore.fields.oklab import srgb_to_oklab


def parse_hex(text: str) -> tuple[float, float, float]:
    """``#rrggbb`` or ``#rgb`` as sRGB in [0, 1].

    Raises:
        ValueError: not a colour.
    """
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", text):
        raise ValueError(f"{text[:20]!r} is not a colour; write it as '#rrggbb', in quotes")
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def check_colours(colours: Sequence[str]) -> None:
    """Raise ``ValueError`` unless there is at least one colour and all can be read."""
    if not colours:
        raise ValueError("a palette needs at least one colour, such as '#3b5bdb'")
    for colour in colours:
        parse_hex(colour)


def ring(colours: Sequence[str], steps: int) -> NDArray[np.float64]:
    """The colours, evenly spaced on a closed ring, interpolated in OKLab [shape=(steps, 3)].

    The last colour flows back into the first, so that a palette may repeat and turn without a seam.
    """
    stops = srgb_to_oklab(np.array([parse_hex(colour) for colour in colours], dtype=np.float64))
    closed = np.concatenate([stops, stops[:1]])
    at = np.arange(steps) * (len(stops) / steps)
    knots = np.arange(len(closed))
    return np.stack([np.interp(at, knots, closed[:, channel]) for channel in range(3)], axis=-1)
