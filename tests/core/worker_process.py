"""A worker to talk to, as a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np

from avcore.worker.contract import ANSWERS, ArrayFile, Envelope, Progress, decode, encode, read_message

TIMEOUT_S = 240.0  # the machine may have other work; a hang is all that this ends


class WorkerProcess:
    """A worker, and what it has answered."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "avcore.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        self.envelopes: list[Envelope] = []
        self.times: list[float] = []
        self.errors = b""
        self._inbox: SimpleQueue[Envelope | None] = SimpleQueue()
        self._asked: dict[int, type] = {}
        for work in (self._read, self._keep_errors):
            threading.Thread(target=work, daemon=True).start()

    def send(self, request: Any) -> int:
        """Ask; the id."""
        number = len(self._asked) + 1
        self._asked[number] = type(request).REPLY
        self.raw(encode(number, request))
        return number

    def raw(self, line: bytes) -> None:
        """Write bytes to the worker."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def ask(self, request: Any) -> Any:
        """Ask, and wait for the last answer."""
        return self.answer(self.send(request))

    def answer(self, number: int | None) -> Any:
        """The last answer to a request."""
        return self.message(self.until(lambda it: it.id == number and it.kind != "progress"))

    def progress(self, number: int, stage: str = "frames", least: float = 1) -> Progress:
        """The first progress in a stage that is so far."""
        return self.message(
            self.until(
                lambda it: (
                    it.id == number
                    and (it.kind != "progress" or (it.body["stage"] == stage and it.body["done"] >= least))
                )
            )
        )

    def until(self, wanted: Callable[[Envelope], bool]) -> Envelope:
        """The first answer of that kind, now or later."""
        for envelope in self._answers():
            if wanted(envelope):
                return envelope
        raise AssertionError("the worker has ended: " + self.errors.decode())

    def message(self, envelope: Envelope) -> Any:
        """What an envelope holds."""
        cls = ANSWERS[envelope.kind] if envelope.kind in ANSWERS else self._asked[envelope.id or 0]
        return read_message(cls, envelope.body)

    def hang_up(self) -> int:
        """Close the worker's input; its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(TIMEOUT_S)

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()

    def _answers(self) -> Iterator[Envelope]:
        yield from list(self.envelopes)
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            try:
                envelope = self._inbox.get(timeout=0.2)
            except Empty:
                continue
            if envelope is None:
                return
            self.envelopes.append(envelope)
            self.times.append(time.monotonic())
            yield envelope
        raise AssertionError("the worker does not answer")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._inbox.put(decode(line))
        self._inbox.put(None)

    def _keep_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors += line


def array(file: ArrayFile) -> np.ndarray[Any, Any]:
    """What lies in a file, which is what the message says of it."""
    values = np.load(Path(file.path), allow_pickle=False)
    assert (values.shape, str(values.dtype)) == (file.shape, file.dtype)
    return values


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def descendants(pid: int) -> list[int]:
    """The processes below one, from /proc."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def gone(pids: list[int], *, within_s: float = 30.0) -> bool:
    """Whether all of these processes end in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False
