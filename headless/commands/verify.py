"""``avcore-headless verify``: are all frames there and whole, and is the film in step with its song."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from collections.abc import Sequence as Numbers
from dataclasses import dataclass
from pathlib import Path

from avcore.cli.verify import add_sync_options
from avcore.errors import InputError, UsageError
from avcore.verify.sync import Sync, check_sync
from headless.folder import find_sequence
from headless.job import Shot
from headless.numbers import openjd_text
from headless.options import (
    add_frames_option,
    add_job_options,
    chosen_frames,
    chosen_map,
    chosen_shots,
    open_progress,
)
from headless.progress import Progress

HELP = "check that frames are there and whole, and that a film is in step with its song"

MISSING = 3
OUT_OF_STEP = 1


@dataclass(frozen=True)
class FolderCheck:
    """Frames of one folder. ``missing`` is a frame range that an engine takes as it is."""

    folder: str
    frames: str
    missing: str
    n_missing: int


@dataclass(frozen=True)
class Checked:
    """All that was looked at. ``missing`` is that of the last folder: of a shot, the rendered frames."""

    missing: str
    folders: list[FolderCheck]
    films: list[Sync]

    @property
    def exit_code(self) -> int:
        """3 where frames are missing, 1 where a film is out of step."""
        if any(check.n_missing for check in self.folders):
            return MISSING
        return OUT_OF_STEP if any(film.faults for film in self.films) else 0

    def text(self) -> str:
        """The report for people."""
        lines = [
            f"{check.folder} lacks the frames {check.missing}"
            if check.n_missing
            else f"{check.folder}: frames {check.frames or 'none'} are there and whole"
            for check in self.folders
        ]
        return "\n".join([*lines, *(film.text() for film in self.films)])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless verify``."""
    parser.add_argument("target", nargs="?", type=Path, metavar="DIR|FILM", help="a folder of frames, or a film")
    parser.add_argument("--song", type=Path, help="the sound that the film was made for")
    add_sync_options(parser)
    add_frames_option(parser)
    add_job_options(parser)


def run(args: argparse.Namespace) -> Checked:
    """Look at what the arguments name.

    Raises:
        UsageError: nothing is named.
        InputError: it is not there.
    """
    frames = chosen_frames(args)
    paths = chosen_map(args)
    with open_progress(args) as progress:
        if args.job is not None:
            return check_shots(chosen_shots(args), frames, progress=progress)
        if args.target is None:
            raise UsageError("name a folder of frames or a film, or a job file with --job")
        target = paths(args.target)
        if target.is_dir():
            return checked([check_folder(target, frames)], [])
        song = None if args.song is None else paths(args.song)
        return checked([], [check_sync(target, song, start_s=args.start, fps=args.fps, progress=progress)])


def checked(folders: list[FolderCheck], films: list[Sync]) -> Checked:
    """The result of these."""
    return Checked(folders[-1].missing if folders else "", folders, films)


def check_shots(shots: Numbers[Shot], frames: Numbers[int] | None, *, progress: Progress) -> Checked:
    """The bakes and frames of each, and its film where there is one; with ``frames`` only these, and no film."""
    folders, films = [], []
    for shot in shots:
        folders += list(_shot_folders(shot, frames))
        if frames is None and shot.movie_file.exists():
            n_frames = shot.last - shot.first + 1
            films.append(
                check_sync(
                    *(shot.movie_file, shot.song),
                    start_s=shot.start_s,
                    fps=shot.fps,
                    n_frames=n_frames,
                    progress=progress,
                )
            )
    return checked(folders, films)


def _shot_folders(shot: Shot, frames: Numbers[int] | None) -> Iterator[FolderCheck]:
    for bake in shot.bakes:
        every = range(bake.start_frame, bake.start_frame + bake.count)
        for place in (bake.out, *(bake.out.with_name(f"{bake.out.name}_{name}") for name in bake.texture.maps)):
            yield check_folder(place, _within(frames, every))
    yield check_folder(shot.frames_folder, _within(frames, range(shot.first, shot.last + 1)))


def _within(frames: Numbers[int] | None, every: range) -> list[int]:
    return list(every) if frames is None else [number for number in frames if number in every]


def check_folder(folder: Path, frames: Numbers[int] | None) -> FolderCheck:
    """Which of ``frames`` (None: all from the first to the last that are there) are missing or not whole.

    Raises:
        InputError: there is no such folder, and no frames are named.
    """
    try:
        sequence = find_sequence(folder)
    except InputError:
        if frames is None:
            raise
        return FolderCheck(str(folder), openjd_text(frames), openjd_text(frames), len(frames))
    there = sequence.numbers()
    numbers = frames if frames is not None else list(range(there[0], there[-1] + 1)) if there else []
    missing = sequence.missing(numbers)
    return FolderCheck(str(folder), openjd_text(numbers), openjd_text(missing), len(missing))
