"""What every command line of the project does: parse, run a subcommand, print its result, say what went wrong."""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from avcore.cli.stop import Stoppable
from avcore.errors import AvcoreError, Interrupted, OutOfMemory, OutputError, UsageError
from avcore.files import PASSING, output_error


class Parser(argparse.ArgumentParser):
    """An argument parser that raises."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{message}; see `{self.prog} --help`")


def build_parser(
    program: str,
    commands: Mapping[str, ModuleType],
    *,
    description: str,
    version: str,
    common: Callable[[argparse.ArgumentParser], None] = lambda _: None,
) -> Parser:
    """A parser with a subcommand for each module, which has ``HELP`` and ``add_arguments(parser)``.

    ``common`` adds further options that all of them have.
    """
    # The same options before and after the command; those after it must not reset those before.
    before, after = Parser(add_help=False), Parser(add_help=False, argument_default=argparse.SUPPRESS)
    for parser in (before, after):
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("-v", "--verbose", action="store_true", help="say more while working")
        common(parser)
    parser = Parser(prog=program, description=description, parents=[before])
    parser.add_argument("--version", action="version", version=version)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in commands.items():
        sub = subparsers.add_parser(name, help=module.HELP, description=module.HELP, parents=[after])
        module.add_arguments(sub)
    return parser


def run_safely(
    program: str, arguments: Sequence[str], work: Callable[[], Any], *, failed: Callable[[str], None] = lambda _: None
) -> int:
    """Do ``work``, print its result, return the exit code; an ordinary failure ends in a sentence, not in a traceback.

    The result is a dataclass with ``text()``, printed as JSON where ``--json`` is among the arguments, and perhaps
    with an ``exit_code``. ``failed`` is told the sentence as well.
    """
    as_json = "--json" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    with Stoppable() as stoppable:
        try:
            result = work()
            _say(json.dumps(dataclasses.asdict(result), default=str) if as_json else result.text())
            return int(getattr(result, "exit_code", 0))
        except Interrupted as error:
            message, exit_code = str(error), stoppable.exit_code
        except AvcoreError as error:
            message, exit_code = str(error), error.exit_code
        except MemoryError:
            message = "this machine has too little memory for the work; make the work smaller or give it more"
            exit_code = OutOfMemory.exit_code
        except OSError as failure:
            if failure.errno not in PASSING:
                raise
            busy = output_error(failure, Path(os.fsdecode(failure.filename or "a file")))
            message, exit_code = str(busy), busy.exit_code
        except KeyboardInterrupt:
            message, exit_code = "interrupted; nothing half-written is left", stoppable.exit_code
    failed(message)
    if as_json:
        _say(json.dumps({"error": message, "exit_code": exit_code}))
    print(f"{program}: {message}", file=sys.stderr, flush=True)
    return exit_code


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
