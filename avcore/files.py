"""Files that appear whole or not at all: a hidden part beside the target, fsync, rename. And where caches lie."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from avcore.errors import BusyOutputError, OutputError

PART_ENDING = ".avcore-part"
# What network disks say in passing.
PASSING = frozenset(getattr(errno, name) for name in ("EIO", "ESTALE", "ETIMEDOUT", "EAGAIN") if hasattr(errno, name))
NO_SPACE = "No space left"  # what C libraries, and so ffmpeg and OpenEXR, say of a full disk


def cache_folder() -> Path:
    """``$AVCORE_CACHE``, or avcore's folder in the user's cache."""
    if moved := os.environ.get("AVCORE_CACHE"):
        return Path(moved).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("avcore", appauthor=False))


def part_path(path: Path) -> Path:
    """A new hidden name beside ``path``, in the same folder so that the rename is atomic."""
    owner = f"{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
    return path.with_name(f".{path.name}.{owner}{PART_ENDING}")


def _host() -> str:
    """Eight hex digits that stand for the machine."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def owner_is_dead(part: Path) -> bool:
    """Whether the process of this machine that made ``part`` has ended; False where that cannot be told."""
    match = re.search(rf"\.{_host()}-(\d+)-[0-9a-f]{{8}}{re.escape(PART_ENDING)}$", part.name)
    if match is None or os.name != "posix":  # on Windows the question would end the process
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def commit(part: Path, path: Path) -> None:
    """Make ``part`` durable and let it appear as ``path``, replacing what was there.

    Raises:
        OSError: the disk is full or the folder is gone.
    """
    with part.open("r+b") as file:
        os.fsync(file.fileno())
    os.replace(part, path)
    if os.name == "posix":  # Windows cannot open a folder, and makes renames durable itself
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of ``path`` when the block ends well and vanishes when it does not.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    part = part_path(path)
    try:
        try:
            part.touch(exist_ok=False)  # a folder that cannot be written says so before the work
            yield part
            commit(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(error, path) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` so that ``path`` holds either what it held or all of it.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    with replacing(path) as part:
        part.write_bytes(data)


def sweep_parts(folder: Path, *, target: str = "", older_than_s: float) -> None:
    """Remove parts that a killed process left, of the file ``target`` (of all files when empty).

    The part's name tells its owner. For one of another machine, age tells a dead part from one that is being written.
    """
    oldest = time.time() - older_than_s
    for path in folder.iterdir():
        if path.name.startswith(f".{target}") and path.name.endswith(PART_ENDING):
            with contextlib.suppress(FileNotFoundError):  # its owner finished it meanwhile
                if owner_is_dead(path) or path.stat().st_mtime < oldest:
                    path.unlink()


def output_error(error: OSError, path: Path) -> OutputError:
    """The sentence for what the operating system said about writing ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"the disk that holds {path.parent} is full; free some space or choose another folder")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path.parent} cannot be written to; choose another folder or change its permissions")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return OutputError(f"there is no folder {path.parent}; create it first")
    if error.errno in PASSING:
        return BusyOutputError(f"{path} cannot be reached just now ({error.strerror}); try again")
    return OutputError(f"{path} cannot be written: {error.strerror or error}")
