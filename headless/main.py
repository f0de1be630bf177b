"""``avcore-headless``: reads the arguments, runs a subcommand, prints its result, returns its exit code.

Exit codes: 0 done, 1 failed, 2 usage (trying again is no use), 3 something that is needed is missing, 33 out of memory,
75 busy (try again), 143 terminated; 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import avcore
from avcore.cli.command_line import build_parser, run_safely
from headless.commands import bake, encode, farm, preflight, probe, render, run, setup, verify
from headless.numbers import joined
from headless.options import add_common_options, open_progress
from headless.stopping import stopping_with_parent

COMMANDS: dict[str, ModuleType] = {
    "setup": setup,
    "bake": bake,
    "render": render,
    "encode": encode,
    "verify": verify,
    "run": run,
    "preflight": preflight,
    "farm": farm,
    "probe": probe,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never lets an ordinary failure end in a traceback."""
    arguments = joined(sys.argv[1:] if argv is None else argv)
    parsed = argparse.Namespace(progress="auto", json="--json" in arguments)

    def work() -> Any:
        parser = build_parser(
            "avcore-headless",
            COMMANDS,
            description="Bakes and renders without a window.",
            version=f"avcore-headless {avcore.__version__}",
            common=add_common_options,
        )
        parser.parse_args(arguments, namespace=parsed)
        logging.basicConfig(level=logging.INFO if parsed.verbose else logging.WARNING, format="avcore: %(message)s")
        with stopping_with_parent(watch=not parsed.detached):
            return COMMANDS[parsed.command].run(parsed)

    return run_safely("avcore-headless", arguments, work, failed=lambda said: open_progress(parsed).failed(said))
