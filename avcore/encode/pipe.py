"""One ffmpeg process, fed with raw frames by a thread, so that making frames and encoding them overlap."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from typing import Any

from numpy.typing import NDArray

from avcore.ffmpeg import own_group
from avcore.stop import signals_held

_STDERR_LINES = 30
_PIPE_BYTES = 1 << 20
_POLL_S = 0.2  # waits are cut in slices, since Ctrl-C does not end a lock's wait on Windows


class EncoderEndedError(Exception):
    """ffmpeg ended before its work was done; ``reason`` is how, ``lines`` its last words."""

    def __init__(self, reason: str, lines: list[str]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lines = lines


class FramePipe:
    """Raw frames into the standard input of ``command``; at most ``backlog`` of them wait in memory."""

    def __init__(self, command: list[str], *, backlog: int) -> None:
        self._frames: queue.Queue[NDArray[Any] | None] = queue.Queue(backlog)
        self._words: deque[str] = deque(maxlen=_STDERR_LINES)
        self._all_fed = False
        self._killed = False
        self._feeder = threading.Thread(target=self._feed, name="frames to ffmpeg", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="words of ffmpeg", daemon=True)
        process: subprocess.Popen[bytes] | None = None
        try:
            with signals_held():
                self._process = process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **own_group()
                )
                self._widen()
                self._feeder.start()
                self._listener.start()
        except BaseException:
            if process is not None:
                self.kill()
            raise

    def put(self, frame: NDArray[Any]) -> None:
        """Queue a C-contiguous frame; blocks while the backlog is full.

        Raises:
            EncoderEndedError: ffmpeg is gone.
        """
        self._enqueue(frame)

    def finish(self) -> None:
        """Say that there are no more frames and wait until ffmpeg has written its file.

        Raises:
            EncoderEndedError: ffmpeg failed, or ended before it had all frames.
        """
        self._enqueue(None)
        self._join()
        if self._process.returncode != 0 or not self._all_fed:
            raise self._failure()

    def kill(self) -> None:
        """End ffmpeg at once and leave neither process nor thread behind; harmless when it has ended."""
        self._killed = True
        self._process.kill()
        with contextlib.suppress(queue.Empty):
            while True:
                self._frames.get_nowait()
        with contextlib.suppress(queue.Full):  # a feeder that is not waiting sees the flag
            self._frames.put_nowait(None)
        self._join()

    def _widen(self) -> None:
        """Fewer switches between the processes: 64 KiB at a time cost 4 to 10 % of the frame rate at 720p."""
        if sys.platform == "linux":
            import fcntl

            assert self._process.stdin is not None
            with contextlib.suppress(OSError):  # the system's limit is lower; any width works
                fcntl.fcntl(self._process.stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def _enqueue(self, item: NDArray[Any] | None) -> None:
        while True:
            if not self._feeder.is_alive():
                self._join()
                raise self._failure()
            try:
                return self._frames.put(item, timeout=_POLL_S)
            except queue.Full:
                continue

    def _join(self) -> None:
        for thread in (self._feeder, self._listener):
            while thread.is_alive():
                thread.join(_POLL_S)
        self._process.wait()

    def _failure(self) -> EncoderEndedError:
        code = self._process.returncode
        reason = f"exit code {code}"
        if code < 0:
            reason = f"killed by {signal.Signals(-code).name}"
        return EncoderEndedError(reason, list(self._words))

    def _feed(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            while (frame := self._frames.get()) is not None and not self._killed:
                stdin.write(frame.data)
            stdin.close()
            self._all_fed = frame is None
        except OSError:  # ffmpeg is gone; its exit code and its words say why
            with contextlib.suppress(OSError):
                stdin.close()

    def _listen(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        with stderr:
            for line in stderr:
                self._words.append(line.decode("utf-8", errors="replace").rstrip())
