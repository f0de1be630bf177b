"""The painter that compiles what a picture computes, and runs it on all cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.traced.kernel import Kernel, load, machine
from avcore.compute.traced.namespace import trace
from avcore.compute.traced.values import LANES

if TYPE_CHECKING:
    from avcore.fields.moment import Picture

# Pixels of a block of rows, the piece of work of one thread: enough that handing it out does not show.
BLOCK_PIXELS = 65536


class TracedPainter:
    """Draws any picture by a kernel made from its own ``tile`` function, in float32.

    A pixel's value depends on its place alone: any number of threads, any region gives the same bytes.
    """

    name = "llvm float32"

    def __init__(self, *, threads: int | None = None, may_compile: bool = True) -> None:
        """Find the compiler; unless it ``may_compile``, only what it made before is used.

        Raises:
            CannotPaintError: it is not installed, or too old.
        """
        machine()
        self._threads = threads or os.cpu_count() or 1
        self._may_compile = may_compile
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="avcore-traced")

    def close(self) -> None:
        """End the worker threads."""
        self._pool.shutdown()

    def paint(
        self, pictures: Sequence[Picture], out: NDArray[Any], *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        """See ``Painter.paint``.

        Raises:
            CannotTraceError: a picture does something that cannot be compiled.
            CannotPaintError: its kernel cannot be compiled here, or must not be.
        """
        height, width = out.shape[:2]
        rows, columns = region or (height, width)
        padded = -(-columns // LANES) * LANES
        kernels: list[tuple[Kernel, NDArray[np.float32]]] = []
        for picture in pictures:
            program, numbers = trace(picture)
            kernels.append((load(program, may_compile=self._may_compile), numbers))
        offsets = (np.arange(supersample) + 0.5) / supersample
        across = [((np.arange(padded) + dx) / width).astype(np.float32) for dx in offsets]
        share = 1.0 / (supersample**2 * len(pictures))
        step = max(1, min(BLOCK_PIXELS // padded, -(-rows // (2 * self._threads))))

        def fill(top: int) -> None:
            bottom = min(top + step, rows)
            planes = np.zeros((3, bottom - top, padded), dtype=np.float32)
            for dy in offsets:
                v = ((np.arange(top, bottom) + dy) / height).astype(np.float32)
                for u in across:
                    for kernel, numbers in kernels:
                        kernel.draw(u, v, numbers, planes)
            fits = columns == padded == width and out.flags.c_contiguous
            packed = out[top:bottom] if fits else np.empty((bottom - top, padded, 3), dtype=out.dtype)
            kernels[0][0].pack(planes, share, packed)
            if not fits:
                out[top:bottom, :columns] = packed[:, :columns]

        for _ in self._pool.map(fill, range(0, rows, step)):
            pass
