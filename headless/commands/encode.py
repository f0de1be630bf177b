"""``avcore-headless encode``: rendered or baked frames and their song to a film."""

from __future__ import annotations

import argparse
from collections.abc import Sequence as Numbers
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.cli.options import option_type
from avcore.errors import InputError, UsageError
from avcore.timebase import parse_fps, parse_seconds
from headless.folder import Existing, Sequence, find_sequence, make_folder, refuse_existing
from headless.job import MovieSettings, Shot
from headless.numbers import format_numbers
from headless.options import (
    add_existing_option,
    add_frames_option,
    add_job_options,
    add_threads_option,
    chosen_frames,
    chosen_map,
    chosen_shots,
    open_progress,
)
from headless.progress import Progress

if TYPE_CHECKING:
    from avcore.encode import Soundtrack

HELP = "make a film of rendered or baked frames and their song"

THREADS = 8
"""Of the encoder, whose bytes depend on it: so a film is the same on every host."""


@dataclass(frozen=True)
class Film:
    """What is to be encoded: ``frames`` of ``sequence``, of which the first is at ``start_s`` in ``song``."""

    sequence: Sequence
    frames: tuple[int, ...]
    out: Path
    fps: Fraction
    song: Path | None
    start_s: Fraction
    settings: MovieSettings


@dataclass(frozen=True)
class EncodeReport:
    """The films that were made, and those that were there."""

    films: list[str]
    skipped: list[str]
    frames: int
    notes: list[str]

    def text(self) -> str:
        """The report for people."""
        lines = [f"{film} encoded" for film in self.films] + [f"{film} was there already" for film in self.skipped]
        return "\n".join(lines) or "there is nothing to encode"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless encode``."""
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="the folder of the frames")
    parser.add_argument("-o", "--out", type=Path, metavar="MOVIE", help="the film: .mp4, .mov, .mkv or .webm")
    parser.add_argument("--song", type=Path, help="its sound (default: none)")
    parser.add_argument("--fps", type=option_type(parse_fps), help="frame rate (default: what the frames say)")
    parser.add_argument(
        "--start",
        type=option_type(parse_seconds),
        default=Fraction(0),
        metavar="TIME",
        help="time in the song of the sequence's first frame",
    )
    parser.add_argument("--codec", help="h264, hevc, av1, vp9, prores, ffv1 (default: by the ending)")
    parser.add_argument("--crf", type=float, help="quality: lower is better and larger")
    parser.add_argument("--speed", help="draft, fast, medium, slow, or the encoder's own name for a speed")
    add_frames_option(parser)
    add_existing_option(parser)
    add_threads_option(parser)
    add_job_options(parser)


def run(args: argparse.Namespace) -> EncodeReport:
    """Encode as the arguments say.

    Raises:
        UsageError: what to encode is not said, or will not do.
        InputError: frames or the song are missing; nothing is written.
        OutputError: the film cannot be written.
    """
    frames = chosen_frames(args)
    if args.job is not None:
        films = [shot_film(shot, frames) for shot in chosen_shots(args)]
    elif args.folder is None or args.out is None:
        raise UsageError("name the folder of the frames and the film: DIR -o MOVIE")
    else:
        films = [_film(args, frames)]
    with open_progress(args) as progress:
        return encode_all(films, existing=args.existing, threads=args.threads, progress=progress)


def _film(args: argparse.Namespace, frames: list[int] | None) -> Film:
    paths = chosen_map(args)
    sequence = find_sequence(paths(args.folder))
    there = frames or sequence.numbers()
    if not there:
        raise InputError(f"there are no frames in {args.folder}; render them first")
    numbers = there if frames else list(range(there[0], there[-1] + 1))
    fps = args.fps or sequence.manifest.fps
    start_s = args.start + (numbers[0] - sequence.manifest.start_frame) / fps
    song = None if args.song is None else paths(args.song)
    settings = MovieSettings(args.out.suffix[1:], args.codec, args.crf, args.speed)
    return Film(sequence, tuple(numbers), args.out, fps, song, start_s, settings)


def shot_film(shot: Shot, frames: Numbers[int] | None) -> Film:
    """The film of a shot; numbers that it does not have are passed over.

    Raises:
        InputError: nothing of it has been rendered.
    """
    every = range(shot.first, shot.last + 1)
    numbers = tuple(every) if frames is None else tuple(number for number in frames if number in every)
    start_s = shot.start_s + Fraction((numbers[0] if numbers else shot.first) - shot.first) / shot.fps
    return Film(find_sequence(shot.frames_folder), numbers, shot.movie_file, shot.fps, shot.song, start_s, shot.movie)


def encode_all(
    films: Numbers[Film], *, existing: Existing, progress: Progress, threads: int | None = None
) -> EncodeReport:
    """Encode each; every frame of all of them is looked for before the first is encoded. See ``run``."""
    todo, skipped, notes = [], [], []
    for film in films:
        if not film.frames:
            continue
        if film.out.exists() and existing == "error":
            refuse_existing(film.out)
        if existing == "skip" and _is_newer(film):
            skipped.append(str(film.out))
            progress.skipped(film.frames[0], film.out)
            continue
        _check(film)
        todo.append(film)
    total, done = sum(len(film.frames) for film in todo), 0
    for film in todo:
        notes += _encode(film, threads=threads, progress=progress, before=done, total=total)
        done += len(film.frames)
    for note in notes:
        progress.note(note)
    return EncodeReport([str(film.out) for film in todo], skipped, done, notes)


def _is_newer(film: Film) -> bool:
    """Whether the film is there, and none of its frames was made after it."""
    try:
        made = film.out.stat().st_mtime_ns
        return all(film.sequence.path(number).stat().st_mtime_ns < made for number in film.frames)
    except FileNotFoundError:
        return False


def _check(film: Film) -> None:
    if list(film.frames) != list(range(film.frames[0], film.frames[-1] + 1)):
        raise UsageError("a film needs consecutive frames; give --frames FIRST-LAST")
    if film.song is not None and not film.song.is_file():
        raise InputError(f"there is no song {film.song}")
    missing = film.sequence.missing(film.frames)
    if missing:
        raise InputError(f"{film.sequence.folder} lacks the frames {format_numbers(missing)}; render them first")


def _encode(film: Film, *, threads: int | None, progress: Progress, before: int, total: int) -> list[str]:
    from avcore.encode import VideoSettings, open_video
    from avcore.encode.frame_files import read_frame, read_frames

    paths = [film.sequence.path(number) for number in film.frames]
    height, width, _ = read_frame(paths[0], "uint8").shape
    make_folder(film.out.absolute().parent)
    video = open_video(
        film.out,
        size=(width, height),
        fps=film.fps,
        settings=VideoSettings(film.settings.codec, film.settings.crf, film.settings.speed, threads=threads or THREADS),
        soundtrack=None if film.song is None else _soundtrack(film, film.song),
        metadata={"title": film.out.stem},
        overwrite=True,
    )
    with video:
        for index, frame in enumerate(read_frames(paths, video.pixel)):
            video.write(film.frames[index], frame)
            progress("frames", before + index + 1, total)
    progress.saved(film.frames[-1], film.out)
    return list(video.notes)


def _soundtrack(film: Film, song: Path) -> Soundtrack:
    """The song under the frames: whole, so that it is copied as it is, where they cover it, else cut to the sample."""
    from avcore.audio import analyze
    from avcore.encode import Soundtrack

    shown_s = len(film.frames) / film.fps
    if film.start_s == 0 and shown_s >= Fraction(analyze(song).duration_s):
        return Soundtrack(song)
    return Soundtrack(song, film.start_s, shown_s)
