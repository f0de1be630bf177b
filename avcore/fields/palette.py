"""Palettes: colours by name, in a list, by a formula or from an image, made into a closed ring of colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.fields.oklab import srgb_to_oklab
from avcore.fields.palette_table import PALETTES, PaletteName
from avcore.spec import setting

Array = NDArray[np.float64]
Triple = tuple[float, float, float]


def parse_hex(text: str) -> Triple:
    """``#rrggbb`` or ``#rgb`` as sRGB in [0, 1].

    Raises:
        ValueError: not a colour.
    """
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", text):
        raise ValueError(f"{text[:20]!r} is not a colour; write it as '#rrggbb', in quotes")
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def check_colours(colours: object) -> None:
    """Raise ``ValueError`` where a list of colours is empty or has one that cannot be read; let other palettes pass."""
    if not isinstance(colours, list | tuple):
        return
    if not colours:
        raise ValueError("a palette needs at least one colour, such as '#3b5bdb'")
    for colour in colours:
        parse_hex(colour)


@dataclass(frozen=True)
class Gradient:
    """Colours at places of their own on the ring, and how softly they meet."""

    colours: tuple[str, ...] | PaletteName = setting(
        help="colours of the ring, '#rrggbb', or the name of a palette", check=check_colours
    )
    at: tuple[float, ...] = setting(
        (),
        help="place of each colour, 0 to 1, in rising order; evenly spaced where there are none. "
        "0 and 1 are the same place: two colours there make an edge",
        low=0.0,
        high=1.0,
    )
    blend: float = setting(
        1.0, help="how much of the way from one colour to the next is a blend; 0 gives hard bands", low=0.0, high=1.0
    )

    def __post_init__(self) -> None:
        """Hold the places to the colours."""
        count = len(colours_of(self.colours))
        if self.at and len(self.at) != count:
            raise ValueError(f"at has {len(self.at)} places for {count} colours; give each colour one")
        if any(before > after for before, after in zip(self.at, self.at[1:], strict=False)):
            raise ValueError("at must rise from each colour to the next")

    def oklab(self, steps: int) -> Array:
        """The ring [shape=(steps, 3)]."""
        stops = _stops(colours_of(self.colours))
        places = np.array(self.at or np.arange(len(stops)) / len(stops))
        # Each way from a colour to the next, the last one round to the first, with its blend in the middle of it.
        ends = np.append(places[1:], places[0] + 1.0)
        margin = (ends - places) * (0.5 - 0.5 * self.blend)
        knots = np.stack([places + margin, ends - margin], axis=-1).ravel()
        values = np.stack([stops, np.roll(stops, -1, axis=0)], axis=1).reshape(-1, 3)
        # A step is the mean of a few places in it, so that hard edges are not ragged when the ring turns slowly.
        inside = 4
        at = (np.arange(steps * inside) + 0.5) / (steps * inside)
        at = np.where(at < knots[0], at + 1.0, at)
        fine = np.stack([np.interp(at, knots, values[:, channel]) for channel in range(3)], axis=-1)
        return np.asarray(fine.reshape(steps, inside, 3).mean(axis=1))


@dataclass(frozen=True)
class Cosine:
    """``offset + amplitude * cos(2 pi (frequency * place + phase))`` for red, green and blue.

    Source: Quilez, https://iquilezles.org/articles/palettes.
    """

    offset: Triple = setting((0.5, 0.5, 0.5), help="middle of red, green and blue", low=-2.0, high=2.0)
    amplitude: Triple = setting((0.5, 0.5, 0.5), help="how far each swings to both sides", low=-2.0, high=2.0)
    frequency: Triple = setting(
        (1.0, 1.0, 1.0),
        help="swings of each in one round; where one is not whole, the ring goes there and back, to close",
        low=0.0,
        high=16.0,
    )
    phase: Triple = setting((0.0, 0.33, 0.67), help="where in its swing each begins, in turns")


@dataclass(frozen=True)
class CosinePalette:
    """A palette by formula."""

    cosine: Cosine = setting(help="red, green and blue as three cosines")

    def oklab(self, steps: int) -> Array:
        """The ring [shape=(steps, 3)]."""
        wave = self.cosine
        place = np.arange(steps) / steps
        if not all(frequency.is_integer() for frequency in wave.frequency):
            place = 1.0 - np.abs(2.0 * place - 1.0)
        turns = place[:, None] * np.array(wave.frequency) + np.array(wave.phase)
        srgb = np.array(wave.offset) + np.array(wave.amplitude) * np.cos(2.0 * np.pi * turns)
        return srgb_to_oklab(np.clip(srgb, 0.0, 1.0))


@dataclass(frozen=True)
class ImagePalette:
    """The colours of a picture."""

    image: str = setting(help="a PNG, JPEG or WebP file in the preset's folder, whose colours to take")
    colours: int = setting(6, help="how many", low=2, high=9)


Palette = tuple[str, ...] | PaletteName | Gradient | CosinePalette | ImagePalette


def colours_of(colours: Sequence[str]) -> tuple[str, ...]:
    """A list of colours, or those of a palette's name."""
    return PALETTES[colours].colours if isinstance(colours, str) else tuple(colours)


def ring(palette: Palette | Sequence[str], steps: int) -> Array:
    """The palette as a closed ring, in OKLab [shape=(steps, 3)].

    Colours are evenly spaced and interpolated in OKLab unless it says otherwise. The last flows back into the first,
    so that a palette may repeat and turn without a seam. The colours of an image must have been read
    (``avcore.presets.images.read_images``, which rendering does).
    """
    if isinstance(palette, Gradient | CosinePalette):
        return palette.oklab(steps)
    if isinstance(palette, ImagePalette):
        raise TypeError(f"the palette's image {palette.image!r} has not been read; call read_images first")
    stops = _stops(colours_of(palette))
    closed = np.concatenate([stops, stops[:1]])
    at = np.arange(steps) * (len(stops) / steps)
    knots = np.arange(len(closed))
    return np.stack([np.interp(at, knots, closed[:, channel]) for channel in range(3)], axis=-1)


def _stops(colours: Sequence[str]) -> Array:
    return srgb_to_oklab(np.array([parse_hex(colour) for colour in colours], dtype=np.float64))
