"""``avcore frame SONG OUT``: one moment, quickly."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avcore.cli.options import add_picture_options, check_out, load_chosen_preset, option_type
from avcore.cli.progress import Progress
from avcore.errors import UsageError
from avcore.timebase import parse_seconds

if TYPE_CHECKING:
    from avcore.timebase import Timebase

HELP = "write one frame of a song as a PNG or JPEG"
JPEG_QUALITY = 88


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore frame``."""
    add_picture_options(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--at", type=option_type(parse_seconds), metavar="TIME", help="the moment (90.5, 1:30.5)")
    which.add_argument("--number", type=int, help="the frame that carries this number")


@dataclass(frozen=True)
class Result:
    """A written frame."""

    out: str
    number: int
    time_s: float
    seconds: float

    def text(self) -> str:
        """One line for people."""
        return f"{self.out}: frame {self.number} at {self.time_s:.3f} s, drawn in {self.seconds:.2f} s"


def run(args: argparse.Namespace) -> Result:
    """Draw and write the frame."""
    import time

    from avcore.audio import analyze
    from avcore.compute.device import choose
    from avcore.encode import png_bytes
    from avcore.files import write_whole
    from avcore.render import overlay
    from avcore.render.frames import Frames
    from avcore.timebase import Timebase

    ending = args.out.suffix.lower()
    if ending not in (".png", ".jpg", ".jpeg"):
        raise UsageError(f"{args.out} ends neither in .png nor in .jpg, and a frame is a PNG or a JPEG")
    check_out(args.out, args.audio, overwrite=args.overwrite)
    preset = load_chosen_preset(args)
    with Progress() as progress:
        track = analyze(args.audio, progress=lambda done: progress("analysis", done, 1.0))
    timebase = Timebase.for_excerpt(track.duration_s, args.fps, start_s=args.start, start_frame=args.start_frame)
    number = _number(args, timebase)
    start = time.perf_counter()
    with Frames(
        preset,
        track,
        timebase,
        size=args.resolution,
        device=choose(args.device),
        quality=args.quality,
        precision=args.precision,
        threads=args.threads,
    ) as frames:
        image = frames.frame(number)
        if args.overlay:
            image = overlay.drawn(image, overlay.text_for(args.overlay, frames, number, title=args.audio.stem))
    write_whole(args.out, png_bytes(image) if ending == ".png" else _jpeg_bytes(image))
    return Result(str(args.out), number, timebase.time_s(number), time.perf_counter() - start)


def _jpeg_bytes(image: Any) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def _number(args: argparse.Namespace, timebase: Timebase) -> int:
    """The frame that is asked for: by its number, or the one that is on screen at a moment of the song."""
    first, last = timebase.start_frame, timebase.start_frame + timebase.n_frames - 1
    if args.number is not None:
        number = args.number
    elif args.at is not None:
        number = first + math.floor((args.at - timebase.start_s) * timebase.fps)
        number = min(number, last) if args.at <= timebase.start_s + timebase.duration_s else number
    else:
        number = first
    if not first <= number <= last:
        raise UsageError(f"frame {number} is outside the song, which has frames {first} to {last}")
    return int(number)
