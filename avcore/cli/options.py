"""Options that several subcommands share, and how a person may spell their values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from avcore.errors import AvcoreError, OutputError, UsageError
from avcore.files import output_error
from avcore.timebase import Duration, parse_fps, parse_seconds

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
MAX_NUMBER = 10**8
DEFAULT_PRESET = "ember"


def parse_size(text: str) -> tuple[int, int]:
    """Width and height from ``720p``, ``4K``, ``1024x1024`` or ``512`` (a square).

    Raises:
        UsageError: not a size, or a side outside 2 to 16384.
    """
    name = text.strip().lower()
    if name in SIZES:
        return SIZES[name]
    match = re.fullmatch(r"(\d{1,6})(?:[x×](\d{1,6}))?", name)
    if not match:
        raise UsageError(f"{text[:40]!r} is not a size; write {', '.join(SIZES)} or WIDTHxHEIGHT")
    width, height = int(match[1]), int(match[2] or match[1])
    if not (2 <= width <= MAX_SIDE and 2 <= height <= MAX_SIDE):
        raise UsageError(f"size {text} is outside 2 to {MAX_SIDE} pixels a side")
    return width, height


def option_type(parse: Any) -> Any:
    """``parse`` as an argparse type that keeps its own error sentence."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except (AvcoreError, ValueError) as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def parse_duration(text: str) -> Fraction | Duration:
    """A length of time: seconds (``90.5``, ``1:30``), or ``8 bars``, ``2 beats``, ``12 frames``.

    Raises:
        UsageError: neither.
    """
    if text.strip().endswith(("beat", "beats", "bar", "bars", "frame", "frames")):
        return Duration.parse(text)
    return parse_seconds(text)


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"{text[:20]!r} is not a whole number from {low} to {high}")
        return int(text)

    return parse


def check_out(out: Path, audio: Path, *, overwrite: bool) -> None:
    """Refuse to write over the song, over a device, or over what is there unasked.

    Raises:
        UsageError: that is what ``out`` would do.
        OutputError: there is no folder to write it into.
    """
    try:
        if not out.parent.is_dir():
            raise OutputError(f"there is no folder {out.parent}; create it first")
        if not out.exists():
            return
        if audio.exists() and out.samefile(audio):
            raise UsageError(f"{out} is the song itself; choose another name")
        if not (out.is_file() or out.is_dir()):
            raise UsageError(f"{out} is no ordinary file; choose another name")
    except OSError as error:
        raise output_error(error, out) from error
    if out.is_file() and not overwrite:
        raise UsageError(f"{out} is there already; add --overwrite to replace it")


def add_override_option(parser: argparse.ArgumentParser) -> None:
    """``--set``, which changes a setting of the preset."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="change a setting of the preset, as in --set field.gain=3 or --set layers.0.opacity=0.5 (may be repeated)",
    )


def add_picture_options(parser: argparse.ArgumentParser, *, out_type: Callable[[str], Any] = Path) -> None:
    """What decides the picture: preset, overrides, size, rate, range, device, quality."""
    parser.add_argument("audio", type=Path, metavar="SONG", help="any sound file, or a video file with sound")
    parser.add_argument("out", type=out_type, metavar="OUT", help="what to write")
    parser.add_argument(
        "-p", "--preset", default=DEFAULT_PRESET, help=f"name of a preset, or a YAML file (default {DEFAULT_PRESET})"
    )
    add_override_option(parser)
    parser.add_argument(
        "--seed",
        type=option_type(_whole_number(0, 2**32 - 1)),
        help="another network or pattern: the same as --set field.seed=N",
    )
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
    parser.add_argument(
        "--start", type=option_type(parse_seconds), default=Fraction(0), metavar="TIME", help="where to begin (1:30.5)"
    )
    parser.add_argument(
        "--start-frame",
        type=option_type(_whole_number(-MAX_NUMBER, MAX_NUMBER)),
        default=1,
        help="number of the first frame (default 1)",
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps", "xpu"), default="auto", help="where to compute"
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "fp32", "half"),
        default="auto",
        help="of wide networks: half is faster, fp32 exact (default auto: half where it is good enough)",
    )
    parser.add_argument(
        "--threads",
        type=option_type(_whole_number(1, 1024)),
        help="processor threads of the field (default: all cores)",
    )
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
        "--duration", type=option_type(parse_duration), metavar="TIME", help="how much (10, 0:10, '8 bars')"
    )
    parser.add_argument(
        "--frames",
        metavar="RANGE",
        help="only these frame numbers of the job (10-20, 1-100x5, 7,9-12; --frames=-5--2 where they are negative)",
    )


def load_chosen_preset(args: argparse.Namespace) -> Any:
    """The preset that the options name, with their overrides."""
    from avcore.presets import load_preset

    seed = [] if args.seed is None else [f"field.seed={args.seed}"]
    return load_preset(args.preset, overrides=[*args.overrides, *seed])
