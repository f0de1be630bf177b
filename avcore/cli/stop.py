"""Being stopped: Ctrl-C, SIGTERM and a closed terminal all end the work in order, once."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import NoReturn, Self

from avcore.stop import STOPS


class Stoppable:
    """While open, the first of these signals raises ``KeyboardInterrupt`` and later ones are ignored.

    Whoever holds files and processes cleans up on the exception, and must not be interrupted in that. A signal that
    the parent process had ignored (``nohup``) stays ignored.
    """

    def __init__(self) -> None:
        self.exit_code = 130
        self._before: dict[int, signal.Handlers | int | None] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # only there can handlers be set
            for stop in STOPS:
                before = signal.getsignal(stop)
                if before is not signal.SIG_IGN:
                    self._before[stop] = before  # type: ignore[assignment]
                    signal.signal(stop, self._stop)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for stop, before in self._before.items():
            # None: it was not Python's, as in Blender
            signal.signal(stop, signal.SIG_DFL if before is None else before)

    def _stop(self, number: int, _frame: FrameType | None) -> NoReturn:
        for stop in self._before:
            signal.signal(stop, signal.SIG_IGN)
        self.exit_code = 128 + number
        raise KeyboardInterrupt
