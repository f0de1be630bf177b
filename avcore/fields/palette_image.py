"""The colours of a picture, in an order in which they make a smooth ring."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.errors import PresetError
from avcore.fields.oklab import oklab_to_srgb, srgb_to_oklab

Array = NDArray[np.float64]

# What a shared preset may bring: plain raster formats (others can run programs), not too large when unpacked.
FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 40_000_000

# The picture is read this small: enough for its colours.
SIDE = 128
OPAQUE = 128  # alpha of 255, from which a pixel counts
ROUNDS = 30

# How much more hue and colourfulness count than lightness when pixels are grouped: a red roof is no dark grey.
COLOURFUL = np.array([1.0, 2.5, 2.5])


def image_colours(path: Path, count: int) -> tuple[str, ...]:
    """The ``count`` colours, '#rrggbb', that stand best for a picture; fewer where it has no more.

    k-means in OKLab, in which hue counts more than lightness. They come in the order of the shortest closed tour, the
    darkest first. The same file gives the same colours: nothing is drawn at random. A colour profile in it is ignored.

    Raises:
        PresetError: it is no PNG, JPEG or WebP file that can be read, too large, or wholly transparent.
    """
    means = _k_means(_pixels(path), count)
    levels = np.unique(np.round(255.0 * oklab_to_srgb(means)).astype(np.uint8), axis=0)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in levels[_tour(srgb_to_oklab(levels / 255))])


def _pixels(path: Path) -> Array:
    """The opaque pixels of the picture, made small, in OKLab [shape=(n, 3)]."""
    from PIL import Image

    try:
        if path.stat().st_size > MAX_BYTES:
            raise PresetError(f"{path} is larger than {MAX_BYTES >> 20} MiB; make the image smaller")
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Image.DecompressionBombWarning
                image.draft("RGB", (SIDE, SIDE))  # a JPEG unpacks no more than this asks for
                small = image.convert("RGBA").resize((min(SIDE, image.width), min(SIDE, image.height)))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PresetError(f"{path} has more than {MAX_PIXELS // 10**6} megapixels; make the image smaller") from None
    except (OSError, SyntaxError, ValueError) as error:  # the latter two: Pillow on a broken file
        raise PresetError(f"{path} cannot be read as a PNG, JPEG or WebP image: {str(error)[:200]!a}") from None
    rgba = np.asarray(small).reshape(-1, 4)
    opaque = rgba[rgba[:, 3] >= OPAQUE, :3]
    if not len(opaque):
        raise PresetError(f"{path} is transparent everywhere; the palette needs an image with colours")
    return srgb_to_oklab(opaque / 255.0)


def _k_means(pixels: Array, count: int) -> Array:
    """The colours of at most ``count`` groups of pixels [shape=(k, 3)]."""
    from scipy.cluster.vq import kmeans2

    # Each centre begins at the point that is farthest from those before, so that small bright things are seen too.
    points = pixels * COLOURFUL
    centres = [points[np.argmin(points[:, 0])]]
    distance = np.linalg.norm(points - centres[0], axis=1)
    while len(centres) < count and distance.max() > 0.0:
        centres.append(points[np.argmax(distance)])
        distance = np.minimum(distance, np.linalg.norm(points - centres[-1], axis=1))
    _, groups = kmeans2(points, np.array(centres), iter=ROUNDS, minit="matrix")
    return np.array([_telling(pixels[groups == group]) for group in np.unique(groups)])


def _telling(group: Array) -> Array:
    """The mean of the more colourful half: a mean of all is duller than what one remembers."""
    chroma = np.hypot(group[:, 1], group[:, 2])
    return np.asarray(group[chroma >= np.median(chroma)].mean(axis=0))


def _tour(stops: Array) -> NDArray[np.int64]:
    """The order of the stops [shape=(n, 3), n < 10] in which the way round is shortest, the darkest first."""
    by_lightness = np.argsort(stops[:, 0], kind="stable")
    stops = stops[by_lightness]
    if len(stops) < 3:
        return by_lightness
    # Of the two ways round each tour, the one that goes to the darker neighbour first.
    orders = np.array([(0, *rest) for rest in itertools.permutations(range(1, len(stops))) if rest[0] < rest[-1]])
    apart = np.linalg.norm(stops[:, None] - stops[None, :], axis=-1)
    lengths = apart[orders, np.roll(orders, -1, axis=1)].sum(axis=1)
    return np.asarray(by_lightness[orders[np.argmin(lengths)]])
