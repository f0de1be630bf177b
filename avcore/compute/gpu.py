"""Neural fields on a GPU with torch: CUDA (and ROCm), MPS and XPU through one path."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import torch_device
from avcore.compute.painter import CannotPaintError
from avcore.compute.torch_frame import Raster, Rounding, to_pixels
from avcore.errors import UsageError
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.cppn import CppnFrame, Network
from avcore.fields.moment import Tile

# Products between hidden layers, counted from the last, that are rounded to float16.
ROUNDED: Mapping[Rounding, int] = MappingProxyType({"fp32": 0, "mixed": 3, "half": sys.maxsize})

NAMES: Mapping[Rounding, str] = MappingProxyType({"fp32": "float32", "mixed": "float32 and float16", "half": "float16"})

# Pixels of a batch, powers of two. Below the first the processor can take over; the last is a 1440p frame and more.
LEAST_BATCH, MOST_BATCH = 2**12, 2**22

# Where the device does not say how much memory is free.
DEFAULT_BATCH = 2**18

# Part of the free memory that a batch may take; torch's allocator and the display keep the rest.
SHARE_OF_MEMORY = 0.5

# What torch's allocators say on CUDA, MPS, XPU (twice: torch's and the driver's words) and the processor.
OUT_OF_MEMORY = ("out of memory", "out_of_device_memory", "out_of_host_memory", "not enough memory")


def supports(device: str) -> bool:
    """Whether ``device`` is a GPU; every network can be drawn on it."""
    return device in ("cuda", "mps", "xpu")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch, on whatever device, says that memory ran out."""
    import torch

    words = str(error).lower()
    return isinstance(error, torch.cuda.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and any(sign in words for sign in OUT_OF_MEMORY)
    )


