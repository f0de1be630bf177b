"""Rows of measurements, and how they are taken."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REAL_MUSIC = Path(__file__).parents[2] / ".." / "shared" / "audio"


@dataclass(frozen=True)
class Row:
    """One measurement: what, how much, and against what; ``record`` is what ``bench.json`` keeps of it, if anything."""

    what: str
    value: str
    against: str = ""
    record: dict[str, Any] | None = None


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(a: Callable[[], object], b: Callable[[], object], *, rounds: int = 5) -> tuple[float, float, float]:
    """Median seconds of ``a`` and of ``b``, and the median of their ratio, taken A B A B after a warm-up."""
    a(), b()
    pairs = [(seconds(a), seconds(b)) for _ in range(rounds)]
    return (
        statistics.median(first for first, _ in pairs),
        statistics.median(second for _, second in pairs),
        statistics.median(first / second for first, second in pairs),
    )


def run_avcore(arguments: Sequence[object], *, environment: dict[str, str] | None = None) -> float:
    """Wall seconds of ``python -m avcore ...`` in a process of its own."""
    command = [sys.executable, "-m", "avcore", *map(str, arguments)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def peak_mb(arguments: Sequence[object], *, environment: dict[str, str] | None = None) -> float:
    """Peak resident memory of ``python -m avcore ...`` and its children, the largest single process, in MB."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'avcore', *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return int(said) / (1e6 if sys.platform == "darwin" else 1e3)


def cpu_seconds() -> float:
    """Processor seconds that this process and its finished children have used."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
