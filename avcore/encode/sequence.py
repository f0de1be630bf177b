"""Image sequences by the bake contract: frames of ours written as PNG or EXR into a ``FrameFolder``."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from numpy.typing import NDArray

from avcore.encode.exr import write_exr
from avcore.encode.frame_folder import WORKERS, FrameFolder, open_frame_folder, sequence_name
from avcore.encode.manifest import Manifest
from avcore.encode.png import png_bytes
from avcore.encode.sink import FrameCheck, Pixel
from avcore.errors import UsageError
from avcore.files import output_error
from avcore.spec import setting
from avcore.srgb import srgb_to_linear

_BACKLOG_FRAMES = 2 * WORKERS


@dataclass(frozen=True)
class ImageSettings:
    """How the frames of a sequence are stored."""

    format: Literal["png", "exr"] = setting("png", help="png (sRGB, 8 or 16 bits) or exr (linear, half float)")
    bits: int = setting(8, help="8 or 16 bits per channel; exr is always 16 (half float)", low=8, high=16)

    @property
    def pixel(self) -> Pixel:
        """The dtype of the frames that this format is made from."""
        if self.format == "exr":
            return "float32"
        return "uint8" if self.bits == 8 else "uint16"


def open_sequence(
    folder: Path,
    *,
    size: tuple[int, int],
    fps: Fraction,
    image: ImageSettings | None = None,
    start_frame: int = 1,
    provenance: Mapping[str, Any],
    overwrite: bool = False,
    is_data: bool = False,
    stored: Callable[[int, Path], None] = lambda *_: None,
) -> SequenceSink:
    """A sink that writes ``folder/NAME_0001.png`` and so on, and ``folder/manifest.json``.

    A folder with frames of the same job is gone on with: ask ``missing``. Files that are not of the sequence are
    never touched.

    Args:
        folder: made if missing; the folder that holds it must exist.
        size: (width, height) in pixels.
        fps: frame rate, for the manifest.
        image: file format.
        start_frame: number of the job's first frame, for the manifest.
        provenance: JSON data; ``provenance["job"]`` is the hash of all that decides pixels.
        overwrite: remove the frames of another job; make the frames of the same job anew.
        is_data: the frames are no colours (normals, heights), which EXR keeps as they are.
        stored: called with the number and the file of each frame that has become whole, from any thread.

    Raises:
        UsageError: the folder holds another job, or frames without a manifest; an impossible format.
        OutputError: the folder cannot be made or written.
    """
    image = image or ImageSettings()
    if image.format not in ("png", "exr") or image.bits not in (8, 16):
        raise UsageError(f"there are no {image.bits}-bit {image.format} frames; use png with 8 or 16 bits, or exr")
    bits = 16 if image.format == "exr" else image.bits
    wanted = Manifest(sequence_name(folder), size, fps, image.format, bits, start_frame, dict(provenance), {})
    held = open_frame_folder(folder, wanted, overwrite=overwrite)
    return SequenceSink(held, pixel=image.pixel, is_data=is_data, stored=stored)


class SequenceSink:
    """Frames into one folder; see ``avcore.encode.sink.Sink``. Made by ``open_sequence``."""

    notes: tuple[str, ...] = ()

    def __init__(
        self, folder: FrameFolder, *, pixel: Pixel, is_data: bool, stored: Callable[[int, Path], None]
    ) -> None:
        self.pixel = pixel
        self._stored = stored
        self._folder = folder
        self._is_data = is_data
        self._check = FrameCheck(size=folder.manifest.size, pixel=pixel)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="frames to disk")
        self._pending: deque[Future[None]] = deque()

    def path(self, number: int) -> Path:
        """Where the frame of that number is or will be."""
        return self._folder.path(number)

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` that are still to render; see ``FrameFolder.missing``."""
        return self._folder.missing(numbers)

    def write(self, number: int, frame: NDArray[Any]) -> None:
        """Store a frame [shape=(height, width, 3), dtype=pixel]; an earlier frame's failure may be raised here.

        Raises:
            OutputError: the disk is full or the folder cannot be written.
            ValueError: another shape or dtype, or a number that does not increase.
        """
        self._check(number, frame)
        while len(self._pending) >= _BACKLOG_FRAMES:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(self._save, number, frame))

    def _save(self, number: int, frame: NDArray[Any]) -> None:
        part = self._folder.part(number)
        try:
            if self._folder.manifest.format == "png":
                part.write_bytes(png_bytes(frame))
            else:
                write_exr(part, frame if self._is_data else srgb_to_linear(frame))
            self._folder.store(number, part)
            self._stored(number, self.path(number))
        except OSError as error:
            raise output_error(error, self.path(number)) from error
        finally:
            part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while kind is None and self._pending:
                self._pending.popleft().result()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._folder.finish(failed=kind is not None)
