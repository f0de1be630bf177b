"""Options that several subcommands share, and how a person may spell their values."""

from __future__ import annotations

import argparse
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from avcore.errors import AvcoreError, UsageError
from avcore.timebase import parse_fps, parse_seconds

SIZES = {
    "360p": (640, 360),
    "480p": (854, 480),
    "540p": (960, 540),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "1440p": (2560, 1440),
    "2k": (2048, 1080),
    "4k": (3840, 2160),
    "2160p": (3840, 2160),
    "8k": (7680, 4320),
}
MAX_SIDE = 16384
DEFAULT_PRESET = "ember"


def parse_size(text: str) -> tuple[int, int]:
    """Width and height from ``720p``, ``4K``, ``1024x1024`` or ``512`` (a square).

    Raises:
        UsageError: not a size, or a side outside 2 to 16384.
    """
    name = text.strip().lower()
    if name in SIZES:
        return SIZES[name]
    match = re.fullmatch(r"(\d+)(?:[x×](\d+))?", name)
    if not match:
        raise UsageError(f"{text!r} is not a size; write {', '.join(SIZES)} or WIDTHxHEIGHT")
    width, height = int(match[1]), int(match[2] or match[1])
    if not (2 <= width <= MAX_SIDE and 2 <= height <= MAX_SIDE):
        raise UsageError(f"size {text} is outside 2 to {MAX_SIDE} pixels a side")
    return width, height


def option_type(parse: Any) -> Any:
    """``parse`` as an argparse type that keeps its own error sentence."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except AvcoreError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """What decides the picture: preset, overrides, size, rate, range, device, quality."""
    parser.add_argument("audio", type=Path, metavar="SONG", help="any sound file, or a video file with sound")
    parser.add_argument("out", type=Path, metavar="OUT", help="what to write")
    parser.add_argument(
        "-p", "--preset", default=DEFAULT_PRESET, help=f"name of a preset, or a YAML file (default {DEFAULT_PRESET})"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="change a setting of the preset, as in --set field.gain=3 (may be repeated)",
    )
    parser.add_argument("--seed", type=int, help="another network: the same as --set field.seed=N")
    parser.add_argument(
        "-r",
        "--resolution",
        type=option_type(parse_size),
        default=SIZES["720p"],
        help="720p, 4K, 1024x1024 (default 720p)",
    )
    parser.add_argument(
        "--fps", type=option_type(parse_fps), default=Fraction(30), help="24, 29.97, 30000/1001, 60 (default 30)"
    )
    parser.add_argument("--start-frame", type=int, default=1, help="number of the first frame (default 1)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where to compute")
    parser.add_argument(
        "--precision",
        choices=("auto", "fp32", "half"),
        default="auto",
        help="of wide networks: half is faster, fp32 exact (default auto: half where it is good enough)",
    )
    parser.add_argument("--threads", type=_positive, help="processor threads of the field (default: all cores)")
    parser.add_argument(
        "--quality", choices=("draft", "final"), default="final", help="draft: one sample a pixel, fastest encoding"
    )
    parser.add_argument(
        "--overlay", metavar="TEXT", help="text on the picture; {time} {frame} {title} {preset} {bpm} are filled in"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def add_range_options(parser: argparse.ArgumentParser) -> None:
    """Which part of the song, in seconds and in frame numbers."""
    parser.add_argument(
        "--start",
        type=option_type(parse_seconds),
        default=Fraction(0),
        metavar="TIME",
        help="where to begin (90.5, 1:30.5)",
    )
    parser.add_argument("--duration", type=option_type(parse_seconds), metavar="TIME", help="how much (10, 0:10)")
    parser.add_argument(
        "--frames", metavar="RANGE", help="only these frame numbers of the job (10-20, 1-100x5, 7,9-12)"
    )


def load_chosen_preset(args: argparse.Namespace) -> Any:
    """The preset that the options name, with their overrides."""
    from avcore.presets import load_preset

    seed = [] if args.seed is None else [f"field.seed={args.seed}"]
    return load_preset(args.preset, overrides=[*args.overrides, *seed])


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value