class GpuPainter:
    """Draws neural fields in batches as large as memory allows; pixels come back in their final type.

    ``half`` is float16: hidden layers and activations in half (cuBLAS sums products in float32), the first layer, the
    output layer and the colours in float32. ``mixed`` keeps all but the last three products in float32: what is rounded
    early is amplified by every layer behind it (8 layers at gain 5: 22 dB PSNR to float32 in half, above 40 in mixed).
    Frames with relief are float32 throughout: its slope is a difference over half a pixel, finer than float16.

    When memory runs out the batch halves, for good, and the pixels that failed are drawn again. A library may choose
    another product for another batch, so only the same batch promises the same bytes.
    """

    def __init__(self, device: str, *, precision: Rounding = "half") -> None:
        """A painter on torch's ``device``.

        Raises:
            CannotPaintError: torch is not installed, or it sees no such device.
        """
        try:
            import torch

            self._device = torch_device(device)
        except (ImportError, UsageError) as error:
            raise CannotPaintError(str(error)) from None
        self._torch = torch
        self._rounded = ROUNDED[precision]
        self.name = f"torch {NAMES[precision]} ({device})"
        self._batch: int | None = None
        self._host: Any = None

    def close(self) -> None:
        """Let go of the host's buffer and of what torch keeps of the device's memory."""
        self._host = None
        self._free_cache()

    def paint(
        self,
        pictures: Sequence[CppnFrame],
        out: NDArray[Any],
        *,
        supersample: int,
        region: tuple[int, int] | None = None,
    ) -> None:
        """See ``Painter.paint``."""
        raster = Raster.over(out, region, supersample)
        try:
            with self._torch.inference_mode():
                image = self._image(pictures, raster, out.dtype)
        except RuntimeError as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CannotPaintError(f"{self.name}: {reason}") from error
        out[: raster.rows, : raster.columns] = image.reshape(raster.rows, raster.columns, 3)

    def draw(self, tiles: list[Tile], raster: Raster, start: int, stop: int, dtype: np.dtype[Any]) -> Any:
        """One batch of pixels [shape=(stop - start, 3)], on the device."""
        mean = raster.mean(self._torch, tiles, start, stop, self._device.name)
        return to_pixels(self._torch, mean, dtype).contiguous()

    def _image(self, pictures: Sequence[CppnFrame], raster: Raster, dtype: np.dtype[Any]) -> NDArray[Any]:
        """All pixels of the raster in their order [shape=(pixels, 3)]."""
        if self._batch is None:
            self._batch = self._first_batch(max(len(bias) for _, bias in pictures[0].layers))
        tiles = [picture.tile(self._device, self._network(picture)) for picture in pictures]
        start = 0
        while start < raster.pixels:
            stop = min(start + self._batch, raster.pixels)
            try:
                drawn = self.draw(tiles, raster, start, stop, dtype)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                # The traceback holds the tensors of the batch that failed: halve when it is gone.
                drawn = None
            if drawn is None:
                self._halve()
                continue
            host = self._buffer(raster.pixels, drawn.dtype)
            # Into pinned memory the copy runs while the next batch is computed.
            host[start:stop].copy_(drawn, non_blocking=host.is_pinned())
            start = stop
        if self._host.is_pinned():
            copied = self._torch.cuda.Event()
            copied.record()
            copied.synchronize()
        image: NDArray[Any] = self._host[: raster.pixels].numpy()
        return image

    def _network(self, picture: CppnFrame) -> Network:
        xp, float32 = self._device.xp, self._torch.float32
        exact = len(picture.activations) - 1 - (self._rounded if picture.paint.relief == 0.0 else 0)
        (first, bias), *hidden, (last, last_bias) = [
            (self._device.asarray(matrix), self._device.asarray(column[:, None])) for matrix, column in picture.layers
        ]
        kinds = [float32 if index < exact else self._torch.float16 for index in range(len(hidden))]
        hidden = [(matrix.to(kind), column.to(kind)) for (matrix, column), kind in zip(hidden, kinds, strict=True)]
        functions = [ACTIVATIONS[name] for name in picture.activations]

        def network(planes: Any) -> Any:
            h = functions[0](xp, self._torch.addmm(bias, first, planes))
            for (matrix, column), activation in zip(hidden, functions[1:], strict=True):
                h = activation(xp, self._torch.addmm(column, matrix, h.to(matrix.dtype)))
            return self._torch.addmm(last_bias, last, h.to(float32))

        return network

    def _buffer(self, pixels: int, dtype: Any) -> Any:
        """The host's side of the copy [shape=(at least pixels, 3)]: pinned for CUDA, kept from frame to frame."""
        if self._host is None or len(self._host) < pixels or self._host.dtype != dtype:
            self._host = self._torch.empty((pixels, 3), dtype=dtype, pin_memory=self._device.name == "cuda")
        return self._host

    def _halve(self) -> None:
        assert self._batch is not None
        self._batch //= 2
        self._free_cache()
        if self._batch < LEAST_BATCH:
            raise CannotPaintError(f"{self.name}: the device has no memory for {LEAST_BATCH} pixels at once")

    def _first_batch(self, width: int) -> int:
        """The largest power of two of pixels that fits; a power, so that a little less free memory changes nothing."""
        free = self._free_bytes()
        if free is None:
            return DEFAULT_BATCH
        # At the worst three planes of the width are alive in float32 and one in half; 40 more are places and colours.
        fits = int(SHARE_OF_MEMORY * free / (14 * width + 160))
        return min(max(LEAST_BATCH, 1 << max(0, fits.bit_length() - 1)), MOST_BATCH)

    def _free_bytes(self) -> int | None:
        torch, name = self._torch, self._device.name
        if name == "mps":
            return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
        ask = getattr(getattr(torch, name, None), "mem_get_info", None)
        return None if ask is None else int(ask()[0])

    def _free_cache(self) -> None:
        empty = getattr(getattr(self._torch, self._device.name, None), "empty_cache", None)
        if empty is not None:
            empty()
