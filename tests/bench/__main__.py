"""Run the benchmarks that are named, or all of them, and print one table."""

from __future__ import annotations

import importlib
import platform
import sys
from pathlib import Path

import numpy as np

BENCHES = ("analysis", "memory", "whole_job")


def processor() -> str:
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return f"{len(names)} cores of {names[0]}" if names else platform.processor() or platform.machine()


def main() -> None:
    """Print the rows as they come."""
    print(f"{processor()}, Python {platform.python_version()}, numpy {np.__version__}\n")
    print("| what | measured | against |\n|---|---|---|")
    for name in sys.argv[1:] or BENCHES:
        for row in importlib.import_module(f"tests.bench.{name}").measure():
            print(f"| {row.what} | {row.value} | {row.against} |", flush=True)


if __name__ == "__main__":
    main()
