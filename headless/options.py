"""Options that several subcommands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

from avcore.cli.options import option_type
from avcore.frame_ranges import Syntax, parse_numbers
from headless.folder import EXISTING
from headless.job import Shot
from headless.path_map import PathMap, read_rules
from headless.progress import STYLES, Progress, choose_style


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """What every subcommand takes, before or after its name; defaults after it must not reset what stands before."""
    defaults: dict[str, Any] = {"progress": "auto", "path_rules": []}
    if parser.argument_default is argparse.SUPPRESS:
        defaults = dict.fromkeys(defaults, argparse.SUPPRESS)
    parser.add_argument(
        "--progress", choices=STYLES, default=defaults["progress"], help="the words in which progress is told"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=defaults["path_rules"],
        metavar="FROM=TO",
        dest="path_rules",
        help="read a path that begins with FROM at TO; or the file of an engine's rules (may be repeated)",
    )
    parser.add_argument("--detached", action="store_true", help="go on when the process that started this one ends")


def add_frames_option(parser: argparse.ArgumentParser) -> None:
    """``-f``, which frames, and how they are written."""
    parser.add_argument(
        "-f", "--frames", "--render-frame", metavar="RANGE", help="only these frames: 10-20, 1-100x5, 7,9-12, -5--2"
    )
    parser.add_argument(
        "--frame-syntax", choices=get_args(Syntax), default="common", help="openjd: a step is written 1-100:5"
    )


def add_existing_option(parser: argparse.ArgumentParser) -> None:
    """``--existing``, what to do about frames that are there."""
    parser.add_argument("--existing", choices=EXISTING, default="skip", help="frames that are there (default skip)")
    parser.add_argument("--skip-existing", action="store_const", const="skip", dest="existing", help=argparse.SUPPRESS)
    parser.add_argument("--overwrite", action="store_const", const="overwrite", dest="existing", help=argparse.SUPPRESS)


def add_job_options(parser: argparse.ArgumentParser) -> None:
    """``--job`` and ``--shot``: take everything from a job file."""
    parser.add_argument("--job", type=Path, metavar="FILE", help="take everything from a shot of this job file")
    parser.add_argument("--shot", default="", metavar="NAME", help="which shot of the job file")
    parser.add_argument(
        "--change",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="changes",
        help="change a setting of the job file's shots, as in --change render.samples=4 (may be repeated)",
    )


def add_threads_option(parser: argparse.ArgumentParser) -> None:
    """``-t``, how much of the processor to use."""
    parser.add_argument(
        "-t", "--threads", type=option_type(_threads), default=None, help="processor threads (default, and 0: all)"
    )


def _threads(text: str) -> int | None:
    if not text.isdecimal() or int(text) > 1024:
        raise ValueError(f"{text[:20]!r} is not a number of threads from 0 to 1024")
    return int(text) or None


def chosen_frames(args: argparse.Namespace) -> list[int] | None:
    """The numbers that ``-f`` names, sorted; None where it is left out.

    Raises:
        UsageError: they are no frames.
    """
    return None if args.frames is None else parse_numbers(args.frames, syntax=args.frame_syntax)


def chosen_map(args: argparse.Namespace) -> PathMap:
    """What ``--map`` says.

    Raises:
        UsageError: it is neither ``FROM=TO`` nor a file of rules.
        InputError: that file cannot be read.
    """
    return read_rules(args.path_rules)


def chosen_shots(args: argparse.Namespace, *, one: bool = False) -> list[Shot]:
    """The shots that ``--job`` and ``--shot`` choose: all, where none is named; with ``one`` that is an error.

    Raises:
        UsageError: there is none of that name, or the job file is wrong.
        InputError: the job file, or a song or a scene that has to be looked at, is missing.
    """
    from headless.job_file import load_shot, load_shots

    told = {"paths": chosen_map(args), "settings": args.changes}
    return [load_shot(args.job, args.shot, **told)] if one else load_shots(args.job, args.shot, **told)


def open_progress(args: argparse.Namespace) -> Progress:
    """Progress in the style that the options and the surroundings ask for."""
    return Progress(choose_style(args.progress, as_json=args.json))
