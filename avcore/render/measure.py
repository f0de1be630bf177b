"""Where the time and the memory of a job went."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def peak_memory_mb() -> float | None:
    """Most memory that this process has held, in MB; None where the system does not say."""
    try:
        # Linux starts a program's ru_maxrss at that of the program that started it; VmHWM is this one's own.
        own = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        own = None
    if own is not None:
        return int(own[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


class Stopwatch:
    """Adds up the time of named stages."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to the stage ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - start

    def total(self) -> float:
        """Seconds since the stopwatch was made."""
        return time.perf_counter() - self._start
