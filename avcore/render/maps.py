"""Maps for materials, from the inks of a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.fields.ink import Ink
from avcore.fields.maps import MapName, MapsSpec
from avcore.srgb import linear_to_srgb, srgb_to_linear

Image = NDArray[np.float32]


def make_map(
    name: MapName, spec: MapsSpec, *, ink: Callable[[Ink], Image], colour: Callable[[], Image], tiles: bool
) -> Image:
    """A map [shape=(height, width, 3), 0..1, float32] of a picture that has these inks and colours and may tile.

    ``emission`` is a colour, display-referred sRGB. The others are data, the same in all three channels, but
    ``normal``: the tangent-space normal, x to the right, y up (OpenGL, as Blender takes it), from [-1, 1] to [0, 1].
    """
    if name == "height":
        return ink("height")
    if name == "normal":
        return normals(ink("height")[:, :, 0], depth=spec.depth, tiles=tiles)
    if name == "emission":
        light = srgb_to_linear(colour().astype(np.float64)) * ink(spec.emission)
        return linear_to_srgb(light).astype(np.float32)
    chosen = spec.roughness if name == "roughness" else spec.mask
    return np.asarray(chosen.low + ink(chosen.ink) * (chosen.high - chosen.low), dtype=np.float32)


def normals(height: NDArray[Any], *, depth: float, tiles: bool) -> Image:
    """The normal map [shape=(h, w, 3)] of a relief [shape=(h, w), 0..1] that is ``depth`` picture heights high.

    Slopes are central differences; a relief that ``tiles`` goes on at the opposite edge, another ends with its edge.
    """
    mode = "wrap" if tiles else "edge"
    rows = height.shape[0]
    framed = np.pad(height.astype(np.float32), 1, mode=mode)  # type: ignore[call-overload]
    # At an edge that ends, half of the difference is missing.
    across = np.full(height.shape[1], 0.5, dtype=np.float32)
    down = np.full((rows, 1), 0.5, dtype=np.float32)
    if not tiles:
        across[[0, -1]], down[[0, -1]] = 1.0, 1.0
    scale = depth * rows
    x = (framed[1:-1, 2:] - framed[1:-1, :-2]) * across * scale
    y = (framed[:-2, 1:-1] - framed[2:, 1:-1]) * down * scale
    length = np.sqrt(x * x + y * y + 1.0)
    return np.asarray(0.5 + 0.5 * np.stack([-x / length, -y / length, 1.0 / length], axis=-1), dtype=np.float32)
