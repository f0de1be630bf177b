"""Image sequences by the bake contract: a folder of whole frames and a manifest, resumable, shared by processes.

Several processes may bake different frames of one job into one folder. No lock is needed, and none would hold on a
farm's network disk: the frames on disk are the truth, and the manifest follows them. At its end every process writes
the union of what the manifest holds and what lies in the folder, reads it back, and repeats until that is what the
manifest says; so whoever writes last has seen every frame that was whole by then.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from numpy.typing import NDArray

from avcore.encode.exr import is_whole_exr, write_exr
from avcore.encode.manifest import FILE_NAME, FrameFile, Manifest, read_manifest, write_manifest
from avcore.encode.png import is_whole_png, png_bytes
from avcore.encode.sink import FrameCheck, Pixel
from avcore.errors import OutputError, UsageError
from avcore.files import commit, output_error, part_path, sweep_parts
from avcore.spec import setting
from avcore.srgb import srgb_to_linear

_WORKERS = min(4, os.cpu_count() or 1)
_BACKLOG_FRAMES = 2 * _WORKERS
_LONGEST_NAME = 200  # file systems take 255 bytes for a name, and the number and the part's ending follow
_DEAD_PART_S = 600  # a frame is written in well under ten minutes; an older part belongs to a killed process


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


def sequence_name(folder: Path) -> str:
    """The stem of the frames in a folder: its name, with what farm tools stumble over made ``_``.

    The frame's number follows after one more ``_``, so digits at the end of the name stay apart from it.
    """
    name = unicodedata.normalize("NFC", folder.absolute().name)
    return re.sub(r"[^\w-]+", "_", name).strip("_-")[:_LONGEST_NAME] or "frames"


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

    Raises:
        UsageError: the folder holds another job, or frames without a manifest; an impossible format.
        OutputError: the folder cannot be made or written.
    """
    image = image or ImageSettings()
    if image.format not in ("png", "exr") or image.bits not in (8, 16):
        raise UsageError(f"there are no {image.bits}-bit {image.format} frames; use png with 8 or 16 bits, or exr")
    bits = 16 if image.format == "exr" else image.bits
    wanted = Manifest(sequence_name(folder), size, fps, image.format, bits, start_frame, dict(provenance), {})
    try:
        folder.mkdir(exist_ok=True)
        sweep_parts(folder, older_than_s=_DEAD_PART_S)
        held = _claim(folder, wanted, overwrite=overwrite)
    except FileExistsError as error:
        raise UsageError(f"{folder} is a file; choose a folder for the frames") from error
    except OSError as error:
        raise output_error(error, Path(error.filename or folder)) from error
    return SequenceSink(folder, held, pixel=image.pixel, remake=overwrite, is_data=is_data)


def _claim(folder: Path, wanted: Manifest, *, overwrite: bool) -> Manifest:
    """The manifest to go on with: the folder's own where it is the same job, else a new one, written now."""
    held = read_manifest(folder)
    if held is not None:
        differences = wanted.differences(held)
        if not differences:
            return held
        if not overwrite:
            raise UsageError(
                f"{folder} holds the frames of another job ({'; '.join(differences)}); "
                "choose another folder or say --overwrite"
            )
        for number in _numbers_on_disk(folder, held):
            (folder / held.frame_file(number)).unlink()
    elif not overwrite and _numbers_on_disk(folder, wanted):
        raise UsageError(
            f"{folder} holds frames named {wanted.name} without a manifest; choose another folder or say --overwrite"
        )
    write_manifest(folder, wanted)
    return wanted


def _numbers_on_disk(folder: Path, manifest: Manifest) -> list[int]:
    numbers = (manifest.frame_number(name) for name in os.listdir(folder))
    return sorted(number for number in numbers if number is not None)


def _describe(path: Path, *, file: str) -> FrameFile:
    data = path.read_bytes()
    return FrameFile(file, len(data), hashlib.sha256(data).hexdigest())


def _is_whole(path: Path) -> bool:
    return is_whole_png(path) if path.suffix == ".png" else is_whole_exr(path)


class SequenceSink:
    """Frames into one folder; see ``avcore.encode.sink.Sink``. Made by ``open_sequence``."""

    notes: tuple[str, ...] = ()

    def __init__(self, folder: Path, manifest: Manifest, *, pixel: Pixel, remake: bool, is_data: bool) -> None:
        self.pixel = pixel
        self._folder = folder
        self._manifest = manifest
        self._remake = remake
        self._is_data = is_data
        self._check = FrameCheck(size=manifest.size, pixel=pixel)
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="frames to disk")
        self._pending: deque[Future[None]] = deque()
        self._written: dict[int, FrameFile] = {}

    def path(self, number: int) -> Path:
        """Where the frame of that number is or will be."""
        return self._folder / self._manifest.frame_file(number)

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` that are still to render, in order.

        A frame is there when its file has the hash in the manifest, or, where the manifest does not know it because
        its process was killed, when the file is whole.

        Raises:
            OutputError: a file cannot be read.
        """
        asked = list(numbers)
        done = self._pool.map(self._is_done, asked)
        return [number for number, is_done in zip(asked, done, strict=True) if not is_done]

    def _is_done(self, number: int) -> bool:
        path, known = self.path(number), self._manifest.frames.get(number)
        try:
            if self._remake or not path.is_file():
                return False
            return _is_whole(path) if known is None else _describe(path, file=path.name) == known
        except OSError as error:
            raise OutputError(f"{path} is there but cannot be read: {error.strerror}; remove it") from error

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
        path = self.path(number)
        part = part_path(path)
        try:
            if self._manifest.format == "png":
                part.write_bytes(png_bytes(frame))
            else:
                write_exr(part, frame if self._is_data else srgb_to_linear(frame))
            described = _describe(part, file=path.name)
            commit(part, path)
            self._written[number] = described
        except OSError as error:
            raise output_error(error, path) from error
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
        if kind is None:
            try:
                self._publish()
            except OSError as failure:
                raise output_error(failure, Path(failure.filename or self._folder / FILE_NAME)) from failure
        else:
            # The manifest only follows the frames on disk, so on a full disk the error under way is the one to tell.
            with contextlib.suppress(OSError, OutputError, UsageError):
                self._publish()

    def _publish(self) -> None:
        """Bring the manifest up to what lies in the folder, together with other processes; see the module's text."""
        while True:
            held = read_manifest(self._folder)
            if held is None or self._manifest.differences(held):
                raise OutputError(f"another job has taken over {self._folder} meanwhile; render into another folder")
            merged = replace(held, frames=self._union(held))
            if merged == held:
                return
            write_manifest(self._folder, merged)

    def _union(self, held: Manifest) -> dict[int, FrameFile]:
        frames: dict[int, FrameFile] = {}
        for number in _numbers_on_disk(self._folder, held):
            path = self.path(number)
            known = self._written.get(number) or held.frames.get(number)
            if known is not None and known.n_bytes == path.stat().st_size:
                frames[number] = known
            elif _is_whole(path):
                frames[number] = _describe(path, file=path.name)
        return frames
