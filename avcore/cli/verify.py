"""``avcore verify FILM [SONG]``: is the film in step with its clock, its song and itself."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.cli.options import option_type
from avcore.cli.progress import Progress
from avcore.timebase import parse_fps, parse_seconds

if TYPE_CHECKING:
    from avcore.verify.sync import Sync

HELP = "check that a film is in step with its song, from the first frame to the last"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The film and its song."""
    parser.add_argument("film", type=Path, metavar="FILM", help="a video file")
    parser.add_argument("song", nargs="?", type=Path, metavar="SONG", help="the sound that it was made for")
    add_sync_options(parser)


def add_sync_options(parser: argparse.ArgumentParser) -> None:
    """What the film should be."""
    parser.add_argument(
        "--start",
        type=option_type(parse_seconds),
        default=Fraction(0),
        metavar="TIME",
        help="time in the song of the film's first frame (1:30.5)",
    )
    parser.add_argument("--fps", type=option_type(parse_fps), help="the frame rate that it should have")


def run(args: argparse.Namespace) -> Sync:
    """Check it."""
    from avcore.verify.sync import check_sync

    with Progress() as progress:
        return check_sync(args.film, args.song, start_s=args.start, fps=args.fps, progress=progress)
