"""The reference: any field, on NumPy or torch, by the Python array API standard."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device
from avcore.fields.moment import Picture, Tile

# Pixels of a tile on the processor: its planes stay in the second-level cache.
CPU_TILE_PIXELS = 16384
GPU_TILE_PIXELS = 4_000_000


class ReferencePainter:
    """Evaluates a picture's own ``tile`` function, tile by tile."""

    def __init__(self, device: Device, *, threads: int | None = None) -> None:
        self.name = f"{'numpy' if device.name == 'cpu' else 'torch'} float32"
        self._device = device
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1) if device.name == "cpu" else None

    def close(self) -> None:
        """End the worker threads."""
        if self._pool:
            self._pool.shutdown()

    def paint(
        self, pictures: Sequence[Picture], out: NDArray[Any], *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        """See ``Painter.paint``."""
        height, width = region or out.shape[:2]
        tiles = [picture.tile(self._device) for picture in pictures]
        rows = max(1, (CPU_TILE_PIXELS if self._pool else GPU_TILE_PIXELS) // width)
        blocks = range(0, height, rows)

        def fill(top: int) -> None:
            bottom = min(top + rows, height)
            out[top:bottom, :width] = self._block(tiles, out, slice(top, bottom), width, supersample)

        for _ in self._pool.map(fill, blocks) if self._pool else map(fill, blocks):
            pass

    def _block(self, tiles: list[Tile], out: NDArray[Any], rows: slice, columns: int, supersample: int) -> NDArray[Any]:
        """Those rows and that many columns of the frame ``out``, averaged over all samples."""
        height, width = out.shape[:2]
        lines = np.arange(rows.start, rows.stop)
        total: Any = None
        offsets = (np.arange(supersample) + 0.5) / supersample
        for dy in offsets:
            for dx in offsets:
                u = self._device.asarray(np.tile((np.arange(columns) + dx) / width, len(lines)))
                v = self._device.asarray(np.repeat((lines + dy) / height, columns))
                for tile in tiles:
                    colour = tile(u, v)
                    total = colour if total is None else total + colour
        average = total / (supersample**2 * len(tiles))
        if out.dtype != np.float32:
            average = self._device.xp.astype(average * np.iinfo(out.dtype).max + 0.5, self._device.xp.int32)
        return self._device.to_numpy(average).T.reshape(len(lines), columns, 3)
