"""One request under way: its progress, its cancelling, and its one last answer."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from avcore.errors import (
    AvcoreError,
    BusyError,
    BusyOutputError,
    InputError,
    Interrupted,
    OutputError,
    PresetError,
    UsageError,
)
from avcore.worker.contract import Cancelled, Failed, NextStep, Progress

EVERY_S = 0.1

Write = Callable[[int | None, Any], None]

_NEXT: tuple[tuple[type[AvcoreError], NextStep], ...] = (
    (PresetError, "change-preset"),
    (UsageError, "change-request"),
    (InputError, "choose-sound"),
    (BusyError, "retry"),
    (BusyOutputError, "retry"),
    (OutputError, "choose-folder"),
    (Interrupted, "retry"),
)


class StoppedError(Exception):
    """The work was cancelled; nobody waits for its answer."""


class Call:
    """A request with its id. Whatever happens, exactly one last answer is written."""

    def __init__(self, id: int, request: Any, write: Write) -> None:
        self.id, self.request = id, request
        self.is_cancelled = False
        self.on_cancel: Callable[[], None] | None = None
        """What stops the work; where it is set, the work itself gives the last answer."""
        self._write = write
        self._lock = threading.Lock()
        self._answered = False
        self._pace = Pace(lambda progress: write(id, progress))

    def progress(self, stage: str, done: float, total: float) -> None:
        """Say how far the work is, at most ten times a second.

        Raises:
            StoppedError: it was cancelled.
        """
        if self.is_cancelled:
            raise StoppedError
        self.tell(stage, done, total)

    def tell(self, stage: str, done: float, total: float) -> None:
        """Say how far the work is, at most ten times a second, whether or not anybody still waits."""
        if not self._answered:
            self._pace(stage, done, total)

    def pass_on(self, progress: Progress) -> None:
        """Say what another process said about its progress."""
        if not self._answered:
            self._write(self.id, progress)

    def answer(self, message: Any) -> None:
        """Write the last answer, unless there was one."""
        with self._lock:
            if not self._answered:
                self._answered = True
                self._write(self.id, message)

    def cancel(self, sentence: str = "") -> None:
        """Stop the work as soon as it can be; the answer does not wait for that unless the work gives it."""
        self.is_cancelled = True
        if self.on_cancel is None:
            self.answer(Cancelled(sentence))
        else:
            self.on_cancel()

    def finish(self, work: Future[Any]) -> None:
        """Answer with what ``work`` came to."""
        if work.cancelled():
            self.answer(Cancelled())
            return
        error = work.exception()
        if error is None:
            self.answer(work.result())
        elif isinstance(error, StoppedError):
            self.answer(Cancelled())
        else:
            self.answer(failure(error))


def failure(error: BaseException) -> Failed:
    """What an error means to the user."""
    trace = "".join(traceback.format_exception(error))
    if not isinstance(error, AvcoreError):
        sentence = f"avcore has a fault ({type(error).__name__}: {error}); report it with the text below"
        return Failed("Crash", sentence, "report", 1, trace)
    following: NextStep = next((step for kind, step in _NEXT if isinstance(error, kind)), "report")
    return Failed(type(error).__name__, str(error), following, error.exit_code, trace)


class Pace:
    """Progress, thinned out to ten a second in each stage, with the rate and the time left."""

    def __init__(self, say: Callable[[Progress], None]) -> None:
        self._say = say
        self._said = -EVERY_S
        self._stage = ""
        self._began = self._before = 0.0

    def __call__(self, stage: str, done: float, total: float) -> None:
        """Take in that ``done`` of ``total`` is done."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began, self._before = stage, now, done
        elif now - self._said < EVERY_S:
            return
        self._said = now
        passed, gained = now - self._began, done - self._before
        rate = gained / passed if passed > 0 and gained > 0 else None
        self._say(Progress(stage, done, total, rate, (total - done) / rate if rate else None))
