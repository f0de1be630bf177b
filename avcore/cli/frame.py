"""``avcore frame SONG OUT.png``: one moment, quickly."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from fractions import Fraction

from avcore.cli.options import add_picture_options, load_chosen_preset, option_type
from avcore.cli.progress import Progress
from avcore.errors import UsageError
from avcore.timebase import parse_seconds

HELP = "write one frame of a song as a PNG"


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

    if args.out.exists() and not args.overwrite:
        raise UsageError(f"{args.out} is there already; add --overwrite to replace it")
    preset = load_chosen_preset(args)
    with Progress() as progress:
        track = analyze(args.audio, progress=lambda done: progress("analysis", done, 1.0))
    timebase = Timebase.for_duration(track.duration_s, args.fps, start_frame=args.start_frame)
    last = timebase.start_frame + timebase.n_frames - 1
    number = (
        args.number if args.number is not None else timebase.start_frame + round((args.at or Fraction(0)) * args.fps)
    )
    if not timebase.start_frame <= number <= last:
        raise UsageError(f"frame {number} is outside the song, which has frames {timebase.start_frame} to {last}")
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
            overlay.draw(image, overlay.text_for(args.overlay, frames, number, title=args.audio.stem))
    write_whole(args.out, png_bytes(image))
    return Result(str(args.out), number, timebase.time_s(number), time.perf_counter() - start)
