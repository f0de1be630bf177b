"""Signals that stop the work, held back where they would do harm."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextlib.contextmanager
def signals_held() -> Iterator[list[int]]:
    """Let Ctrl-C and its like wait until the end of the block; the list has those that have arrived so far.

    An exception out of the middle of a call into C (``Popen``, a render of Blender) would be lost, or leave something
    that nobody knows.
    """
    held = {}
    if threading.current_thread() is threading.main_thread():  # exceptions of signals are raised there alone
        held = {number: handler for number in STOPS if callable(handler := signal.getsignal(number))}
    arrived: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    try:
        for number in held:
            signal.signal(number, note)
        yield arrived
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number in arrived:
            signal.raise_signal(number)
