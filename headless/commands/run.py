"""``avcore-headless run``: a song to a film by way of Blender, stage after stage; run again, it goes on."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from avcore.errors import UsageError
from headless.commands.bake import bake_all
from headless.commands.encode import encode_all, shot_film
from headless.commands.verify import Checked, check_shots
from headless.folder import make_folder
from headless.job import Job, MovieSettings, RenderSettings, Shot
from headless.job_writer import write_job
from headless.made_for import is_made
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
from headless.shot_options import add_song_options, shot_from
from headless.stages import python_with_bpy, run_stage

HELP = "set up, bake, render, encode and check: a song to a film"

JOB_FILE = "job.yaml"


@dataclass(frozen=True)
class RunReport:
    """The films, and the check of all that was made."""

    films: list[str]
    checked: Checked

    @property
    def exit_code(self) -> int:
        """That of the check."""
        return self.checked.exit_code

    def text(self) -> str:
        """The report for people."""
        return self.checked.text()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless run``."""
    add_song_options(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="FOLDER", help="the folder for all that is made")
    parser.add_argument("--samples", type=int, help="samples a pixel (default: the template's)")
    parser.add_argument("--engine", choices=("cycles", "eevee", "workbench"), help="what renders (default: cycles)")
    parser.add_argument("--codec", help="of the film (default h264)")
    parser.add_argument("--python", type=Path, help="a Python with bpy and avcore, where this one has no bpy")
    add_frames_option(parser)
    add_existing_option(parser)
    add_threads_option(parser)
    add_job_options(parser)


def run(args: argparse.Namespace) -> RunReport:
    """All stages of all shots.

    Raises:
        UsageError: what to make is not said, or the folder holds something else.
        AvcoreError: a stage failed; what it had made is kept.
    """
    frames = chosen_frames(args)
    python = python_with_bpy(args.python)
    file, shots = _job(args)
    with open_progress(args) as progress:
        for shot in shots:
            _make(shot, file, frames, python, args, progress)
        checked = check_shots(shots, frames, progress=progress)
    return RunReport([str(shot.movie_file) for shot in shots if frames is None], checked)


def _job(args: argparse.Namespace) -> tuple[Path, list[Shot]]:
    """The job file that the stages read, and its shots."""
    if args.job is not None:
        return args.job.absolute(), chosen_shots(args)
    if args.out is None:
        raise UsageError("say where the film goes: -o FOLDER")
    out = args.out.absolute()
    shot = shot_from(args, out=out)
    shot = replace(
        shot,
        render=RenderSettings(resolution=args.resolution, samples=args.samples, engine=args.engine),
        movie=MovieSettings(codec=args.codec),
    )
    make_folder(out)
    job = Job(shot.name, out / JOB_FILE, (shot,))
    write_job(job, job.file)
    return job.file, [shot]


def _make(
    shot: Shot, file: Path, frames: list[int] | None, python: str, args: argparse.Namespace, progress: Progress
) -> None:
    told = ["--job", str(file), "--shot", shot.name, "--progress", _child_style(progress)]
    told += [f"--map={rule}" for rule in args.path_rules] + [f"--change={change}" for change in args.changes]
    told += ["--detached"] if args.detached else []
    chosen = [] if frames is None else [f"--frames={format_numbers(frames)}"]
    how = [f"--existing={args.existing}", f"--threads={args.threads or 0}"]
    if shot.preset and (args.existing == "overwrite" or not is_made(shot)):
        run_stage(python, ["setup", *told, "--overwrite"], aside=args.json)
    # The bakes of a scene of the user's have numbers of their own.
    pictures = frames if shot.preset else None
    bake_all(shot.bakes, pictures, existing=args.existing, threads=args.threads, progress=progress)
    run_stage(python, ["render", *told, *chosen, *how], aside=args.json)
    if frames is None:
        encode_all([shot_film(shot, None)], existing=args.existing, threads=args.threads, progress=progress)


def _child_style(progress: Progress) -> str:
    return "auto" if progress.style == "bar" else progress.style
