"""A job as it is written: YAML or CSV in, one mapping of settings for each shot out. Nothing is looked up yet.

    name: tour
    out: films                                   # beside this file; each shot gets a folder in it
    songs: [music/*.ogg, {song: live.wav, start: 0:30, duration: 20}]
    presets: [ember, {preset: tide, set: [field.seed=3]}]
    list: more.csv                               # columns are settings: song,preset,start,render.samples ...
    shots: [{name: intro, song: a.ogg, preset: rosette, template: sphere}, {scene: stage.blend, song: a.ogg}]
    fps: 24                                      # what follows holds for all shots that do not say otherwise
    render: {resolution: 720p, samples: 16}

Every song meets every preset, but for a line that names both, or a scene. What a line says goes before what the file
says.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from avcore.errors import InputError, PresetError, UsageError
from avcore.presets.binding import INVALID, Binder
from avcore.presets.node import Node, Place, merge
from avcore.presets.overrides import override
from avcore.presets.problems import Problem, raise_problems
from avcore.presets.yaml_reader import Kind, read_yaml_file, resolve_plain
from avcore.spec import setting
from headless.job import MovieSettings, RenderSettings, TextureSettings

JOB_FILE = Kind("job file", 32 << 20, 4_000_000)
SCHEMA_VERSION = 1
_OF_THE_JOB = ("schema", "name", "out", "songs", "presets", "list", "shots")


@dataclass(frozen=True)
class BakeText:
    """A bake, as it is written."""

    song: str = setting(help="the sound file")
    preset: str = setting(help="name of a preset, or a YAML file")
    out: str = setting(help="folder of its pictures")
    count: int = setting(help="how many frames", low=1)
    fps: str = setting("30", help="frame rate")
    start: str = setting("0", help="time in the song of its first frame")
    start_frame: int = setting(1, help="number of its first frame")
    set: tuple[str, ...] = setting((), help="settings of the preset, as in field.gain=3")
    texture: TextureSettings = setting(TextureSettings(), help="how its pictures are made")
    stateless: bool = setting(True, help="false: it is baked in one piece")


@dataclass(frozen=True)
class ShotText:
    """A shot, as it is written. What is None follows from the song or the scene."""

    name: str | None = setting(None, help="of its files; else made of the song's and the preset's")
    song: str | None = setting(None, help="the sound file")
    preset: str | None = setting(None, help="name of a preset, or a YAML file")
    scene: str | None = setting(None, help="a .blend of your own, instead of a preset and a template")
    out: str | None = setting(None, help="folder for all that is made")
    kind: Literal["texture", "live"] = setting("texture", help="baked pictures, or a live material")
    template: str = setting("plane", help="plane, sphere, room, or a .blend with a place for the picture")
    fps: str | None = setting(None, help="frame rate: 24, 29.97, 30000/1001")
    start: str = setting("0", help="time in the song of the first frame")
    duration: str | None = setting(None, help="how much of the song: 10, 0:10, 8 bars")
    first: int | None = setting(None, help="number of the first frame")
    count: int | None = setting(None, help="how many frames, instead of a duration", low=1)
    seed: int | None = setting(None, help="another network or pattern", low=0, high=2**32 - 1)
    set: tuple[str, ...] = setting((), help="settings of the preset, as in field.gain=3")
    texture: TextureSettings = setting(TextureSettings(), help="how pictures are baked")
    render: RenderSettings = setting(RenderSettings(), help="how frames are rendered")
    movie: MovieSettings = setting(MovieSettings(), help="how frames become a film")
    bakes: tuple[BakeText, ...] | None = setting(None, help="what is baked; a resolved job says it")


@dataclass(frozen=True)
class JobText:
    """A job file as it is written, with every shot's own settings."""

    file: Path
    name: str | None
    out: str
    shots: tuple[ShotText, ...] = field(default_factory=tuple)


def read_job(file: Path, *, settings: Sequence[str] = ()) -> JobText:
    """The shots of a YAML job file, or of a CSV list; ``settings`` (``render.samples=4``) go before what it says.

    Raises:
        InputError: the file, or the list that it names, is missing.
        UsageError: something in it is wrong; says where, one problem a line.
    """
    if not file.is_file():
        raise InputError(f"there is no job file {file}")
    if file.suffix.lower() == ".csv":
        node = Node({"list": Node(file.name, Place(str(file)))}, Place(str(file)))
    else:
        node = read_yaml_file(file, kind=JOB_FILE)
    assert isinstance(node.value, dict)
    version = node.value.get("schema")
    if version is not None and version.value != SCHEMA_VERSION:
        raise UsageError(
            f"{version.place}: this job file is of schema {version.shown()}, and avcore reads 1; update it"
        )
    written = [override(_collected(levels), settings) for levels in _levels(node, file)]
    if not written:
        raise UsageError(f"{file} names no shots; give songs and presets, or shots")
    binder = Binder()
    shots = tuple(binder.dataclass(ShotText, shot) for shot in written)
    _raise_once(binder.problems)
    assert INVALID not in shots
    return JobText(file, _text(node, "name"), _text(node, "out") or "out", shots)


