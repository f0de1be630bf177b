"""``avcore``: reads the arguments, runs a subcommand, prints its result, returns its exit code.

Exit codes: 0 done, 1 failed, 2 usage or bad preset, 3 missing or unreadable input, 130 interrupted, 129 or 143
hung up or terminated.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

import avcore
from avcore.cli import analyze, cache, diagnose, doctor, export, frame, presets, render, score
from avcore.cli.stop import Stoppable
from avcore.errors import AvcoreError, Interrupted, OutputError, UsageError

COMMANDS: dict[str, ModuleType] = {
    "render": render,
    "frame": frame,
    "analyze": analyze,
    "diagnose": diagnose,
    "score": score,
    "export": export,
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    with Stoppable() as stoppable:
        try:
            args = _parser().parse_args(arguments)
            logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING, format="avcore: %(message)s")
            result = COMMANDS[args.command].run(args)
            _say(json.dumps(dataclasses.asdict(result), default=str) if args.json else result.text())
            return int(getattr(result, "exit_code", 0))
        except Interrupted as error:
            return _failed(str(error), stoppable.exit_code, as_json=as_json)
        except AvcoreError as error:
            return _failed(str(error), error.exit_code, as_json=as_json)
        except KeyboardInterrupt:
            return _failed("interrupted; nothing half-written is left", stoppable.exit_code, as_json=as_json)


def _say(text: str) -> None:
    """Print the result.

    Raises:
        OutputError: standard output cannot be written. A reader that has gone (``| head``) is no error.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or its own end would fail as well
        raise OutputError(f"the result cannot be printed: {error.strerror}") from error


def _failed(message: str, exit_code: int, *, as_json: bool) -> int:
    if as_json:
        _say(json.dumps({"error": message, "exit_code": exit_code}))
    print(f"avcore: {message}", file=sys.stderr)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    # The same two options before and after the command; those after it must not reset those before.
    before, after = _Parser(add_help=False), _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    for common in (before, after):
        common.add_argument("--json", action="store_true", help="print the result as JSON")
        common.add_argument("-v", "--verbose", action="store_true", help="say more while working")
    parser = _Parser(prog="avcore", description="Turns sound into pictures.", parents=[before])
    parser.add_argument("--version", action="version", version=f"avcore {avcore.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP, parents=[after])
        module.add_arguments(sub)
    return parser
