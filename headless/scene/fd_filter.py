"""What Blender itself prints, kept from the log: it prints past Python, straight to standard output.

A file and no pipe takes it: nobody needs to read while Blender holds the interpreter, so nothing can wait for nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import os
import re
import sys
import tempfile
from types import TracebackType
from typing import Self

LOG = logging.getLogger(__name__)

_REPORT = re.compile(r"(Debug|Info|Operator|Property|Warning|Error)( \(.*?\))?: ")


class OwnOutput:
    """While open, Python's ``print`` goes to standard output, and what C code prints there goes to ``said``."""

    def __init__(self) -> None:
        self._at = 0

    def __enter__(self) -> Self:
        _flush()
        self._real, self._file = os.dup(1), tempfile.TemporaryFile()
        os.dup2(self._file.fileno(), 1)
        self._before = sys.stdout
        sys.stdout = self._stream = _OwnStream(open(self._real, "wb", buffering=0, closefd=False))
        return self

    def said(self) -> list[str]:
        """The lines since the last time."""
        _flush_c()
        data = os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size - self._at, self._at)
        self._at += len(data)
        lines = [*data.decode(errors="replace").splitlines(), *self._stream.reports]
        self._stream.reports.clear()
        for line in lines:
            if line and not line.startswith("Fra:"):
                LOG.info("Blender: %s", line)
        return lines

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _flush()
        sys.stdout = self._before
        os.dup2(self._real, 1)
        os.close(self._real)
        self._file.close()


class _OwnStream(io.TextIOWrapper):
    """Standard output, without what Blender's operators report through Python: whole lines such as ``Info: Saved``."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw, encoding="utf-8", errors="backslashreplace", write_through=True)  # type: ignore[arg-type]
        self.reports: list[str] = []

    def write(self, text: str) -> int:
        if text.endswith("\n") and _REPORT.match(text):
            self.reports += text.splitlines()
            return len(text)
        return super().write(text)


def _flush() -> None:
    sys.stdout.flush()
    _flush_c()


def _flush_c() -> None:
    """Let C's own buffer go to wherever standard output is now."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # where it cannot be found, lines come later
        ctypes.CDLL(None).fflush(None)
