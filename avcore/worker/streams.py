"""Standard input and output, claimed for messages."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from avcore.worker.contract import MAX_LINE_BYTES, encode

_CHUNK = 2**16


def claim() -> tuple[BinaryIO, Writer]:
    """The process's input and output, for messages alone.

    What anything prints from now on, also a library in C or a program that is started, goes to standard error; reading
    standard input finds nothing.
    """
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return source, Writer(target)


def lines(source: BinaryIO) -> Iterator[bytes | None]:
    """The lines of ``source`` without their ends, until it is closed; None for one that is too long.

    A last line without an end was cut off by the death of its writer, and is dropped.
    """
    while line := source.readline(MAX_LINE_BYTES + 1):
        if line.endswith(b"\n"):
            if line.strip():
                yield line.rstrip(b"\r\n")
        elif len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = source.readline(_CHUNK)
            yield None


class Writer:
    """Messages out, whole, from any thread. Once the reader has gone, they are dropped."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._lock = threading.Lock()

    def __call__(self, id: int | None, message: Any) -> None:
        """Write one message."""
        self.line(encode(id, message))

    def line(self, line: bytes) -> None:
        """Write one message that is a line already."""
        rest = memoryview(line)
        with self._lock:
            try:
                while rest:
                    rest = rest[self._target.write(rest) :]
            except (BrokenPipeError, ValueError):  # ValueError: closed
                self._target.close()
