"""The one place that chooses how a field is drawn, checks that choice, and falls back where it must."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device, cpu
from avcore.compute.painter import CannotPaintError, Painter
from avcore.compute.reference import ReferencePainter
from avcore.compute.torch_frame import Rounding
from avcore.compute.traced import TracedPainter
from avcore.fields.cppn import Cppn
from avcore.fields.moment import Field
from avcore.signals.spec import Driven

Precision = Literal["auto", "fp32", "half"]

# A fast implementation must agree with the reference this well on the first frame's miniature.
LEAST_PSNR_DB = 40.0
MINIATURE = (48, 64)

logger = logging.getLogger(__name__)


def choose_painter(
    field: Field,
    device: Device,
    *,
    precision: Precision = "auto",
    threads: int | None = None,
    compile_kernels: bool = True,
) -> Chosen:
    """The fastest implementation for ``field`` on ``device``, with the slower ones behind it.

    After the last one of a GPU comes the processor, and behind all of them the reference on NumPy. Without
    ``compile_kernels``, patterns are drawn by kernels that are in the cache already, or else by the reference.
    """
    on_gpu = _on_gpu(field, device, precision) if device.name != "cpu" else []
    on_processor = _on_processor(field, precision, threads, compile_kernels=compile_kernels)
    return Chosen([*on_gpu, *on_processor, lambda: ReferencePainter(cpu(), threads=threads)])


def _on_gpu(field: Field, device: Device, precision: Precision) -> list[Callable[[], Painter]]:
    if not isinstance(field, Cppn):
        return [partial(ReferencePainter, device)]
    from avcore.compute import gpu, triton_painter

    makers: list[Callable[[], Painter]] = [
        partial(gpu.GpuPainter, device.name, precision=step) for step in _steps(field, precision)
    ]
    if device.name == "cuda" and precision != "fp32" and triton_painter.supports(field.spec, field.colour):
        makers.insert(0, triton_painter.TritonPainter)
    return makers


def _on_processor(
    field: Field, precision: Precision, threads: int | None, *, compile_kernels: bool
) -> list[Callable[[], Painter]]:
    if not isinstance(field, Cppn):
        return [partial(TracedPainter, threads=threads, may_compile=compile_kernels)]
    from avcore.compute import fused, wide

    makers: list[Callable[[], Painter]] = []
    if wide.supports(field.spec):
        makers += [partial(wide.WidePainter, precision=step, threads=threads) for step in _steps(field, precision)]
    if fused.supports(field.spec):
        makers.append(partial(fused.FusedPainter, threads=threads))
    return makers


def _steps(field: Cppn, precision: Precision) -> tuple[Rounding, ...]:
    """Precisions to try, the fastest first. Relief is a difference too fine for any but float32."""
    exact = precision == "fp32" or field.colour.relief != Driven.fixed(0.0)
    return ("fp32",) if exact else ("half", "mixed", "fp32")


class Chosen:
    """The best painter that works: checked against the reference before its first frame, replaced when it fails.

    ``notes`` are sentences about every fallback, for the report; ``agreement_db`` is the PSNR against the reference
    that the check found, None for the reference itself.
    """

    def __init__(self, makers: Sequence[Callable[[], Painter]]) -> None:
        self.notes: list[str] = []
        self.agreement_db: float | None = None
        self._makers = list(makers)
        self._painter: Painter | None = None

    @property
    def name(self) -> str:
        """Name of the implementation that draws; before the first frame, of the one that will be tried."""
        return self._current().name

    def paint(
        self, pictures: Sequence[Any], out: NDArray[Any], *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        """See ``Painter.paint``; a frame that one implementation fails on is drawn whole by the next.

        Of a picture that is its own mirror image, one half or quarter is drawn and mirrored.
        """
        height, width = region or out.shape[:2]
        left_right, top_bottom = (
            all(mirrors) for mirrors in zip(*(picture.mirrors for picture in pictures), strict=True)
        )
        if region is not None or not (left_right or top_bottom):
            self._paint(pictures, out, supersample, (height, width))
            return
        rows = (height + 1) // 2 if top_bottom else height
        columns = (width + 1) // 2 if left_right else width
        self._paint(pictures, out, supersample, (rows, columns))
        out[:rows, columns:] = out[:rows, : width - columns][:, ::-1]
        out[rows:] = out[: height - rows][::-1]

    def _paint(self, pictures: Sequence[Any], out: NDArray[Any], supersample: int, region: tuple[int, int]) -> None:
        while True:
            painter = self._current()
            try:
                painter.paint(pictures, out, supersample=supersample, region=region)
                return
            except CannotPaintError as error:
                if not self._makers:
                    raise
                self._next(painter, str(error))

    def check(self, picture: Any) -> None:
        """Hold the implementation to the reference on a miniature; the next one steps in where it disagrees."""
        while self._makers:
            painter = self._current()
            try:
                psnr_db = _agreement(painter, picture)
            except CannotPaintError as error:
                self._next(painter, str(error))
                continue
            if psnr_db >= LEAST_PSNR_DB:
                self.agreement_db = round(psnr_db, 1)
                return
            self._next(painter, f"it agrees with the reference to {psnr_db:.0f} dB only")

    def close(self) -> None:
        """Let go of threads and memory."""
        if self._painter is not None:
            self._painter.close()

    def _current(self) -> Painter:
        while self._painter is None:
            maker = self._makers.pop(0)
            try:
                self._painter = maker()
            except CannotPaintError as error:
                if not self._makers:
                    raise
                self._say(str(error))
        return self._painter

    def _next(self, failed: Painter, reason: str) -> None:
        failed.close()
        self._painter, self.agreement_db = None, None
        following = self._current()
        self._say(f"{failed.name} was replaced by {following.name}: {reason}")

    def _say(self, note: str) -> None:
        self.notes.append(note)
        logger.warning(note)


def _agreement(painter: Painter, picture: Any) -> float:
    """PSNR in dB between a painter and the reference on NumPy, over a miniature of ``picture``."""
    fast, exact = (np.zeros((*MINIATURE, 3), dtype=np.float32) for _ in range(2))
    painter.paint([picture], fast, supersample=1)
    reference = ReferencePainter(cpu(), threads=1)
    reference.paint([picture], exact, supersample=1)
    reference.close()
    error = float(np.mean((fast.astype(np.float64) - exact) ** 2))
    return -10.0 * float(np.log10(max(error, 1e-20))) if np.isfinite(error) else 0.0
