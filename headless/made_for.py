"""What a scene was made for, noted beside it, so that one that is there is neither made again nor taken for another."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from avcore.errors import InputError, UsageError
from avcore.files import write_whole
from headless.job import MovieSettings, RenderSettings, Shot


def is_made(shot: Shot) -> bool:
    """Whether the scene of ``shot`` is there; one without a note was made by hand, and is taken as it is.

    Raises:
        InputError: the song is missing.
        UsageError: a scene is there, and was made for something else.
    """
    if not shot.scene.exists():
        return False
    if not shot.song.is_file():
        raise InputError(f"there is no song {shot.song}; check the path")
    try:
        noted = _note(shot).read_text(encoding="utf-8")
    except OSError:
        return True
    if noted != _what_decides(shot):
        raise UsageError(
            f"{shot.scene} was made for another song, preset or part of it; choose another folder, or say "
            "--existing overwrite (setup: --overwrite)"
        )
    return True


def note_made(shot: Shot) -> None:
    """Note what the scene of ``shot`` was made for.

    Raises:
        OutputError: the note cannot be written.
    """
    write_whole(_note(shot), _what_decides(shot).encode())


def _note(shot: Shot) -> Path:
    return shot.scene.with_name(f".{shot.scene.name}.made-for")


def _what_decides(shot: Shot) -> str:
    """What a scene is made of, the same wherever its job's folder lies; how it is rendered is said later."""
    with shot.song.open("rb") as file:
        song = Path(hashlib.file_digest(file, "sha256").hexdigest())
    bakes = tuple(replace(bake, song=song, preset="", out=Path(bake.out.name)) for bake in shot.bakes)
    told = replace(shot, song=song, bakes=bakes, preset=Path(shot.preset).name, template=Path(shot.template).name)
    return repr(replace(told, scene=Path(), out=Path(), render=RenderSettings(), movie=MovieSettings()))