def _levels(node: Node, file: Path) -> Iterator[list[Node]]:
    """For each shot, the mappings that it is made of, the weakest first."""
    entries: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
    common = replace(node, value={key: value for key, value in entries.items() if key not in _OF_THE_JOB})
    presets = [_entry(item, "preset") for item in _items(entries.get("presets"))]
    for line in [*_songs(entries.get("songs"), file), *_listed(entries.get("list"), file)]:
        keys: dict[str, Node] = line.value if isinstance(line.value, dict) else {}
        if "preset" in keys or "scene" in keys:
            yield [common, line]
        elif not presets and "preset" not in entries:
            raise UsageError(f"{line.place}: this song meets no preset; give presets: [ember]")
        else:
            yield from ([common, line, preset] for preset in presets or [Node({}, line.place)])
    yield from ([common, _entry(item, "scene")] for item in _items(entries.get("shots")))


def _collected(levels: list[Node]) -> Node:
    """The mappings laid over each other; the lists ``set`` follow each other, since the last counts."""
    merged, sets = levels[0], _sets(levels[0])
    for level in levels[1:]:
        merged = merge(merged, level)
        sets += _sets(level)
    assert isinstance(merged.value, dict)
    return replace(merged, value={**merged.value, "set": Node(list(sets), merged.place)}) if sets else merged


def _sets(level: Node) -> list[Node]:
    found = level.value.get("set") if isinstance(level.value, dict) else None
    return list(found.value) if found is not None and isinstance(found.value, list) else []


def _songs(node: Node | None, file: Path) -> Iterator[Node]:
    """Each song a mapping; ``music/*.ogg`` stands for all that it finds."""
    for item in _items(node):
        entry = _entry(item, "song")
        assert isinstance(entry.value, dict)
        song = entry.value.get("song")
        if song is None or not isinstance(song.value, str) or "*" not in song.value:
            yield entry
            continue
        found = sorted(file.absolute().parent.glob(song.value)) if not Path(song.value).is_absolute() else []
        if not found:
            raise InputError(f"{song.place}: {song.value} finds no song in {file.absolute().parent}")
        for path in found:
            yield replace(entry, value={**entry.value, "song": replace(song, value=str(path), text=None)})


def _listed(node: Node | None, file: Path) -> Iterator[Node]:
    """The lines of a CSV list: columns are settings, empty cells say nothing, a ``;`` parts the settings in ``set``."""
    if node is None:
        return
    if not isinstance(node.value, str):
        raise UsageError(f"{node.place}: list: expected a CSV file, got {node.shown()}")
    path = file.absolute().parent / node.value
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, skipinitialspace=True, strict=True)
            for row in rows:
                yield _row(row, Place(str(path), rows.line_num))
    except OSError as error:
        raise InputError(f"the list {path} cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no CSV list in UTF-8: {error}") from error


def _row(row: dict[Any, Any], place: Place) -> Node:
    node = Node({}, place)
    if None in row:
        raise UsageError(f"{place}: there are more cells than columns")
    for key, cell in row.items():
        text = (cell or "").strip()
        if not text:
            continue
        if key.strip() == "set":
            sets: list[Node] = [Node(part.strip(), place) for part in text.split(";") if part.strip()]
            node = merge(node, Node({"set": Node(sets, place)}, place))
            continue
        value: Node = Node(resolve_plain(text), place, text)
        for name in reversed(re.split(r"\s*\.\s*", key.strip())):
            value = Node({name: value}, place)
        node = merge(node, value)
    return node


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    if not isinstance(node.value, list):
        raise UsageError(f"{node.place}: expected a list, got {node.shown()}")
    return node.value


def _entry(node: Node, key: str) -> Node:
    """An item of a list as a mapping: a word alone is its ``key``."""
    return node if isinstance(node.value, dict) else Node({key: node}, node.place)


def _text(node: Node, key: str) -> str | None:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    if found is None or found.value is None:
        return None
    text = found.text if found.text is not None else found.value
    if not isinstance(text, str):
        raise UsageError(f"{found.place}: {key}: expected text, got {found.shown()}")
    return text


def _raise_once(problems: Sequence[Problem]) -> None:
    """Every problem once, though it may hold for many shots."""
    try:
        raise_problems(list(dict.fromkeys(problems)))
    except PresetError as error:
        raise UsageError(str(error)) from None
