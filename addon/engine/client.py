"""The worker, as the extension sees it: requests in, events out, never a wait in Blender's main thread.

    worker = Worker(engine.command, engine.environment())
    worker.start()                                    # returns at once
    number = worker.send(Preview(audio=..., preset="ember", time_s=12.5))
    ...
    for event in worker.events():                     # in a timer, as often as it ticks
        if event.id == number and event.is_last: ...

In background mode, ``ask`` sends and waits. A worker that dies answers everything that was asked of it with a
``Failed`` of the kind ``Crash`` that carries its last words; ``start`` begins anew.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .contract import (
    ANSWERS,
    PROTOCOL,
    ArrayFile,
    Cancel,
    Cancelled,
    Failed,
    Hello,
    MessageError,
    Progress,
    Shutdown,
    Welcome,
    decode,
    encode,
    read_message,
)

LAST_LINES = 60
# Loading torch for the first time after a start of the machine may take this long.
HANDSHAKE_S = 60.0
# A bake that is stopped writes its last frames and its manifest first.
GOODBYE_S = 40.0


class WorkerError(Exception):
    """An answer that is no reply; ``failed`` is what the worker said."""

    def __init__(self, failed: Failed | Cancelled) -> None:
        super().__init__(failed.sentence)
        self.failed = failed


@dataclass(frozen=True)
class Event:
    """One answer: ``message`` is a ``Progress``, the request's reply, a ``Failed`` or a ``Cancelled``."""

    id: int
    message: Any

    @property
    def is_last(self) -> bool:
        """Whether the request is through."""
        return not isinstance(self.message, Progress)


