"""Being told to stop, and noticing that nobody waits any more.

Signals raise ``KeyboardInterrupt`` (``avcore.cli.stop``), and the command ends with 143 after SIGTERM. A frame under
way is either finished, inside ``signals_held``, or dropped by whoever owns its part file. When an engine is killed, its
task goes on without it, and would race the next try of the same task: so a task whose parent has ended stops as well.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

from avcore.stop import signals_held

__all__ = ["signals_held", "stopping_with_parent"]

EVERY_S = 0.5


@contextlib.contextmanager
def stopping_with_parent(*, watch: bool = True) -> Iterator[None]:
    """While open, SIGTERM is sent to this process when the process that started it has ended.

    Not where SIGHUP is ignored (``nohup``), where there is no parent to lose, or without ``watch``.
    """
    parent = os.getppid()
    ignored = hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    if not watch or os.name != "posix" or parent == 1 or ignored:
        yield
        return
    over = threading.Event()

    def look() -> None:
        while not over.wait(EVERY_S):
            if os.getppid() != parent:
                print(
                    "avcore-headless: the process that started this one has ended, so this one stops; "
                    "add --detached to go on without it",
                    file=sys.stderr,
                    flush=True,
                )
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=look, name="looks for the parent", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
