"""The worker: reads requests, hands each to its lane, and ends in order when its input ends.

All of avcore that the lanes need is imported with this module: two threads that import one package for the first time
at the same moment may each see it half made.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from avcore.errors import AvcoreError

# Whole before the threads are there: two that import parts of one package at once see each other's halves.
from avcore.worker import library  # noqa: F401
from avcore.worker.answers import Answers
from avcore.worker.bakes import Bakes
from avcore.worker.calls import Call, Write, failure
from avcore.worker.contract import (
    MAX_LINE_BYTES,
    REQUESTS,
    Bake,
    Cancel,
    Failed,
    MessageError,
    Nothing,
    Preview,
    Progress,
    Shutdown,
    decode,
    read_message,
)
from avcore.worker.listening import Tracks
from avcore.worker.previews import Previews
from avcore.worker.scratch import Scratch

THREADS = 8


class Server:
    """The lanes, and the requests under way."""

    def __init__(self, write: Write) -> None:
        """Make the lanes.

        Raises:
            OutputError: there is no place for temporary files.
        """
        self._write = write
        self._scratch = Scratch()
        self._tracks = Tracks()
        self._answers = Answers(self._tracks, self._scratch)
        self._previews = Previews(self._tracks, self._scratch)
        self._bakes = Bakes()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="answer")
        self._calls: dict[int, Call] = {}
        self._lock = threading.Lock()

    def serve(self, lines: Iterable[bytes | None]) -> None:
        """Take requests until there are no more, or one says so. None stands for a line that is too long."""
        for line in lines:
            if line is None:
                self._refuse(None, f"a message is longer than {MAX_LINE_BYTES // 2**20} MB")
            elif not self._take(line):
                return

    def close(self) -> None:
        """Stop all work; whole frames stay, and nothing else."""
        with self._lock:
            calls = list(self._calls.values())
        for call in calls:
            call.is_cancelled = True
        self._previews.close()
        self._tracks.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._bakes.close()
        self._scratch.remove()

    def _take(self, line: bytes) -> bool:
        """Take one request; False where it is the last."""
        id = None
        try:
            envelope = decode(line)
            id = envelope.id
            if id is None or envelope.kind not in REQUESTS:
                raise MessageError(f"{envelope.kind[:40]!r} is no request with an id")
            if id in self._calls:
                busy, id = id, None  # an answer with that id would be taken for that of the first
                raise MessageError(f"the request {busy} is still under way; each id is used once")
            request = read_message(REQUESTS[envelope.kind], envelope.body, envelope.kind)
        except MessageError as error:
            self._refuse(id, str(error))
            return True
        call = Call(id, request, self._say)
        with self._lock:
            self._calls[id] = call
        self._hand_out(call, request)
        return not isinstance(request, Shutdown)

    def _hand_out(self, call: Call, request: Any) -> None:
        answer = self._answers.of(request)
        try:
            if answer is not None:
                self._pool.submit(answer, call).add_done_callback(call.finish)
            elif isinstance(request, Preview):
                self._previews.submit(call)
            elif isinstance(request, Bake):
                self._bakes.submit(call)
            else:
                target = self._calls.get(request.target) if isinstance(request, Cancel) else None
                if target is not None:
                    target.cancel()
                call.answer(Nothing())
        except AvcoreError as error:
            call.answer(failure(error))

    def _say(self, id: int | None, message: Any) -> None:
        """Write an answer; the last one ends its call."""
        if id is not None and not isinstance(message, Progress):
            with self._lock:
                self._calls.pop(id, None)
        self._write(id, message)

    def _refuse(self, id: int | None, reason: str) -> None:
        sentence = f"{reason}; the application and avcore do not fit together: update both"
        self._write(id, Failed("MessageError", sentence, "report", 2))
