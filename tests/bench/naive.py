"""The earlier system's way to a frame, for comparison: see the table in ``tests.bench.cppn``.

Written from its description: PyTorch, one row of inputs a pixel (x, y, t and nine features, the same for all pixels),
float32 ``nn.Linear`` layers over the whole frame at once, activations in turn sin, cos, gaussian, tanh, a sigmoid at
the end, and the bytes of it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES = 9
GAIN, OUTPUT_GAIN = 5.0, 1.0


def naive_frame(layers: int, width: int, size: tuple[int, int], *, threads: int) -> Callable[[], NDArray[np.uint8]]:
    """A function that draws one frame [shape=(height, width, 3)] of ``size`` (width, height).

    Raises:
        ImportError: torch is not installed.
    """
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    sizes = [3 + FEATURES, *[width] * layers, 3]
    linears = [torch.nn.Linear(*pair) for pair in itertools.pairwise(sizes)]
    for index, linear in enumerate(linears):
        torch.nn.init.xavier_uniform_(linear.weight, gain=OUTPUT_GAIN if index == layers else GAIN)
        torch.nn.init.zeros_(linear.bias)
    activations: list[Callable[[Any], Any]] = [torch.sin, torch.cos, lambda x: torch.exp(-x * x), torch.tanh]
    columns, rows = size
    y, x = torch.meshgrid(torch.linspace(-0.5, 0.5, rows), torch.linspace(-0.5, 0.5, columns), indexing="ij")
    places = torch.stack([x.ravel(), y.ravel()], dim=1)
    heard = torch.sin(torch.arange(FEATURES) * math.tau / FEATURES) * 0.15

    def draw() -> NDArray[np.uint8]:
        with torch.inference_mode():
            time = torch.full((rows * columns, 1), 0.3)
            h = torch.cat([places, time, heard.expand(rows * columns, FEATURES)], dim=1)
            for index, linear in enumerate(linears[:-1]):
                h = activations[index % 4](linear(h))
            image = (torch.sigmoid(linears[-1](h)) * 255).to(torch.uint8)
            return image.reshape(rows, columns, 3).numpy()

    return draw
