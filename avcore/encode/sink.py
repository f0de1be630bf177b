"""What a renderer writes frames into."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Literal, Protocol, Self

from numpy.typing import NDArray

Pixel = Literal["uint8", "uint16", "float32"]


class Sink(Protocol):
    """Takes frames in increasing order of their number; a context manager.

    Leaving the block normally finishes: the output appears, whole. Leaving it by an exception (Ctrl-C too) aborts:
    nothing half-written stays, and what was already whole (frames of a sequence) is kept.
    """

    pixel: Pixel
    """The dtype of the frames it takes: display-referred sRGB, integers over their full range, float32 in [0, 1]."""

    notes: tuple[str, ...]
    """Sentences for the report: what the output does otherwise than its source (sound re-encoded or dropped)."""

    def write(self, number: int, frame: NDArray[Any]) -> None:
        """Take the frame [shape=(height, width, 3), dtype=pixel] that carries ``number``.

        Blocks only while the encoder is behind. The array belongs to the sink from here on: do not write into it.

        Raises:
            OutputError: the encoder or the disk failed.
            ValueError: another shape or dtype, or a number that does not increase.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class FrameCheck:
    """Holds the frames of one sink to its shape, its dtype and an increasing order."""

    def __init__(self, *, size: tuple[int, int], pixel: Pixel) -> None:
        self._shape = (size[1], size[0], 3)
        self._pixel = pixel
        self._last: int | None = None

    def __call__(self, number: int, frame: NDArray[Any]) -> None:
        """Raise ValueError unless ``frame`` is the next frame that this sink can take."""
        if frame.shape != self._shape or frame.dtype != self._pixel:
            wanted = f"{self._pixel} {self._shape}"
            raise ValueError(f"frame {number} is {frame.dtype} {frame.shape}; this sink takes {wanted}")
        if self._last is not None and number <= self._last:
            raise ValueError(f"frame {number} comes after frame {self._last}")
        self._last = number
