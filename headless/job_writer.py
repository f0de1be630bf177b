"""A resolved job to a file that every machine reads: nothing is left to look up, and the folder can be moved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from avcore.files import write_whole
from avcore.presets.overrides import setting_text
from avcore.presets.plain import to_data
from headless.job import Bake, Job, Shot
from headless.job_text import SCHEMA_VERSION


def write_job(job: Job, file: Path) -> None:
    """Write a job so that reading it gives the same shots, without a look at songs or scenes.

    Paths in the folder of ``file`` are written relative to it, so that the folder can be moved.

    Raises:
        OutputError: the file cannot be written.
    """
    import yaml

    folder = file.absolute().parent
    document = {"schema": SCHEMA_VERSION, "name": job.name, "shots": [_shot_data(shot, folder) for shot in job.shots]}
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    write_whole(file, text.encode())


def _shot_data(shot: Shot, folder: Path) -> dict[str, Any]:
    of_song = {
        "preset": _preset_data(shot.preset, folder),
        "kind": shot.kind,
        "template": _preset_data(shot.template, folder),
    }
    return {
        "name": shot.name,
        "song": _relative(shot.song, folder),
        **(of_song if shot.preset else {"scene": _relative(shot.scene, folder)}),
        "out": _relative(shot.out, folder),
        "fps": str(shot.fps),
        "start": _seconds(shot.start_s),
        "first": shot.first,
        "count": shot.last - shot.first + 1,
        **_sets(shot.overrides),
        **_settings(shot, "render", "movie"),
        "bakes": [_bake_data(bake, folder) for bake in shot.bakes],
    }


def _bake_data(bake: Bake, folder: Path) -> dict[str, Any]:
    return {
        "song": _relative(bake.song, folder),
        "preset": _preset_data(bake.preset, folder),
        "out": _relative(bake.out, folder),
        "count": bake.count,
        "fps": str(bake.fps),
        "start": _seconds(bake.start_s),
        "start_frame": bake.start_frame,
        **_sets(bake.overrides),
        **_settings(bake, "texture"),
        **({} if bake.stateless else {"stateless": False}),
    }


def _settings(owner: Shot | Bake, *names: str) -> dict[str, Any]:
    """Those of its groups of settings that say anything."""
    return {name: data for name in names if (data := to_data(getattr(owner, name)))}


def _sets(overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {"set": [setting_text(key, value) for key, value in overrides.items()]} if overrides else {}


def _relative(path: Path, folder: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path)


def _preset_data(text: str, folder: Path) -> str:
    return _relative(Path(text), folder) if os.path.isabs(text) else text


def _seconds(value: Fraction) -> str:
    """As a decimal where that is exact, else as a ratio."""
    decimal = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return decimal if Fraction(decimal) == value else str(value)
