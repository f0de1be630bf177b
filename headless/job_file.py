"""Job files: what is written becomes shots with all that follows from the songs. ``job_writer`` is the way back."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from avcore.encode.frame_folder import safe_name
from avcore.errors import UsageError
from avcore.presets.yaml_reader import read_yaml
from avcore.timebase import parse_fps, parse_seconds
from headless.job import Bake, Job, Shot
from headless.job_lookup import Lookup
from headless.job_text import BakeText, JobText, ShotText, read_job
from headless.path_map import PathMap

DEFAULT_FPS = Fraction(30)
LONGEST_NAME = 80
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # Windows has devices of these names


def load_job(file: Path, *, paths: PathMap | None = None, settings: Sequence[str] = ()) -> Job:
    """The job in a YAML file or a CSV list, every shot with its frames; songs are analysed where that is needed.

    ``settings`` (``render.samples=4``) go before what the file says of all shots.

    Raises:
        InputError: the file, a song or a scene is missing or unreadable.
        UsageError: something in it is wrong, or two shots have one name.
        PresetError: a preset is unknown or wrong.
    """
    text = read_job(file, settings=settings)
    lookup = Lookup()
    shots = tuple(_shot(shot, name, text, paths or PathMap(), lookup) for name, shot in _named(text))
    return Job(safe_name(text.name or file.stem)[:LONGEST_NAME] or "job", file.absolute(), shots)


def load_shot(file: Path, name: str = "", *, paths: PathMap | None = None, settings: Sequence[str] = ()) -> Shot:
    """One shot of a job; where there is only one, it needs no name. See ``load_job``."""
    text = read_job(file, settings=settings)
    named = dict(_named(text))
    if not name and len(named) == 1:
        name = next(iter(named))
    if name not in named:
        known = ", ".join(list(named)[:12])
        raise UsageError(f"{file} has no shot {name!r}; it has {known}" if name else f"--shot: name one of {known}")
    return _shot(named[name], name, text, paths or PathMap(), Lookup())


def load_shots(file: Path, name: str = "", *, paths: PathMap | None = None, settings: Sequence[str] = ()) -> list[Shot]:
    """The shot of that name, or without one all of them. See ``load_job``."""
    if name:
        return [load_shot(file, name, paths=paths, settings=settings)]
    return list(load_job(file, paths=paths, settings=settings).shots)


def shot_names(file: Path) -> list[str]:
    """The names of a job's shots, without looking at a song."""
    return [name for name, _ in _named(read_job(file))]


def resolve(text: ShotText, *, folder: Path, name: str = "", paths: PathMap | None = None) -> Shot:
    """A shot from settings; relative paths begin in ``folder``. See ``load_job`` for what it raises."""
    shot_name = name or _plain_name(text)
    return _shot(text, shot_name, JobText(folder.absolute() / "job.yaml", None, "."), paths or PathMap(), Lookup())


def _named(text: JobText) -> list[tuple[str, ShotText]]:
    """Names that are safe in paths and that no two shots share, not even where case does not count."""
    taken: dict[str, str] = {}
    for shot in text.shots:
        if shot.name is None:
            continue
        name = _safe(shot.name)
        if name.casefold() in taken:
            raise UsageError(f"{text.file}: two shots are called {name}; give one another name")
        taken[name.casefold()] = name
    named = []
    for shot in text.shots:
        name = _safe(shot.name) if shot.name is not None else _plain_name(shot)
        if shot.name is None:
            count, stem = 1, name
            while name.casefold() in taken:
                count += 1
                name = f"{stem}_{count}"
            taken[name.casefold()] = name
        named.append((name, shot))
    return named


def _plain_name(shot: ShotText) -> str:
    """A name made of what the shot is made of."""
    parts = [part for part in (shot.scene or shot.song, shot.preset if not shot.scene else None) if part]
    return _safe("_".join(re.split(r"[\\/]", part)[-1].rsplit(".", 1)[0] for part in parts))


