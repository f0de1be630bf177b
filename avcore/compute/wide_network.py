"""A wide network on the processor: tiles of pixels that stay in the second-level cache, through all layers.

A tile is pixel-major [shape=(pixels, width)]. Matrices are multiplied by oneDNN, in bfloat16 (the sums are float32,
rounded once) or float32; activations are compiled loops over what it left in the cache, float32 between the two.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from avcore.compute.fused.loading import load
from avcore.compute.fused.numbers import ACTIVATION_NAMES, limits
from avcore.fields.cppn import CppnFrame

# Numbers of one layer's tile. In float32 they are 1 MiB, in bfloat16 half of that.
TILE_VALUES = 2**18
TILE_PIXELS = (256, 4096)


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices in hardware (AVX512_BF16, AMX).

    By its flags and not by a stopwatch: the same machine must always choose the same way.
    """
    import torch

    flags = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
    return torch.backends.mkldnn.is_available() and any(flag() for flag in flags if flag is not None)


def _linear() -> Callable[..., Any]:
    """``h @ w.T + b``."""
    import torch

    # oneDNN also for float32: on processors that are not Intel's, MKL behind addmm is half as fast.
    if torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        onednn = torch.ops.mkldnn._linear_pointwise
        return lambda h, w, b: onednn(h, w, b, "none", [], "")
    return lambda h, w, b: torch.addmm(b, h, w.t())


class WideNetwork:
    """One frame's network: planes [shape=(inputs, n)] -> outputs [shape=(3, n)], float32, for any number of threads.

    The last ``rounded`` products between hidden layers (at most layers - 1) have their weights, inputs and sums rounded
    to bfloat16; the first layer, the activations and the output layer are float32 in any case.

    Raises:
        CannotPaintError: Numba is not installed, or cannot compile here.
    """

    def __init__(self, picture: CppnFrame, *, rounded: int) -> None:
        import torch

        self._torch = torch
        self._linear = _linear()
        kernel = load("activate")
        self._activate = kernel.activate
        self._activations = [
            (ACTIVATION_NAMES.index(name), limit)
            for name, limit in zip(picture.activations, limits(picture, kernel.SINE_RANGE), strict=True)
        ]
        tensors = [tuple(torch.from_numpy(array) for array in layer) for layer in picture.layers]
        self._first, *hidden, self._out = tensors
        exact = len(hidden) - rounded
        self._hidden = [
            tuple(t if index < exact else t.bfloat16() for t in layer) for index, layer in enumerate(hidden)
        ]
        self._scratch = threading.local()
        few, many = TILE_PIXELS
        self._pixels = min(max(few, TILE_VALUES // len(self._first[1])), many)

    def __call__(self, planes: Any) -> Any:
        """Outputs [shape=(3, n)] for planes [shape=(inputs, n)], tile by tile; the tiles' shape knows no threads."""
        n = planes.shape[1]
        out = self._torch.empty((3, n))
        matrix, bias = self._out
        for start in range(0, n, self._pixels):
            stop = min(start + self._pixels, n)
            h = self._layers(planes[:, start:stop])
            self._torch.addmm(bias[:, None], matrix, h.t(), out=out[:, start:stop])
        return out

    def _layers(self, planes: Any) -> Any:
        """The last hidden layer [shape=(n, width), float32]."""
        tiles = {tile.dtype: tile[: planes.shape[1]] for tile in self._tiles()}
        matrix, bias = self._first
        z = self._torch.addmm(bias, planes.t(), matrix.t(), out=tiles[matrix.dtype])
        for layer, (following, _) in enumerate([*self._hidden, self._out]):
            h = z if z.dtype == following.dtype else tiles[following.dtype]
            self._activate(as_numbers(z), as_numbers(h), *self._activations[layer])
            z = self._linear(h, *self._hidden[layer]) if layer < len(self._hidden) else h
        return z

    def _tiles(self) -> tuple[Any, Any]:
        """The tile of the calling thread, in float32 and bfloat16."""
        if not hasattr(self._scratch, "tiles"):
            shape = (self._pixels, len(self._first[1]))
            self._scratch.tiles = self._torch.empty(shape), self._torch.empty(shape, dtype=self._torch.bfloat16)
        tiles: tuple[Any, Any] = self._scratch.tiles
        return tiles


def as_numbers(tile: Any) -> Any:
    """A tile as the flat array that the kernel takes: float32, or bfloat16 as uint16."""
    import torch

    flat = tile.flatten()
    return flat.numpy() if flat.dtype == torch.float32 else flat.view(torch.int16).numpy().view(np.uint16)
