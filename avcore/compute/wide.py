"""Wide networks on the processor with torch: tiled matrix products, one tile a core."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import torch_device
from avcore.compute.painter import CannotPaintError
from avcore.compute.torch_frame import Raster, Rounding, to_pixels
from avcore.errors import UsageError
from avcore.fields.cppn import CppnFrame, CppnSpec

# From this width on a matrix product is faster than a loop over the units.
LEAST_WIDTH = 33

# Products between hidden layers, counted from the last, that are rounded to bfloat16.
ROUNDED: Mapping[Rounding, int] = MappingProxyType({"fp32": 0, "mixed": 2, "half": sys.maxsize})

NAMES: Mapping[Rounding, str] = MappingProxyType(
    {"fp32": "float32", "mixed": "float32 and bfloat16", "half": "bfloat16"}
)

# Pixels whose coordinates and colours are worked out together: a task of one thread.
BLOCK_PIXELS = 8192


def supports(spec: CppnSpec) -> bool:
    """Whether this is the way to draw such a network here: wide, and torch is installed (it is not loaded)."""
    return spec.width >= LEAST_WIDTH and find_spec("torch") is not None


class WidePainter:
    """Draws neural fields by tiles of matrix products. Any number of threads gives the same bytes.

    ``half`` multiplies in bfloat16: above 40 dB PSNR to float32 for 4 layers of 256 at gain 5 and 8 layers at gain 2;
    8 layers at gain 5 are chaotic (13 dB), which the check against the reference finds out. ``mixed`` keeps all but the
    last two products in float32: what is rounded early is amplified by every layer behind it. Frames with relief are
    drawn in float32 in any case: its slope is a difference over half a pixel, finer than bfloat16 can tell apart.
    """

    def __init__(self, *, precision: Rounding = "half", threads: int | None = None) -> None:
        """``threads`` defaults to what torch uses: the processor's cores.

        Raises:
            CannotPaintError: torch is not installed, or bfloat16 is asked of a processor that has none.
        """
        try:
            import torch

            self._device = torch_device("cpu")
        except (ImportError, UsageError) as error:
            raise CannotPaintError(f"wide networks are faster with PyTorch: {error}") from None
        from avcore.compute.wide_network import has_bfloat16

        if precision != "fp32" and not has_bfloat16():
            raise CannotPaintError("this processor does not multiply in bfloat16 (AVX512_BF16 or AMX)")
        self.name = f"torch {NAMES[precision]} (tiles)"
        self._torch = torch
        self._rounded = ROUNDED[precision]
        self._pool = ThreadPoolExecutor(threads or torch.get_num_threads(), thread_name_prefix="wide")

    def close(self) -> None:
        """End the worker threads."""
        self._pool.shutdown()

    def paint(
        self,
        pictures: Sequence[CppnFrame],
        out: NDArray[Any],
        *,
        supersample: int,
        region: tuple[int, int] | None = None,
    ) -> None:
        """See ``Painter.paint``."""
        from avcore.compute.wide_network import WideNetwork

        torch = self._torch
        raster = Raster.over(out, region, supersample)
        tiles = []
        for picture in pictures:
            rounded = min(self._rounded, len(picture.activations) - 1) if picture.paint.relief == 0.0 else 0
            tiles.append(picture.tile(self._device, WideNetwork(picture, rounded=rounded)))
        whole = raster.pixels * 3 == out.size and out.flags.c_contiguous
        image = out if whole else np.empty((raster.rows, raster.columns, 3), dtype=out.dtype)
        pixels = image.reshape(-1, 3)

        def fill(block: tuple[int, int]) -> None:
            # One thread a tile: torch's own threads inside a product would meet at a barrier after every operation.
            if torch.get_num_threads() != 1:
                torch.set_num_threads(1)
            with torch.inference_mode():
                mean = raster.mean(torch, tiles, *block, "cpu")
                pixels[slice(*block)] = to_pixels(torch, mean, out.dtype).numpy()

        # That number is kept per thread, but the last one set is also what threads yet to come start with.
        threads = torch.get_num_threads()
        try:
            for _ in self._pool.map(fill, raster.blocks(BLOCK_PIXELS)):
                pass
        except (RuntimeError, MemoryError) as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CannotPaintError(f"{self.name}: {reason}") from error
        finally:
            torch.set_num_threads(threads)
        if not whole:
            out[: raster.rows, : raster.columns] = image