class Worker:
    """One worker process. All methods return at once, but for ``ask`` and ``close``."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        handshake_s: float = HANDSHAKE_S,
    ) -> None:
        """The worker that ``command`` starts, see ``find.Engine``; one that is silent for ``handshake_s`` is killed."""
        self._handshake_s = handshake_s
        self.command = list(command)
        self.environment = dict(os.environ if environment is None else environment)
        self.welcome: Welcome | None = None
        """Who answered, once it has."""
        self._process: subprocess.Popen[bytes] | None = None
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._out: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._asked: dict[int, type] = {}
        self._waiting: dict[int, queue.SimpleQueue[Event]] = {}
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._last_id = 0
        self._hello: tuple[int, float] | None = None
        self._said: deque[str] = deque(maxlen=LAST_LINES)

    @property
    def is_running(self) -> bool:
        """Whether there is a process that has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> int:
        """Start the process and say hello; the id of the hello, whose event is ``Welcome`` or ``Failed``.

        Raises:
            WorkerError: there is no such program.
        """
        if self.is_running:
            raise RuntimeError("the worker runs already")
        if self._reader is not None:
            self._reader.join()  # what was asked of the one before has been answered then
        self.welcome = None
        self._said.clear()
        flags: dict[str, Any] = {"start_new_session": True}  # Ctrl-C in Blender's terminal is not for the worker
        if sys.platform == "win32":
            flags = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.environment,
                **flags,
            )
        except OSError as error:
            sentence = f"{self.command[0]} cannot be started: {error.strerror}; look for avcore again"
            raise WorkerError(Failed("NoWorker", sentence, "retry")) from error
        self._process, self._out = process, queue.SimpleQueue()
        ears = threading.Thread(target=self._keep_lines, args=(process,), daemon=True)
        self._reader = threading.Thread(target=self._read, args=(process, ears), daemon=True)
        writer = threading.Thread(target=self._write, args=(process, self._out), daemon=True)
        for thread in (ears, self._reader, writer):
            thread.start()
        number = self.send(Hello(PROTOCOL, f"Python {sys.version.split()[0]}"))
        self._hello = number, time.monotonic()
        return number

    def send(self, request: Any) -> int:
        """Ask for something; the id under which its events come."""
        return self._send(request, None)

    def _send(self, request: Any, inbox: queue.SimpleQueue[Event] | None) -> int:
        """Send a request whose events go to ``inbox``, or to ``events``."""
        with self._lock:
            self._last_id += 1
            number = self._last_id
            self._asked[number] = type(request).REPLY
            if inbox is not None:
                self._waiting[number] = inbox
        if self.is_running:
            self._out.put(encode(number, request))
        else:
            self._answer(number, self._crash("is not running"))
        return number

    def cancel(self, number: int) -> None:
        """Cancel a request; its last event is still to come."""
        if number in self._asked:
            self.send(Cancel(number))

    def events(self, limit: int = 1000) -> Iterator[Event]:
        """What has come since the last call, at most ``limit`` events."""
        self._check_handshake()
        for _ in range(limit):
            try:
                yield self._events.get_nowait()
            except queue.Empty:
                return

    def ask(
        self, request: Any, *, timeout_s: float | None = None, progress: Callable[[Progress], None] | None = None
    ) -> Any:
        """Send a request and wait for its reply; for scripts and background mode.

        Raises:
            WorkerError: it failed, was cancelled, or took longer than ``timeout_s``.
        """
        inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        number = self._send(request, inbox)
        end = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            while True:
                self._check_handshake()
                try:
                    event = inbox.get(timeout=0.5 if end is None else max(0.0, min(0.5, end - time.monotonic())))
                except queue.Empty:
                    if end is not None and time.monotonic() >= end:
                        self.cancel(number)
                        sentence = f"avcore did not answer within {timeout_s:g} s; try again"
                        raise WorkerError(Failed("Timeout", sentence, "retry")) from None
                    continue
                if isinstance(event.message, Failed | Cancelled):
                    raise WorkerError(event.message)
                if event.is_last:
                    return event.message
                if progress is not None:
                    progress(event.message)
        finally:
            self._waiting.pop(number, None)

    def close(self, timeout_s: float = GOODBYE_S) -> None:
        """End the process in order; one that does not end in time is killed."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            self.send(Shutdown())
            self._out.put(None)
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()

    def last_lines(self) -> str:
        """The last that the worker printed: its warnings, or why it died."""
        return "\n".join(self._said)

    def _check_handshake(self) -> None:
        if self._hello is None:
            return
        number, began = self._hello
        if number not in self._asked:
            self._hello = None
        elif time.monotonic() - began > self._handshake_s:
            self._hello = None
            self._said.append(f"no answer within {self._handshake_s:.0f} s")
            self.kill()  # what is waiting is told so when its output ends

    def _write(self, process: subprocess.Popen[bytes], out: queue.SimpleQueue[bytes | None]) -> None:
        """Send what is in the queue; a full pipe must not hold up Blender."""
        assert process.stdin is not None
        try:
            while (line := out.get()) is not None:
                process.stdin.write(line)
                process.stdin.flush()
        except OSError:
            pass  # it has died; the reader notices
        with contextlib.suppress(OSError):
            process.stdin.close()

    def _read(self, process: subprocess.Popen[bytes], ears: threading.Thread) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                self._take(line)
            except MessageError as error:
                self._said.append(f"the worker said what cannot be understood: {error}")
        process.wait()
        ears.join(5.0)
        self._out.put(None)
        failed = self._crash(_how(process.returncode))
        for number in list(self._asked):
            self._answer(number, failed)

    def _take(self, line: bytes) -> None:
        envelope = decode(line)
        if envelope.id is None:
            self._said.append(str(envelope.body.get("sentence", "")))
            return
        cls = self._asked.get(envelope.id) if envelope.kind == "done" else ANSWERS.get(envelope.kind)
        if cls is None:
            raise MessageError(f"an answer of the kind {envelope.kind[:40]!r}, for which nobody asked")
        message = read_message(cls, envelope.body)
        if isinstance(message, Welcome):
            self.welcome = message
        self._answer(envelope.id, message)

    def _answer(self, number: int, message: Any) -> None:
        if not isinstance(message, Progress) and self._asked.pop(number, None) is None:
            return
        self._waiting.get(number, self._events).put(Event(number, message))

    def _keep_lines(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._said.append(line.decode(errors="replace").rstrip())

    def _crash(self, how: str) -> Failed:
        return Failed("Crash", f"avcore's process {how}; try again", "retry", 1, self.last_lines())


def read_array(file: ArrayFile) -> np.ndarray[Any, Any]:
    """The array in a file that the worker wrote; the file is deleted."""
    path = Path(file.path)
    array = np.load(path, allow_pickle=False)
    path.unlink(missing_ok=True)
    return np.asarray(array)


def _how(code: int) -> str:
    if code < 0:
        return f"was killed by signal {-code}"
    return "has ended" if code == 0 else f"ended with exit code {code}"
