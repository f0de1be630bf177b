"""Rendered frames on disk: which are there, each one appearing whole, with nothing in it that differs between runs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, get_args

from avcore.encode.frame_folder import FrameFolder, open_frame_folder, sequence_name
from avcore.encode.manifest import Manifest, read_manifest
from avcore.encode.png import SIGNATURE, is_whole_png
from avcore.errors import InputError, OutputError, UsageError
from avcore.files import output_error
from headless import exr_file

Existing = Literal["skip", "overwrite", "error"]
EXISTING: tuple[Existing, ...] = get_args(Existing)

_PNG_TEXT = {b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"}


@dataclass(frozen=True)
class FrameKind:
    """What the frames of one folder have in common. ``decides`` is plain JSON data: all that decides their pixels."""

    name: str
    size: tuple[int, int]
    fps: Fraction
    format: Literal["png", "exr"]
    bits: int
    start_frame: int
    decides: Mapping[str, Any]

    def manifest(self) -> Manifest:
        """A manifest without frames yet."""
        written = json.dumps(self.decides, sort_keys=True)
        provenance = {"job": hashlib.sha256(written.encode()).hexdigest(), **json.loads(written)}
        return Manifest(self.name, self.size, self.fps, self.format, self.bits, self.start_frame, provenance, {})


class RenderedFrames:
    """Frames of one job in one folder; a context manager, at whose end the manifest is written. See ``open_frames``."""

    def __init__(self, folder: FrameFolder, *, existing: Existing, keep_metadata: bool) -> None:
        self._folder = folder
        self._existing = existing
        self._keep_metadata = keep_metadata

    def path(self, number: int) -> Path:
        """Where the frame of that number is or will be."""
        return self._folder.path(number)

    def to_render(self, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` that are to be rendered, in order; the others are there and whole.

        Raises:
            UsageError: some are there, and ``existing`` is ``error``.
            OutputError: a file cannot be read.
        """
        asked = list(numbers)
        todo = self._folder.missing(asked)
        if self._existing == "error" and len(todo) < len(asked):
            refuse_existing(self.path(min(set(asked) - set(todo))))
        return todo

    @contextlib.contextmanager
    def frame(self, number: int) -> Iterator[Path]:
        """A file to write the frame to, by its whole name. After the block it is checked, scrubbed and appears.

        Where the block raises, or a frame is not whole, nothing appears.

        Raises:
            OutputError: what was written is no whole picture, or the disk is full.
        """
        path, part = self.path(number), self._folder.part(number)
        try:
            yield part
            data = part.read_bytes() if part.is_file() else b""
            if not _is_whole(data, part, kind=self._folder.manifest.format):
                raise OutputError(f"frame {number} was not written whole; look at what was said above")
            scrubbed = data if self._keep_metadata else scrub(data)
            if scrubbed != data:
                part.write_bytes(scrubbed)
            self._folder.store(number, part)
        except OSError as error:
            raise output_error(error, path) from error
        finally:
            part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.finish(failed=kind is not None)


def open_frames(
    folder: Path, kind: FrameKind, *, existing: Existing = "skip", keep_metadata: bool = False
) -> RenderedFrames:
    """The folder for frames of ``kind``, named ``NAME_0001.png`` and so on, with a ``manifest.json``.

    It is made, with the folders that hold it, where it is missing. Several processes may share it. Frames of another
    job in it are an error, and removed with ``existing`` ``overwrite``.

    Raises:
        UsageError: the folder holds another job, or frames without a manifest.
        OutputError: the folder cannot be made or written.
    """
    make_folder(folder.parent)
    opened = open_frame_folder(folder, kind.manifest(), overwrite=existing == "overwrite")
    return RenderedFrames(opened, existing=existing, keep_metadata=keep_metadata)


def make_folder(folder: Path) -> None:
    """Make a folder, with those that hold it, where it is missing.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(error, folder) from error


def refuse_existing(path: Path) -> None:
    """Say that a frame is there, which ``--existing error`` forbids.

    Raises:
        UsageError: always.
    """
    raise UsageError(f"{path} is there already; choose another folder, or --existing skip or overwrite")


def scrub(data: bytes) -> bytes:
    """A PNG or EXR file without times, dates, hosts and file names; pixels are untouched.

    Raises:
        ValueError: neither of the two, or not whole.
    """
    if not data.startswith(SIGNATURE):
        return exr_file.without_run(data)
    kept, at = [data[:8]], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if data[at + 4 : at + 8] not in _PNG_TEXT:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _is_whole(data: bytes, path: Path, *, kind: str) -> bool:
    if kind == "png":
        return data.startswith(SIGNATURE) and is_whole_png(path)
    return exr_file.is_whole_exr(data)


@dataclass(frozen=True)
class Sequence:
    """A folder of numbered frames, as it is found on disk."""

    folder: Path
    manifest: Manifest

    def path(self, number: int) -> Path:
        """Where the frame of that number is or would be."""
        return self.folder / self.manifest.frame_file(number)

    def numbers(self) -> list[int]:
        """The numbers of the frames that lie there, whole or not, sorted."""
        found = (self.manifest.frame_number(path.name) for path in self.folder.iterdir())
        return sorted(number for number in found if number is not None)

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` that are not there, or not whole, or not what the manifest says.

        Raises:
            OutputError: a file cannot be read.
        """
        return FrameFolder(self.folder, self.manifest, remake=False).missing(numbers)


def find_sequence(folder: Path) -> Sequence:
    """The frames in a folder, by its manifest.

    Raises:
        InputError: there is no folder, or no frames by the names and the manifest of a bake or a render.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; render or bake into it first")
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(
            f"{folder} has no manifest.json, so it holds no frames of a bake or a render; give their folder"
        )
    return Sequence(folder, manifest)


__all__ = [
    "EXISTING",
    "Existing",
    "FrameKind",
    "RenderedFrames",
    "Sequence",
    "find_sequence",
    "make_folder",
    "open_frames",
    "refuse_existing",
    "scrub",
    "sequence_name",
]
