"""Work that asks the worker on its way: it waits in scripts, and goes on from a timer in a window.

Such work is a generator of tasks, and is given the answer to each::

    def count_beats(path) -> Steps[int]:
        analysis = yield Ask(Analyze(str(path)), "listening")
        return len(analysis.beats_s)

    finish(count_beats(path))        # waits
    going = Going(count_beats(path)) # does what it can each time that ``going.go()`` is called

Between two steps in a window the artist may undo or delete anything: find datablocks anew after each ``yield``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, Generic, Protocol, TypeVar

from ..engine import WorkerError
from ..engine.contract import Cancelled, Failed, Progress
from .engine import Call, session

STOPPED = "stopped"
SEEN_S = 0.6  # long enough for the status bar to be drawn

T = TypeVar("T")


class Task(Protocol):
    """Something to wait for; ``text`` says what it is."""

    @property
    def text(self) -> str: ...
    @property
    def is_over(self) -> bool: ...
    def start(self) -> None: ...
    def cancel(self) -> None: ...

    def wait(self) -> Any:
        """Start it and wait for its result; raises WorkerError where it fails."""

    def result(self) -> Any:
        """What came of it; raises WorkerError where it failed."""


Steps = Generator[Task, Any, T]


class Ask:
    """A request to the worker."""

    def __init__(self, request: Any, text: str) -> None:
        self.request = request
        self._text = text
        self._call: Call | None = None
        self._progress: Progress | None = None
        self._reply: Any = None
        self._failed: Failed | Cancelled | None = None

    @property
    def text(self) -> str:
        """What is asked, and how far it is."""
        told = self._progress
        return f"{self._text}, {told.done / told.total:.0%}" if told is not None and told.total else self._text

    @property
    def is_over(self) -> bool:
        """Whether it was answered."""
        return self._call is not None and self._call.is_over

    def start(self) -> None:
        """Ask."""
        self._call = session.ask(self.request, self._take, failed=self._miss, progress=self._hear)

    def cancel(self) -> None:
        """No answer is wanted any more."""
        if self._call is not None and not self._call.is_over:
            session.cancel(self._call)

    def wait(self) -> Any:
        """Ask and wait for the reply."""
        return session.wait(self.request)

    def result(self) -> Any:
        """The reply."""
        if self._failed is not None:
            raise WorkerError(self._failed)
        return self._reply

    def _take(self, reply: Any) -> None:
        self._reply = reply

    def _miss(self, why: Failed | Cancelled) -> None:
        self._failed = why

    def _hear(self, progress: Progress) -> None:
        self._progress = progress


class Say:
    """Nothing but a moment for the status bar to say what comes next, since Blender will not answer meanwhile."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._began = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it can have been read."""
        return time.monotonic() - self._began > SEEN_S

    def start(self) -> None:
        """Begin to count."""
        self._began = time.monotonic()

    def cancel(self) -> None:
        """There is nothing to stop."""

    def wait(self) -> None:
        """Nobody reads it."""

    def result(self) -> None:
        """There is none."""


class Running:
    """Something that the panel watches too, as a task: a bake or a live picture under way."""

    def __init__(self, run: Any, text: Callable[[], str], wait: Callable[[], Any]) -> None:
        self._run, self._text, self._wait = run, text, wait

    @property
    def text(self) -> str:
        """How far it is."""
        return self._text()

    @property
    def is_over(self) -> bool:
        """Whether the worker has answered."""
        return bool(self._run.is_over)

    def start(self) -> None:
        """Begin."""
        self._run.start()

    def cancel(self) -> None:
        """Stop it; what is whole stays."""
        self._run.cancel()

    def wait(self) -> None:
        """Begin and wait."""
        try:
            self._wait()
        except WorkerError as error:
            self._run.failed = self._run.failed or error.failed
            raise

    def result(self) -> None:
        """It knows itself what came of it."""
        if self._run.is_cancelled:
            raise WorkerError(Cancelled(STOPPED))
        if self._run.failed is not None:
            raise WorkerError(self._run.failed)


class Going(Generic[T]):
    """Steps under way; once ``is_over``, ``value`` is what they returned."""

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps
        self._task: Task | None = None
        self.value: T | None = None
        self.is_over = False

    @property
    def text(self) -> str:
        """What is being waited for."""
        return self._task.text if self._task is not None else ""

    def go(self) -> None:
        """Go on as far as possible; raises what the steps raise."""
        try:
            if self._task is None:
                self._begin(next(self._steps))
            while self._task is not None and self._task.is_over:
                try:
                    result = self._task.result()
                except WorkerError as error:
                    self._begin(self._steps.throw(error))
                else:
                    self._begin(self._steps.send(result))
        except StopIteration as done:
            self.value, self.is_over = done.value, True

    def stop(self) -> None:
        """Give up."""
        if self._task is not None:
            self._task.cancel()
        self._steps.close()
        self.is_over = True

    def _begin(self, task: Task) -> None:
        self._task = task
        task.start()


def finish(steps: Steps[T]) -> T:
    """Do all steps, waiting for each, and return what they return.

    Raises:
        WorkerError: one failed, and the steps do not go on without it.
    """
    try:
        task = next(steps)
        while True:
            try:
                result = task.wait()
            except WorkerError as error:
                task = steps.throw(error)
            else:
                task = steps.send(result)
    except StopIteration as done:
        value: T = done.value
        return value
