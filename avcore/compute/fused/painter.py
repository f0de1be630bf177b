"""The painter that runs the fused kernel on all cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.fused.loading import load

if TYPE_CHECKING:
    from avcore.fields.cppn import CppnFrame, CppnSpec

# Units a layer up to which the kernel is faster than matrix products: see `python -m tests.bench cppn`.
WIDEST = 64

# Samples of a block of rows, the piece of work of one thread: about a millisecond of a small network.
BLOCK_SAMPLES = 65536

CACHE_LINE_BYTES = 64


def supports(spec: CppnSpec) -> bool:
    """Whether the kernel suits a network of this architecture; it draws all spaces, activations and paints."""
    return spec.width <= WIDEST


class FusedPainter:
    """Draws frames of narrow networks with one compiled kernel, in float32.

    A pixel's value depends on its place alone: any number of threads, any region gives the same bytes.
    """

    name = "numba float32"

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the kernel; compiles it, where this machine has not done so yet.

        Raises:
            CannotPaintError: Numba is not installed, or cannot compile here.
        """
        self._kernel = load("kernel")
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="avcore-fused")

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
        """See ``Painter.paint``.

        Raises:
            CannotPaintError: the pictures differ in their architecture.
        """
        from avcore.compute.fused.numbers import gather

        if not out.flags.c_contiguous:
            whole = np.ascontiguousarray(out)
            self.paint(pictures, whole, supersample=supersample, region=region)
            out[:] = whole
            return
        numbers = gather(pictures, self._kernel.SINE_RANGE)
        height, width = out.shape[:2]
        rows, columns = region or (height, width)
        flat = out.reshape(-1)
        outputs = [flat if out.dtype == pixel else np.empty(0, pixel) for pixel in (np.uint8, np.uint16, np.float32)]
        samples = columns * supersample**2 * len(pictures)
        step = max(1, min(BLOCK_SAMPLES // samples, -(-rows // (2 * self._threads))))

        def fill(top: int) -> None:
            self._kernel.draw_rows(
                *(*outputs, out.itemsize, top, min(top + step, rows), columns, width, height, supersample),
                _room(self._kernel.work_rows(numbers.first.shape[1]), self._kernel.TILE),
                *(numbers.frames, numbers.rings, numbers.first, numbers.hidden, numbers.last),
                *(numbers.biases, numbers.activations, numbers.limits),
            )

        for _ in self._pool.map(fill, range(0, rows, step)):
            pass


def _room(rows: int, columns: int) -> NDArray[np.float32]:
    """Zeros [shape=(rows, columns)] that begin at a cache line, so that no vector straddles two."""
    raw = np.zeros(rows * columns * 4 + CACHE_LINE_BYTES, dtype=np.uint8)
    start = -raw.ctypes.data % CACHE_LINE_BYTES
    return raw[start : start + rows * columns * 4].view(np.float32).reshape(rows, columns)