def _safe(text: str) -> str:
    name = safe_name(text)[:LONGEST_NAME].strip("_-") or "shot"
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def _shot(text: ShotText, name: str, job: JobText, paths: PathMap, lookup: Lookup) -> Shot:
    folder = job.file.absolute().parent
    out = _path(text.out, folder, paths) if text.out else _path(job.out, folder, paths) / name
    if text.scene is not None:
        return _scene_shot(text, name, out, folder, paths)
    if text.song is None or text.preset is None:
        lacking = "a song" if text.song is None else "a preset"
        raise UsageError(f"{job.file}: shot {name} has neither {lacking} nor a scene; give one")
    song, preset = _path(text.song, folder, paths), _preset(text.preset, folder, paths)
    fps, start_s, first = _fps(text), _time(text.start), 1 if text.first is None else text.first
    overrides = _overrides(text.set) | ({} if text.seed is None else {"field.seed": text.seed})
    loaded = None if text.count and text.bakes is not None else lookup.preset(preset, overrides)
    count = text.count if loaded is None or text.count else lookup.n_frames(text, song, loaded, fps, start_s)
    assert count is not None
    if text.bakes is not None:
        bakes: tuple[Bake, ...] = tuple(_bake(bake, folder, paths) for bake in text.bakes)
    elif text.kind == "texture":
        bakes = (
            Bake(
                *(song, preset, out / "texture", fps, start_s, count, first, overrides, text.texture),
                stateless=bool(getattr(getattr(loaded, "field", None), "stateless", True)),
            ),
        )
    else:
        bakes = ()
    return Shot(
        name=name,
        song=song,
        preset=preset,
        scene=out / f"{name}.blend",
        out=out,
        fps=fps,
        start_s=start_s,
        first=first,
        last=first + count - 1,
        kind=text.kind,
        template=_template(text.template, folder, paths),
        overrides=overrides,
        bakes=bakes,
        render=text.render,
        movie=text.movie,
    )


def _scene_shot(text: ShotText, name: str, out: Path, folder: Path, paths: PathMap) -> Shot:
    """A shot of a scene of the user's: what the file does not say is read from the scene, which takes Blender."""
    assert text.scene is not None
    scene = _path(text.scene, folder, paths)
    if text.preset is not None:
        raise UsageError(f"shot {name} has a scene and a preset; the scene {scene.name} says itself what it shows")
    song = None if text.song is None else _path(text.song, folder, paths)
    bakes = None if text.bakes is None else tuple(_bake(bake, folder, paths) for bake in text.bakes)
    if song is None or bakes is None or text.count is None or text.first is None or text.fps is None:
        from headless.scene.shots import scene_shot

        read = scene_shot(scene)
    else:
        read = Shot(name, song, "", scene, out, _fps(text), _time(text.start), text.first, text.first + text.count - 1)
    first = read.first if text.first is None else text.first
    start_s = read.start_s + (first - read.first) / read.fps if text.start == "0" else _time(text.start)
    return replace(
        read,
        name=name,
        preset="",
        scene=scene,
        out=out,
        song=song or read.song,
        start_s=start_s,
        first=first,
        last=read.last if text.count is None else first + text.count - 1,
        bakes=read.bakes if bakes is None else bakes,
        render=text.render,
        movie=text.movie,
    )


def _bake(text: BakeText, folder: Path, paths: PathMap) -> Bake:
    return Bake(
        song=_path(text.song, folder, paths),
        preset=_preset(text.preset, folder, paths),
        out=_path(text.out, folder, paths),
        fps=parse_fps(text.fps),
        start_s=_time(text.start),
        count=text.count,
        start_frame=text.start_frame,
        overrides=_overrides(text.set),
        texture=text.texture,
        stateless=text.stateless,
    )


def _path(text: str, folder: Path, paths: PathMap) -> Path:
    return Path(os.path.normpath(folder / paths(text)))


def _preset(text: str, folder: Path, paths: PathMap) -> str:
    """A preset by its name as it is, by a file with its whole path."""
    return str(_path(text, folder, paths)) if text.lower().endswith((".yaml", ".yml")) else text


def _template(text: str, folder: Path, paths: PathMap) -> str:
    return str(_path(text, folder, paths)) if text.lower().endswith(".blend") else text


def _fps(text: ShotText) -> Fraction:
    return DEFAULT_FPS if text.fps is None else parse_fps(text.fps)


def _time(text: str) -> Fraction:
    """Seconds as people write them, or as a whole ratio ``1001/30000``; below 0 the song begins later than the shot."""
    if text.startswith("-"):
        return -_time(text[1:])
    return Fraction(text) if re.fullmatch(r"\d{1,18}/[1-9]\d{0,17}", text) else parse_seconds(text)


def _overrides(written: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in written:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"set: {text[:60]!r}: write it as key=value, such as field.gain=3")
        found[key.strip()] = read_yaml(value, source=f"set {text[:60]}", numbered=False).plain()
    return found
