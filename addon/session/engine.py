"""The one worker of this Blender: found and started when it is first needed, asked without waiting.

In a window, ``ask`` returns at once and its callbacks run in Blender's main thread, from a timer that lives as long as
an answer is due. In background mode timers never fire, so ``ask`` waits there and calls back before it returns.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..engine import Engine, Looked, Worker, WorkerError, find_engines
from ..engine.contract import Cancelled, Failed, Progress, Welcome
from . import places

TICK_S = 0.03
GOODBYE_S = 5.0
NOT_FOUND = "no Python with avcore was found; open the extension's preferences to install or choose one"

Callback = Callable[[Any], None]


@dataclass
class Call:
    """One request under way; ``number`` is None until it has been sent."""

    request: Any
    done: Callback
    failed: Callback
    progress: Callback
    number: int | None = None
    is_over: bool = False


class Session:
    """The worker and what is asked of it. One of these exists while the extension is registered."""

    def __init__(self) -> None:
        self.worker: Worker | None = None
        self.engine: Engine | None = None
        self.looked: tuple[Looked, ...] = ()
        self.problem = ""
        """Why there is no worker, as a sentence; empty while there is no problem."""
        self._calls: dict[int, Call] = {}
        self._queue: list[Call] = []
        self._search: threading.Thread | None = None
        self._found: tuple[Engine | None, tuple[Looked, ...]] | None = None
        self._hello: int | None = None
        self._timer = self.tick  # Blender knows a timer by its very object, and a method is a new one each time

    @property
    def welcome(self) -> Welcome | None:
        """Who answers, once it has."""
        return self.worker.welcome if self.worker is not None and self.worker.is_running else None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is due."""
        return bool(self._calls or self._queue or self._search)

    def ask(
        self,
        request: Any,
        done: Callback = lambda _: None,
        *,
        failed: Callback = lambda _: None,
        progress: Callback = lambda _: None,
    ) -> Call:
        """Ask; exactly one of ``done`` (with the reply) and ``failed`` (with Failed or Cancelled) is called."""
        call = Call(request, done, failed, progress)
        if bpy.app.background:
            try:
                reply = self.wait(request, progress=progress)
            except WorkerError as error:
                call.is_over = True
                failed(error.failed)
            else:
                call.is_over = True
                done(reply)
            return call
        self._queue.append(call)
        self._begin()
        if not bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.register(self._timer, first_interval=TICK_S, persistent=True)
        return call

    def wait(self, request: Any, *, progress: Callback = lambda _: None, timeout_s: float | None = None) -> Any:
        """Ask and wait for the reply; for scripts and background mode.

        Raises:
            WorkerError: there is no worker, or it failed.
        """
        if self.worker is None or not self.worker.is_running:
            self._found = self._find(places.wanted())
            self._start()
        if self.worker is None:
            raise WorkerError(Failed("NoWorker", self.problem or NOT_FOUND, "report"))
        return self.worker.ask(request, progress=progress, timeout_s=timeout_s)

    def cancel(self, call: Call) -> None:
        """Cancel; ``failed`` is still called, with Cancelled, unless the reply is on its way already."""
        if call in self._queue:
            self._queue.remove(call)
            self._end(call, Cancelled())
        elif call.number is not None and self.worker is not None:
            self.worker.cancel(call.number)

    def tick(self) -> float | None:
        """Hand out what has come; the time to the next tick, None when nothing is due."""
        if self._search is not None and not self._search.is_alive():
            self._search = None
            self._start()
        if self.worker is not None:
            if self._search is None:
                self._send()
            for event in self.worker.events(limit=100):
                if event.id == self._hello:
                    self.problem = event.message.sentence if isinstance(event.message, Failed) else ""
                    continue
                call = self._calls.get(event.id)
                if call is None:
                    continue
                if isinstance(event.message, Progress):
                    call.progress(event.message)
                else:
                    del self._calls[event.id]
                    self._end(call, event.message)
        elif self._search is None:
            failed = Failed("NoWorker", self.problem or NOT_FOUND, "report")
            while self._queue:
                self._end(self._queue.pop(0), failed)
        return TICK_S if self.is_busy else None

    def restart(self) -> None:
        """End the worker; the next request looks for one again."""
        self.close()
        self.problem = ""

    def close(self) -> None:
        """End the worker, and tell whoever waits."""
        if self.worker is not None:
            self.worker.close(timeout_s=GOODBYE_S)
        self.worker = self.engine = None
        calls = [*self._calls.values(), *self._queue]
        self._calls.clear()
        self._queue.clear()
        for call in calls:
            self._end(call, Cancelled("avcore was stopped"))
        if not bpy.app.background and bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)

    def _begin(self) -> None:
        """Start the worker, or first look for one in a thread."""
        if (self.worker is not None and self.worker.is_running) or self._search is not None:
            return
        if self.engine is not None:
            self._found = self.engine, self.looked
            self._start()
            return
        wanted = places.wanted()

        def search() -> None:
            self._found = self._find(wanted)

        self._search = threading.Thread(target=search, daemon=True)
        self._search.start()

    @staticmethod
    def _find(wanted: places.Wanted) -> tuple[Engine | None, tuple[Looked, ...]]:
        """The first engine, and all places that were looked at until there."""
        looked = []
        for one in find_engines(preferred=wanted.python, own=wanted.venv):
            looked.append(one)
            if one.engine is not None:
                break
        return looked[-1].engine, tuple(looked)

    def _start(self) -> None:
        assert self._found is not None
        self.engine, self.looked = self._found
        self.worker = None
        if self.engine is None:
            self.problem = NOT_FOUND
            return
        for folder in self.engine.wheels:
            make_runnable(folder)
        worker = Worker(self.engine.command, {**self.engine.environment(), **places.wanted().environment})
        try:
            self._hello = worker.start()
        except WorkerError as error:
            self.problem, self.engine = str(error), None
            return
        self.problem, self.worker = "", worker

    def _send(self) -> None:
        assert self.worker is not None
        while self._queue:
            call = self._queue.pop(0)
            call.number = self.worker.send(call.request)
            self._calls[call.number] = call

    @staticmethod
    def _end(call: Call, message: Any) -> None:
        call.is_over = True
        (call.failed if isinstance(message, Failed | Cancelled) else call.done)(message)


def make_runnable(folder: Path) -> None:
    """Give the ffmpeg of a wheel its permission to run, which Blender drops when it unpacks the wheel."""
    for program in (folder / "imageio_ffmpeg" / "binaries").glob("ffmpeg*"):
        if not os.access(program, os.X_OK):
            with contextlib.suppress(OSError):  # the doctor says that there is no ffmpeg
                program.chmod(program.stat().st_mode | 0o111)


session = Session()
