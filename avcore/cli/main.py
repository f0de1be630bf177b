"""``avcore``: reads the arguments, runs a subcommand, prints its result, returns its exit code.

Exit codes: 0 done, 1 failed, 2 usage or bad preset, 3 missing or unreadable input, 130 interrupted, 129 or 143
hung up or terminated.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import avcore
from avcore.cli import analyze, cache, diagnose, doctor, export, frame, presets, render, score, verify
from avcore.cli.command_line import build_parser, run_safely

COMMANDS: dict[str, ModuleType] = {
    "render": render,
    "frame": frame,
    "analyze": analyze,
    "diagnose": diagnose,
    "score": score,
    "verify": verify,
    "export": export,
    "presets": presets,
    "cache": cache,
    "doctor": doctor,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never lets an ordinary failure end in a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)

    def work() -> Any:
        parser = build_parser(
            "avcore", COMMANDS, description="Turns sound into pictures.", version=f"avcore {avcore.__version__}"
        )
        args = parser.parse_args(arguments)
        logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING, format="avcore: %(message)s")
        return COMMANDS[args.command].run(args)

    return run_safely("avcore", arguments, work)
