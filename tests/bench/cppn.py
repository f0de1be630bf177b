"""The neural field: every implementation that there is for a network, against the earlier system's way.

A share is of what this machine can do at most. Wide networks: the rate of the bare matrix products (bfloat16 where
torch is there and the processor has it, else float32 in NumPy), without any activation. Narrow ones (under 64 units):
the rate at which all cores together do dependent-free float32 multiply-adds on numbers in the first-level cache,
where an activation counts as ``ACTIVATION_OPERATIONS`` of them and the output's sigmoid and packing as twice that.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from avcore.compute.choose import choose_painter
from avcore.compute.device import cpu
from avcore.compute.painter import Painter
from avcore.compute.reference import ReferencePainter
from avcore.fields.colour import ColourSpec
from avcore.fields.cppn import Cppn, CppnSpec
from avcore.fields.moment import Moment
from tests.bench.naive import naive_frame
from tests.bench.table import Row, seconds

NARROW = 64
ACTIVATION_OPERATIONS = 14
MOST_TIMES, CASE_S = 200, 1.0
THREADS = os.cpu_count() or 1


@dataclass(frozen=True)
class Case:
    """A network and a size (width, height) of frames."""

    layers: int
    width: int
    size: tuple[int, int]

    @property
    def name(self) -> str:
        """Such as ``3L x 4D, 1280x720``."""
        return f"{self.layers}L x {self.width}D, {self.size[0]}x{self.size[1]}"

    @property
    def products(self) -> int:
        """Multiply-adds of a pixel, with two coordinates as inputs."""
        return (2 + (self.layers - 1) * self.width + 3) * self.width


CASES = (
    Case(3, 4, (1280, 720)),
    Case(3, 32, (1280, 720)),
    Case(4, 64, (640, 360)),
    Case(4, 256, (640, 360)),
    Case(8, 256, (640, 360)),
)


def measure() -> Iterator[Row]:
    """One row for every implementation of every case; times are the best of many."""
    for case in CASES:
        pixels = case.size[0] * case.size[1]
        try:
            naive = _rate(naive_frame(case.layers, case.width, case.size, threads=THREADS), pixels)
        except ImportError:
            naive = None
        limit = _limit(case)
        if naive is not None:
            yield _row(case, "earlier system (torch float32)", naive, naive, limit)
        for painter, spec in _painters(case):
            yield _row(case, painter.name, _rate(_frame(painter, spec, case.size), pixels), naive, limit)
            painter.close()


def _painters(case: Case) -> Iterator[tuple[Painter, CppnSpec]]:
    spec = CppnSpec(layers=case.layers, width=case.width, seed=1)
    field = Cppn(spec, ColourSpec(), spec.draw_weights(), seconds=lambda duration: duration.value)
    reference = ReferencePainter(cpu(), threads=THREADS)
    yield reference, spec
    chosen = choose_painter(field, cpu(), threads=THREADS)
    if chosen.name != reference.name:
        yield chosen, spec
    else:
        chosen.close()


def _frame(painter: Painter, spec: CppnSpec, size: tuple[int, int]) -> Callable[[], object]:
    field = Cppn(spec, ColourSpec(), spec.draw_weights(), seconds=lambda duration: duration.value)
    pictures = [field.frame(Moment(3.0, {}), aspect=size[0] / size[1])]
    out = np.empty((size[1], size[0], 3), dtype=np.uint8)
    return lambda: painter.paint(pictures, out, supersample=1)


def _rate(draw: Callable[[], object], work: float) -> float:
    """Units of ``work`` a second, in the best of as many runs as fit in CASE_S seconds, after a warm-up."""
    times = [seconds(draw)]
    while len(times) < 2 or (sum(times) < CASE_S and len(times) < MOST_TIMES):
        times.append(seconds(draw))
    return work / min(times[1:])


def _row(case: Case, implementation: str, rate: float, naive: float | None, limit: float | None) -> Row:
    ratio, share = rate / naive if naive else None, rate / limit if limit else None
    said = [
        f"{ratio:.1f} times the earlier system's way" if ratio else "",
        f"{share:.0%} of the limit" if share else "",
    ]
    return Row(
        f"{case.name}, {implementation}",
        f"{rate / 1e6:.3g} Mpx/s",
        ", ".join(filter(None, said)),
        record={
            "bench": "cppn",
            "case": case.name,
            "implementation": implementation,
            "mpx_per_s": rate / 1e6,
            "ratio_to_naive": ratio,
            "share_of_limit": share,
        },
    )


def _limit(case: Case) -> float | None:
    """Pixels a second that this machine cannot exceed, by the measure that the module's docstring names."""
    if case.width < NARROW:
        rate = multiply_add_rate()
        activations = case.layers * case.width * ACTIVATION_OPERATIONS + 3 * 2 * ACTIVATION_OPERATIONS
        return rate / (case.products + activations) if rate else None
    return product_rate(case.width) / case.products


@functools.cache
def multiply_add_rate() -> float | None:
    """Float32 multiply-adds a second on all cores, on 16 rows of 256 numbers; None without Numba."""
    try:
        import numba
    except ImportError:
        return None
    rounds, rows, columns, depth = 4000, 16, 256, 16

    @numba.njit(nogil=True, fastmath={"contract"})
    def multiply_add(numbers: Any, factor: Any) -> None:
        for _ in range(rounds):
            for row in range(rows):
                for i in range(columns):
                    x = numbers[row, i]
                    for _ in range(depth):
                        x = x * factor + np.float32(0.5)
                    numbers[row, i] = x

    arrays = [np.zeros((rows, columns), dtype=np.float32) for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return _rate(
            lambda: list(pool.map(lambda array: multiply_add(array, np.float32(0.5)), arrays)),
            float(THREADS * rounds * rows * columns * depth),
        )


@functools.cache
def product_rate(width: int) -> float:
    """Multiply-adds a second of a bare product (8192, width) @ (width, width), repeated on the same memory."""
    pixels, times = 8192, 20
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(THREADS)
        rates = []
        for kind in (torch.bfloat16, torch.float32):
            left, right = torch.randn(pixels, width).to(kind), torch.randn(width, width).to(kind)
            out = torch.empty(pixels, width, dtype=kind)

            def multiply(left: Any = left, right: Any = right, out: Any = out) -> None:
                for _ in range(times):
                    torch.mm(left, right, out=out)

            rates.append(_rate(multiply, float(times * pixels * width * width)))
        return max(rates)
    a, b = np.ones((width, width), dtype=np.float32), np.ones((width, pixels), dtype=np.float32)
    home = np.empty((width, pixels), dtype=np.float32)
    return _rate(lambda: [np.matmul(a, b, out=home) for _ in range(times)], float(times * pixels * width * width))
