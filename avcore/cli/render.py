"""``avcore render SONG OUT``: a video, or a folder of images, that moves with the music."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.cli.options import add_picture_options, add_range_options, check_out, load_chosen_preset
from avcore.cli.progress import Progress
from avcore.errors import UsageError

if TYPE_CHECKING:
    from avcore.render.job import RenderReport

HELP = "make a video (OUT with an ending) or a folder of images (OUT without one) from a song"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore render``."""
    add_picture_options(parser, out_type=str)  # a / at its end says that it is a folder
    add_range_options(parser)
    parser.add_argument("--no-audio", action="store_true", help="leave the sound out of the video")
    video = parser.add_argument_group("video")
    video.add_argument("--codec", help="h264, hevc, av1, vp9, prores, ffv1, gif (default: by the ending of OUT)")
    video.add_argument("--crf", type=float, help="quality of the encoder: lower is better and larger")
    video.add_argument("--speed", help="draft, fast, medium, slow, or the encoder's own name for a speed")
    video.add_argument("--hardware", help="encode on nvenc, qsv, videotoolbox, vaapi or amf")
    images = parser.add_argument_group("images")
    images.add_argument("--format", choices=("png", "exr"), help="of a folder of images (default png)")
    images.add_argument(
        "--maps",
        type=_maps,
        default=(),
        metavar="NAMES",
        help="also make maps for a material, each in a folder beside OUT (height,normal,..., or all)",
    )
    images.add_argument(
        "--bits", type=int, choices=(8, 16), help="of a PNG channel (default 8); EXR is half float, linear"
    )


def _maps(text: str) -> tuple[str, ...]:
    from avcore.fields.maps import MAPS

    names: tuple[str, ...] = MAPS if text == "all" else tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in MAPS:
            raise argparse.ArgumentTypeError(f"there is no map {name!r}; there are {', '.join(MAPS)}")
    return names


@dataclass(frozen=True)
class Result:
    """A finished render, and the maps beside it."""

    report: RenderReport
    maps: tuple[RenderReport, ...] = ()

    def text(self) -> str:
        """The report for people."""
        maps = [f"{report.out}\n  {_frames(report)} in {report.seconds:.1f} s" for report in self.maps]
        return "\n".join([self._picture(), *maps])

    def _picture(self) -> str:
        report = self.report
        response = report.response
        if report.frames == 0:
            return f"{report.out}\n  all {report.skipped} frames were there already"
        lines = [
            f"{report.out}",
            f"  {_frames(report)} in {report.seconds:.1f} s: {report.frames_per_second:.1f} frames/s, "
            f"{report.times_real_time:.2f} times real time",
            "  " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in report.stages_s.items()),
            f"  {report.device}"
            + (f", peak memory {report.peak_memory_mb:.0f} MB" if report.peak_memory_mb is not None else ""),
        ]
        if response.signal is not None and response.can_judge:
            lines.append(
                f"  moves with the sound: correlation {response.correlation:.2f} with {response.signal} "
                f"(shuffled track {response.shuffled:.2f})"
            )
        return "\n".join([*lines, *(f"  note: {warning}" for warning in report.warnings)])


def _frames(report: RenderReport) -> str:
    return f"{report.frames} frames" + (f" ({report.skipped} were there already)" if report.skipped else "")


def run(args: argparse.Namespace) -> Result:
    """Render as the arguments say."""
    from avcore.encode import ImageSettings, VideoSettings
    from avcore.render.job import RenderJob, map_job, render

    out, is_folder = _place(args)
    check_out(out, args.audio, overwrite=args.overwrite)
    preset = load_chosen_preset(args)
    draft = args.quality == "draft"
    images = ImageSettings(args.format or "png", 16 if args.format == "exr" else args.bits or 8) if is_folder else None
    job = RenderJob(
        audio=args.audio,
        out=out,
        preset=preset,
        size=args.resolution,
        fps=args.fps,
        start_s=args.start,
        duration=args.duration,
        frames=args.frames,
        start_frame=args.start_frame,
        device=args.device,
        quality=args.quality,
        precision=args.precision,
        threads=args.threads,
        overlay=args.overlay,
        sound=not args.no_audio,
        overwrite=args.overwrite,
        images=images,
        video=VideoSettings(
            codec=args.codec, crf=args.crf, speed=args.speed or ("draft" if draft else None), hardware=args.hardware
        ),
    )
    jobs = [job, *(map_job(job, name, bits=args.bits) for name in args.maps)]
    for each in jobs[1:]:
        check_out(each.out, args.audio, overwrite=args.overwrite)
        _check_folder(each.out, overwrite=args.overwrite)
    reports = []
    for each in jobs:
        with Progress() as progress:
            reports.append(render(each, progress=progress))
    return Result(reports[0], tuple(reports[1:]))


def _place(args: argparse.Namespace) -> tuple[Path, bool]:
    """Where to write, and whether that is a folder of images; options of the other kind are refused.

    Raises:
        UsageError: OUT says neither, or options do not fit it.
    """
    from avcore.encode import CONTAINERS

    if not args.out:
        raise UsageError("OUT is empty; give a video file or a folder")
    out = Path(args.out)
    is_folder = args.out.endswith(("/", os.sep)) or out.is_dir() or not out.suffix
    if not is_folder and out.suffix.lower() not in CONTAINERS:
        raise UsageError(
            f"{out} ends in none of {', '.join(CONTAINERS)}; for a folder of images give OUT without an ending, "
            "or with a / at its end"
        )
    if is_folder and not out.name:
        raise UsageError(f"{args.out} is no place for images; name a folder of their own")
    if is_folder:
        _check_folder(out, overwrite=args.overwrite)
    unfit = ("codec", "crf", "speed", "hardware") if is_folder else ("format", "bits", "maps")
    given = [name for name in unfit if getattr(args, name) not in (None, ())]
    if given:
        raise UsageError(f"--{given[0]} is for {'videos' if is_folder else 'folders of images'}, and OUT is {out}")
    if args.format == "exr" and args.bits == 8:
        raise UsageError("an EXR has 16 bits; leave out --bits")
    return out, is_folder


def _check_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder with things in it that are no bake."""
    if out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").exists() and not overwrite:
        raise UsageError(
            f"the folder {out} holds other things; name a new folder, or add --overwrite to write among them"
        )
