"""Bakes, one after the other, each in a process of its own: it can be stopped, and may die, without harm."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from avcore.worker.calls import Call, StoppedError
from avcore.worker.contract import (
    Baked,
    Cancelled,
    Failed,
    MessageError,
    Progress,
    decode,
    encode,
    read_message,
)

LAST_LINES = 40
# Longer than the baker's own patience with itself.
PATIENCE_S = 30.0

_MESSAGES: dict[str, type] = {"progress": Progress, "done": Baked, "failed": Failed, "cancelled": Cancelled}


class Bakes:
    """The queue of bakes."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="bake")
        self._process: subprocess.Popen[bytes] | None = None

    def submit(self, call: Call) -> None:
        """Bake what ``call`` asks for, after those before it."""
        self._pool.submit(self._bake, call).add_done_callback(call.finish)

    def close(self) -> None:
        """Stop the bake under way, which keeps its whole frames, and start no other."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        process = self._process
        if process is not None:
            _hang_up(process)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()

    def _bake(self, call: Call) -> Baked | Failed | Cancelled:
        if call.is_cancelled:
            raise StoppedError
        safe = ["-P"] if sys.flags.safe_path else []
        below_normal = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # elsewhere it makes itself nice
        process = self._process = subprocess.Popen(
            [sys.executable, *safe, "-m", "avcore.worker.baker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=below_normal,
        )
        said: deque[str] = deque(maxlen=LAST_LINES)
        listener = threading.Thread(target=_pass_on, args=(process, said), daemon=True)
        listener.start()
        call.on_cancel = lambda: _hang_up(process)
        if call.is_cancelled:  # while the process was being started
            _hang_up(process)
        try:
            answer, seen = self._follow(process, call)
        finally:
            process.wait()
            _hang_up(process)
            listener.join()
            self._process = None
        return answer or _died(process, seen, said)

    def _follow(
        self, process: subprocess.Popen[bytes], call: Call
    ) -> tuple[Baked | Failed | Cancelled | None, Progress | None]:
        """Pass on what the baker says; its last answer, None where it died, and its last progress."""
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError, ValueError):  # it died, or was hung up on
            process.stdin.write(encode(call.id, call.request))
            process.stdin.flush()
        answer, seen = None, None
        for line in process.stdout:
            try:
                envelope = decode(line)
                message = read_message(_MESSAGES[envelope.kind], envelope.body)
            except (MessageError, KeyError):
                continue  # it was killed in the middle of a line
            if isinstance(message, Progress):
                seen = message
                call.pass_on(message)
            else:
                answer = message
        return answer, seen


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    """Close the baker's input, which tells it to stop."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it has ended
        process.stdin.close()


def _pass_on(process: subprocess.Popen[bytes], said: deque[str]) -> None:
    """Copy the baker's standard error to ours, and keep the last lines."""
    assert process.stderr is not None
    for line in process.stderr:
        text = line.decode(errors="replace").rstrip()
        said.append(text)
        print(text, file=sys.stderr, flush=True)


def _died(process: subprocess.Popen[bytes], seen: Progress | None, said: deque[str]) -> Failed:
    code, trace = process.returncode, "\n".join(said)
    when = f" after {seen.done:.0f} of {seen.total:.0f} frames" if seen and seen.stage == "frames" else ""
    if code == 1:
        return Failed(
            "Crash", f"avcore has a fault: the bake ended{when}; report it with the text below", "report", 1, trace
        )
    how = f"was killed by signal {-code}" if code < 0 and os.name == "posix" else f"ended with exit code {code}"
    sentence = f"the bake {how}{when}; frames that are there are whole: bake again to go on"
    return Failed("Crash", sentence, "retry", 1, trace)
