"""What Blender itself prints, kept from the log: it prints past Python, straight to standard output.

A file and no pipe takes it: nobody needs to read while Blender holds the interpreter, so nothing can wait for nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
from types import TracebackType
from typing import Self


class OwnOutput:
    """While open, Python's ``print`` goes to standard output, and what C code prints there goes to ``said``."""

    def __init__(self) -> None:
        self._at = 0

    def __enter__(self) -> Self:
        _flush()
        self._real, self._file = os.dup(1), tempfile.TemporaryFile()
        os.dup2(self._file.fileno(), 1)
        self._before = sys.stdout
        sys.stdout = os.fdopen(self._real, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        return self

    def said(self) -> list[str]:
        """The lines since the last time."""
        _flush_c()
        data = os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size - self._at, self._at)
        self._at += len(data)
        return data.decode(errors="replace").splitlines()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _flush()
        sys.stdout.close()
        sys.stdout = self._before
        os.dup2(self._real, 1)
        os.close(self._real)
        self._file.close()


def _flush() -> None:
    sys.stdout.flush()
    _flush_c()


def _flush_c() -> None:
    """Let C's own buffer go to wherever standard output is now."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # where it cannot be found, lines come later
        ctypes.CDLL(None).fflush(None)
