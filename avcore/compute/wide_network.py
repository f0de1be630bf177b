"""A wide network on the processor: tiles of pixels that stay in the second-level cache, through all layers.

A tile is pixel-major [shape=(pixels, width)]. Matrices are multiplied by oneDNN, in bfloat16 (the sums are float32,
rounded once) or float32; activations are float32 in place, on a tile that the cache still holds.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from avcore.fields.activations import Activation
from avcore.fields.cppn import CppnFrame

# Numbers of one layer's tile. In float32 they are 1 MiB, in bfloat16 half of that.
TILE_VALUES = 2**18
TILE_PIXELS = (256, 4096)

LOG2_E = 1.0 / math.log(2.0)
TURNS_PER_RADIAN = 0.5 / math.pi


def _by_numpy(function: Callable[..., Any]) -> Callable[[Any], Any]:
    # NumPy's float32 loops are vectorised on every processor; torch's go through MKL, at a third of their speed where
    # the processor is not Intel's. The error of both is below 4 units in the last place.
    def apply(z: Any) -> Any:
        plane = z.numpy()
        function(plane, out=plane)
        return z

    return apply


def _triangle(z: Any) -> Any:
    z.mul_(TURNS_PER_RADIAN).sub_(0.25)
    return z.sub_(z.round()).abs_().mul_(-4.0).add_(1.0)


def _softplus(z: Any) -> Any:
    import torch

    return torch.nn.functional.softplus(z)


# In place where it can be; takes and returns float32 [shape=(pixels, width)].
IN_PLACE: Mapping[Activation, Callable[[Any], Any]] = MappingProxyType(
    {
        "sin": _by_numpy(np.sin),
        "cos": _by_numpy(np.cos),
        "gaussian": lambda z: z.square_().mul_(-LOG2_E).exp2_(),
        "tanh": _by_numpy(np.tanh),
        "sigmoid": lambda z: z.sigmoid_(),
        "triangle": _triangle,
        "abs": lambda z: z.abs_(),
        "softplus": _softplus,
        "bump": lambda z: z.square_().add_(1.0).reciprocal_(),
        "identity": lambda z: z,
    }
)

# Activations that oneDNN applies to its float32 sums, before they are rounded.
FUSED = ("tanh", "sigmoid")


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices in hardware (AVX512_BF16, AMX).

    By its flags and not by a stopwatch: the same machine must always choose the same way.
    """
    import torch

    flags = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
    return torch.backends.mkldnn.is_available() and any(flag() for flag in flags if flag is not None)


def _linear() -> Callable[..., Any]:
    """``h @ w.T + b`` and, if named, an activation upon it."""
    import torch

    # oneDNN also for float32: on processors that are not Intel's, MKL behind addmm is half as fast.
    if torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        onednn = torch.ops.mkldnn._linear_pointwise
        return lambda h, w, b, fused: onednn(h, w, b, fused, [], "")
    return lambda h, w, b, fused: getattr(torch.addmm(b, h, w.t()), f"{fused}_" if fused != "none" else "contiguous")()


class WideNetwork:
    """One frame's network: planes [shape=(inputs, n)] -> outputs [shape=(3, n)], float32, for any number of threads.

    The last ``rounded`` products between hidden layers (at most layers - 1) have their weights, inputs and sums rounded
    to bfloat16; the first layer, the activations and the output layer are float32 in any case.
    """

    def __init__(self, picture: CppnFrame, *, rounded: int) -> None:
        import torch

        self._torch = torch
        self._linear = _linear()
        tensors = [tuple(torch.from_numpy(array) for array in layer) for layer in picture.layers]
        self._first, self._out = tensors[0], tensors[-1]
        exact = len(tensors) - 2 - rounded
        self._hidden = [
            tuple(t if index < exact else t.bfloat16() for t in layer) for index, layer in enumerate(tensors[1:-1])
        ]
        self._activations = picture.activations
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
        z, h = (buffer[: planes.shape[1]] for buffer in self._buffers())
        matrix, bias = self._first
        self._torch.addmm(bias, planes.t(), matrix.t(), out=z)
        z = IN_PLACE[self._activations[0]](z)
        for (matrix, bias), activation in zip(self._hidden, self._activations[1:], strict=True):
            half = matrix.dtype == h.dtype
            fused = activation if activation in FUSED and half else "none"
            if half:
                h.copy_(z)
                z.copy_(self._linear(h, matrix, bias, fused))
            else:
                z = self._linear(z, matrix, bias, fused)
            if fused == "none":
                z = IN_PLACE[activation](z)
        return z

    def _buffers(self) -> tuple[Any, Any]:
        """The tile of the calling thread, in float32 and bfloat16."""
        if not hasattr(self._scratch, "tiles"):
            shape = (self._pixels, len(self._first[1]))
            self._scratch.tiles = self._torch.empty(shape), self._torch.empty(shape, dtype=self._torch.bfloat16)
        tiles: tuple[Any, Any] = self._scratch.tiles
        return tiles
