"""Run the benchmarks that are named, or all of them; print one table and write ``bench.json``."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
from pathlib import Path

import numpy as np

BENCHES = ("cppn", "patterns", "analysis", "memory", "whole_job", "live", "addon", "headless")


def processor() -> str:
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return f"{len(names)} cores of {names[0]}" if names else platform.processor() or platform.machine()


def main() -> None:
    """Print the rows as they come."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; without any, all")
    parser.add_argument("--json", type=Path, default=Path("out/bench.json"), help="where the records go")
    options = parser.parse_args()
    if unknown := set(options.benches) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    records = []
    print(f"{processor()}, Python {platform.python_version()}, numpy {np.__version__}\n")
    print("| what | measured | against |\n|---|---|---|")
    for name in options.benches or BENCHES:
        for row in importlib.import_module(f"tests.bench.{name}").measure():
            print(f"| {row.what} | {row.value} | {row.against} |", flush=True)
            if row.record is not None:
                records.append(row.record)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(records, indent=2) + "\n")


if __name__ == "__main__":
    main()
