"""A folder of whole frames and their manifest, resumable, shared by processes.

Several processes may make different frames of one job in one folder. No lock is needed, and none would hold on a
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
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from avcore.encode.exr import is_whole_exr
from avcore.encode.manifest import FILE_NAME, FrameFile, Manifest, read_manifest, write_manifest
from avcore.encode.png import is_whole_png
from avcore.errors import OutputError, UsageError
from avcore.files import commit, output_error, part_path, sweep_parts

WORKERS = min(4, os.cpu_count() or 1)
_LONGEST_NAME = 200  # file systems take 255 bytes for a name, and the number and the part's ending follow
_DEAD_PART_S = 600  # a frame is written in well under ten minutes; an older part belongs to a killed process


def safe_name(text: str) -> str:
    """``text`` with what farm tools stumble over made ``_``; may be empty."""
    return re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", text)).strip("_-")[:_LONGEST_NAME]


def sequence_name(folder: Path) -> str:
    """The stem of the frames in a folder: its name, made safe.

    The frame's number follows after one more ``_``, so digits at the end of the name stay apart from it.
    """
    return safe_name(folder.absolute().name) or "frames"


def open_frame_folder(folder: Path, wanted: Manifest, *, overwrite: bool = False) -> FrameFolder:
    """The folder for the frames that ``wanted`` describes, made if missing; the folder that holds it must exist.

    A folder with frames of the same job is gone on with: ask ``missing``. Files that are not of the sequence are
    never touched. ``overwrite`` removes the frames of another job, and makes the frames of the same job anew.

    Raises:
        UsageError: the folder holds another job, or frames without a manifest.
        OutputError: the folder cannot be made or written.
    """
    try:
        folder.mkdir(exist_ok=True)
        sweep_parts(folder, older_than_s=_DEAD_PART_S)
        held = _claim(folder, wanted, overwrite=overwrite)
    except FileExistsError as error:
        raise UsageError(f"{folder} is a file; choose a folder for the frames") from error
    except OSError as error:
        raise output_error(error, Path(error.filename or folder)) from error
    return FrameFolder(folder, held, remake=overwrite)


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
                "choose another folder, or say that it may be overwritten"
            )
        _remove_frames(folder, held)
    elif not overwrite and _numbers_on_disk(folder, wanted):
        raise UsageError(
            f"{folder} holds frames named {wanted.name} without a manifest; choose another folder, or say that "
            "it may be overwritten"
        )
    write_manifest(folder, wanted)
    if held is not None:  # the other job may still be under way, and have written frames since; now it stops
        _remove_frames(folder, held, older_than_ns=(folder / FILE_NAME).stat().st_mtime_ns)
    return wanted


def clear_frame_folder(folder: Path) -> None:
    """Remove the frames of a folder and their manifest, where it has one; nothing else is touched.

    Raises:
        UsageError: there is a ``manifest.json`` that is not ours.
        OutputError: a file cannot be removed.
    """
    try:
        held = read_manifest(folder)
        if held is not None:
            _remove_frames(folder, held)
            (folder / FILE_NAME).unlink()
    except OSError as error:
        raise output_error(error, Path(error.filename or folder)) from error


def _remove_frames(folder: Path, held: Manifest, *, older_than_ns: int | None = None) -> None:
    for number in _numbers_on_disk(folder, held):
        path = folder / held.frame_file(number)
        with contextlib.suppress(FileNotFoundError):
            if older_than_ns is None or path.stat().st_mtime_ns < older_than_ns:
                path.unlink()


def _numbers_on_disk(folder: Path, manifest: Manifest) -> list[int]:
    numbers = (manifest.frame_number(name) for name in os.listdir(folder))
    return sorted(number for number in numbers if number is not None)


def _describe(path: Path, *, file: str) -> FrameFile:
    data = path.read_bytes()
    return FrameFile(file, len(data), hashlib.sha256(data).hexdigest())


def is_whole(path: Path) -> bool:
    """Whether a PNG or EXR file is complete.

    Raises:
        OSError: it cannot be read.
    """
    return is_whole_png(path) if path.suffix == ".png" else is_whole_exr(path)


class FrameFolder:
    """Frames of one job on disk. Made by ``open_frame_folder``; ``finish`` belongs at the end."""

    def __init__(self, folder: Path, manifest: Manifest, *, remake: bool) -> None:
        self.folder = folder
        self.manifest = manifest
        self._remake = remake
        self._written: dict[int, FrameFile] = {}
        self._checked: tuple[int, int] | None = None

    def path(self, number: int) -> Path:
        """Where the frame of that number is or will be."""
        return self.folder / self.manifest.frame_file(number)

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` that are still to make, in order.

        A frame is there when its file has the hash in the manifest, or, where the manifest does not know it because
        its process was killed, when the file is whole.

        Raises:
            OutputError: a file cannot be read.
        """
        asked = list(numbers)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="frames on disk") as pool:
            done = list(pool.map(self._is_done, asked))
        return [number for number, is_done in zip(asked, done, strict=True) if not is_done]

    def _is_done(self, number: int) -> bool:
        path, known = self.path(number), self.manifest.frames.get(number)
        try:
            if self._remake or not path.is_file():
                return False
            return is_whole(path) if known is None else _describe(path, file=path.name) == known
        except OSError as error:
            raise OutputError(f"{path} is there but cannot be read: {error.strerror}; remove it") from error

    def part(self, number: int) -> Path:
        """A new hidden file name to write the frame to; ``store`` it, or unlink it."""
        return part_path(self.path(number))

    def store(self, number: int, part: Path) -> None:
        """Let the frame that was written to ``part`` appear, whole.

        Raises:
            OSError: the disk is full or the folder is gone.
            OutputError: another job has taken over the folder.
        """
        self._check_owner()
        path = self.path(number)
        described = _describe(part, file=path.name)
        mine = part.stat().st_ino
        commit(part, path)
        self._written[number] = described
        try:
            self._check_owner()
        except OutputError:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ino == mine:
                    path.unlink()
            raise

    def finish(self, *, failed: bool) -> None:
        """Bring the manifest up to what lies in the folder, at the end of the work.

        It only follows the frames on disk: where the work has ``failed``, the error under way is the one to tell.

        Raises:
            OutputError: the disk is full, or another job has taken over the folder.
            UsageError: there is a ``manifest.json`` that is not ours.
        """
        if failed:
            with contextlib.suppress(OSError, OutputError, UsageError):
                self._publish()
            return
        try:
            self._publish()
        except OSError as error:
            raise output_error(error, Path(error.filename or self.folder / FILE_NAME)) from error

    def _publish(self) -> None:
        """Bring the manifest up to what lies in the folder, together with other processes; see the module's text."""
        while True:
            held = self._held()
            merged = replace(held, frames=self._union(held))
            if merged == held:
                return
            write_manifest(self.folder, merged)

    def _check_owner(self) -> None:
        """Read the manifest again where it has been replaced, so that frames of two jobs never lie together."""
        status = (self.folder / FILE_NAME).stat()
        now = status.st_ino, status.st_mtime_ns
        if now != self._checked:
            self._held()
            self._checked = now

    def _held(self) -> Manifest:
        held = read_manifest(self.folder)
        if held is None or self.manifest.differences(held):
            raise OutputError(f"another job has taken over {self.folder} meanwhile; render into another folder")
        return held

    def _union(self, held: Manifest) -> dict[int, FrameFile]:
        frames: dict[int, FrameFile] = {}
        for number in _numbers_on_disk(self.folder, held):
            path = self.path(number)
            known = self._written.get(number) or held.frames.get(number)
            if known is not None and known.n_bytes == path.stat().st_size:
                frames[number] = known
            elif is_whole(path):
                frames[number] = _describe(path, file=path.name)
        return frames
