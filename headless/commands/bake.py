"""``avcore-headless bake``: a song and a preset to a folder of pictures, in as many processes as one likes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.errors import UsageError
from headless.folder import Existing, make_folder, refuse_existing
from headless.job import Bake
from headless.numbers import format_numbers
from headless.options import (
    add_existing_option,
    add_frames_option,
    add_job_options,
    add_threads_option,
    chosen_frames,
    chosen_shots,
    open_progress,
)
from headless.progress import Progress
from headless.shot_options import add_part_options, add_texture_options, shot_from

if TYPE_CHECKING:
    from avcore.render.job import RenderJob

HELP = "bake a song by a preset into a folder of pictures"


@dataclass(frozen=True)
class BakeReport:
    """What was baked: ``frames`` are those that were asked for, of which ``skipped`` were there already."""

    folders: list[str]
    frames: str
    made: int
    skipped: int
    notes: list[str]

    def text(self) -> str:
        """The report for people."""
        if not self.folders:
            return "there is nothing to bake"
        there = f", {self.skipped} were there already" if self.skipped else ""
        return f"{', '.join(self.folders)}: {self.made} pictures baked{there}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless bake``."""
    add_part_options(parser)
    add_texture_options(parser, "-r", "--resolution")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="the folder of the pictures")
    add_frames_option(parser)
    add_existing_option(parser)
    add_threads_option(parser)
    add_job_options(parser)


def run(args: argparse.Namespace) -> BakeReport:
    """Bake as the arguments say.

    Raises:
        UsageError: what to bake is not said, or a number is none of the bake's.
        AvcoreError: see ``avcore.render.job.render``.
    """
    frames = chosen_frames(args)
    if args.job is not None:
        bakes = [bake for shot in chosen_shots(args) for bake in shot.bakes]
    elif args.out is None:
        raise UsageError("say where the pictures go: -o DIR")
    else:
        (bake,) = shot_from(args, out=args.out.absolute().parent).bakes
        bakes = [replace(bake, out=args.out.absolute())]
    with open_progress(args) as progress:
        return bake_all(
            bakes,
            frames,
            existing=args.existing,
            threads=args.threads,
            strict=args.job is None,
            progress=progress,
        )


def bake_all(
    bakes: Sequence[Bake],
    frames: Sequence[int] | None,
    *,
    existing: Existing,
    progress: Progress,
    threads: int | None = None,
    strict: bool = False,
) -> BakeReport:
    """Bake ``frames`` (None: all) of each; numbers that a bake does not have are passed over, unless ``strict``.

    A bake with a memory is made in one piece by the task that has its first frame.

    Raises:
        UsageError: no bake has these numbers, and ``strict``; there are frames, and ``existing`` is ``error``.
        AvcoreError: see ``avcore.render.job.render``.
    """
    from avcore.render.job import render

    work = [
        (job, chosen)
        for bake in bakes
        if (chosen := _chosen(bake, frames, strict=strict))
        for job in _render_jobs(bake, chosen, existing=existing, threads=threads)
    ]
    total = sum(len(chosen) for _, chosen in work)
    numbers: set[int] = set()
    folders, notes = [], []
    made = skipped = 0
    for job, chosen in work:
        make_folder(job.out.parent)
        if existing == "error":
            _refuse(job, chosen)
        report = render(job, progress=_within(progress, made + skipped, len(chosen), total), whole=_teller(progress))
        folders.append(report.out)
        numbers |= set(chosen)
        made, skipped = made + report.frames, skipped + report.skipped
        notes += [note for note in report.warnings if note not in notes]
    for note in notes:
        progress.note(note)
    return BakeReport(folders, format_numbers(numbers), made, skipped, notes)


def _within(progress: Progress, before: int, count: int, total: int) -> Callable[[str, float, float], None]:
    """Progress of one folder of ``count`` pictures as that of all, ``before`` of which are done."""

    def tell(stage: str, done: float, todo: float) -> None:
        if stage == "frames":
            progress(stage, before + count - todo + done, total)
        else:
            progress(stage, done, todo)

    return tell


def _teller(progress: Progress) -> Callable[[int, Path, bool], None]:
    """Says of each picture when it is whole, and how long after the one before."""
    last = [time.monotonic()]

    def tell(number: int, path: Path, was_there: bool) -> None:
        now = time.monotonic()
        seconds, last[0] = now - last[0], now
        if was_there:
            progress.skipped(number, path)
        else:
            progress.saved(number, path, seconds=seconds)

    return tell


def _chosen(bake: Bake, frames: Sequence[int] | None, *, strict: bool) -> list[int]:
    first, last = bake.start_frame, bake.start_frame + bake.count - 1
    if frames is None:
        return list(range(first, last + 1))
    outside = [number for number in frames if not first <= number <= last]
    if strict and outside:
        raise UsageError(f"frame {outside[0]} is outside this bake, which has frames {first} to {last}")
    inside = [number for number in frames if first <= number <= last]
    if not bake.stateless:
        return list(range(first, last + 1)) if first in inside else []
    return inside


def _render_jobs(bake: Bake, chosen: list[int], *, existing: Existing, threads: int | None) -> list[RenderJob]:
    """The job of the pictures, and those of the maps beside them."""
    from avcore.cli.options import parse_size
    from avcore.encode import ImageSettings
    from avcore.fields.maps import MAPS
    from avcore.render.job import RenderJob, map_job
    from avcore.timebase import Duration
    from avcore.worker.library import load

    texture = bake.texture
    job = RenderJob(
        audio=bake.song,
        out=bake.out,
        preset=load(bake.preset, bake.overrides),
        size=parse_size(texture.size),
        fps=bake.fps,
        start_s=bake.start_s,
        duration=Duration(bake.count, "frames"),
        frames=format_numbers(chosen),
        start_frame=bake.start_frame,
        device=texture.device,
        quality=texture.quality,
        threads=threads,
        overwrite=existing == "overwrite",
        images=ImageSettings(texture.format, 16 if texture.format == "exr" else texture.bits),
    )
    names = [name for name in MAPS if name in texture.maps]
    bits = 16 if texture.bits == 16 else None
    return [job, *(map_job(job, name, bits=bits) for name in names)]


def _refuse(job: RenderJob, chosen: list[int]) -> None:
    """For ``--existing error``: none of the frames may be there."""
    from avcore.encode.frame_folder import sequence_name
    from avcore.encode.manifest import read_manifest

    manifest = read_manifest(job.out)
    name = sequence_name(job.out) if manifest is None else manifest.name
    kind = "png" if job.images is None else job.images.format
    for number in chosen:
        path = job.out / f"{name}_{number:04d}.{kind}"
        if path.exists():
            refuse_existing(path)
