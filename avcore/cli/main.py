"""``avcore``: reads the arguments, runs a subcommand, prints its result, returns its exit code.

Exit codes: 0 done, 1 failed, 2 usage or bad preset, 3 missing or unreadable input, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType, ModuleType
from typing import NoReturn

import avcore
from avcore.cli import analyze, cache, doctor, frame, presets, render
from avcore.errors import AvcoreError, UsageError

COMMANDS: dict[str, ModuleType] = {
    "render": render,
    "frame": frame,
    "analyze": analyze,
    "presets": presets,
    "cache": cache,
    "doctor": doctor,
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never lets an ordinary failure end in a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in arguments
    try:
        signal.signal(signal.SIGTERM, _terminated)
        args = _parser().parse_args(arguments)
        logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING, format="avcore: %(message)s")
        result = COMMANDS[args.command].run(args)
        print(json.dumps(dataclasses.asdict(result), default=str) if args.json else result.text())
        sys.stdout.flush()
        return int(getattr(result, "exit_code", 0))
    except AvcoreError as error:
        return _failed(str(error), error.exit_code, as_json=as_json)
    except KeyboardInterrupt:
        return _failed("interrupted", 130, as_json=as_json)
    except BrokenPipeError:  # the reader of our output has gone, as in `avcore presets list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _failed(message: str, exit_code: int, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": message, "exit_code": exit_code}))
    print(f"avcore: {message}", file=sys.stderr)
    return exit_code


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(143)


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    common.add_argument("-v", "--verbose", action="store_true", help="say more while working")
    parser = _Parser(prog="avcore", description="Turns sound into pictures.")
    parser.add_argument("--version", action="version", version=f"avcore {avcore.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP, parents=[common])
        module.add_arguments(sub)
    return parser


if __name__ == "__main__":
    sys.exit(main())
