"""What draws frames: one implementation of a field on one kind of device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from avcore.errors import AvcoreError


class CannotPaintError(AvcoreError):
    """An implementation cannot go on here (no compiler, no memory, no such device); another one takes over."""


class Painter(Protocol):
    """Fills whole frames. Any picture, in any order, gives the same bytes."""

    name: str
    """What the report and the provenance say: implementation and precision, such as ``numba float32``."""

    def paint(
        self, pictures: Sequence[Any], out: NDArray[Any], *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        """Fill ``out`` [shape=(height, width, 3), uint8, uint16 or float32, sRGB] with the mean of the pictures.

        ``pictures`` are the moments of the open shutter. Each pixel is the mean of ``supersample`` squared samples of
        each of them, evenly spaced. Integers are full range and rounded.

        With ``region``, only that many rows and columns at the upper left are filled.

        Raises:
            CannotPaintError: it cannot; ``out`` is then undefined.
        """

    def close(self) -> None:
        """Let go of threads and memory."""
