"""What the worker says about presets, and how it keeps a new one."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from avcore.errors import UsageError
from avcore.export.preset import Liveness, liveness, liveness_of
from avcore.files import output_error, replacing
from avcore.presets import PresetEntry, dump_yaml, list_presets, load_preset, preset_hash
from avcore.presets.catalogue import entry_of, list_looks
from avcore.presets.images import read_images
from avcore.presets.library import Location, search_folders, slug
from avcore.presets.loading import load_location
from avcore.presets.overrides import setting_text
from avcore.presets.plain import to_data
from avcore.presets.preset import SCHEMA_VERSION, Preset
from avcore.presets.yaml_reader import read_yaml_file
from avcore.worker.contract import Description, Look, PresetInfo, PresetList, Saved
from avcore.worker.parameters import parameters

MAX_NAME = 60


def user_folder() -> Path:
    """Where the user's own presets lie, whether or not it is there yet."""
    return next(folder for folder, origin in search_folders() if origin == "user")


def load(preset: str, overrides: Mapping[str, Any]) -> Preset:
    """The preset of that name or path, with dotted keys set to plain values.

    Raises:
        PresetError: it is unknown, malformed or out of range.
    """
    return load_preset(preset, overrides=[setting_text(key, value) for key, value in overrides.items()])


def listing() -> PresetList:
    """All presets, families, looks and palettes."""
    from avcore.fields.palette_table import PALETTES

    looks = tuple(Look(look.name, look.family, look.description, look.likes) for look in list_looks())
    return PresetList(
        presets=tuple(_info(entry, liveness_of(entry)) for entry in list_presets()),
        families=tuple(dict.fromkeys(look.family for look in looks)),
        looks=looks,
        palettes=tuple(PALETTES),
    )


def describe(name: str, overrides: Mapping[str, Any]) -> Description:
    """One preset with its main settings.

    Raises:
        PresetError: it is unknown, malformed or out of range.
    """
    preset = load(name, overrides)
    return Description(
        preset=_info(entry_of(preset), liveness(preset)),
        yaml=dump_yaml(preset),
        sha256=preset_hash(read_images(preset)),
        parameters=parameters(preset, load(name, {})),
        signals={name: to_data(signal) for name, signal in preset.signals.items()},
    )


def save(name: str, base: str, overrides: Mapping[str, Any], *, description: str, overwrite: bool) -> Saved:
    """Write a preset into the user's folder: what differs from ``base``, which it extends.

    Where that cannot be said as a difference (``base`` is a file of its own, or a mapping is replaced), all settings
    are written.

    Raises:
        PresetError: the base or an override will not do.
        UsageError: the name will not do, or is taken.
        OutputError: it cannot be written.
    """
    title = name.strip()
    stem = slug(title)
    if not stem or len(stem) > MAX_NAME or stem.startswith(".") or not all(c.isalnum() or c in "-.+" for c in stem):
        raise UsageError(f"{name[:MAX_NAME]!r} cannot be a preset's name; use letters, digits, spaces and -")
    path = user_folder() / f"{stem}.yaml"
    if path.exists() and not overwrite:
        raise UsageError(f"you have a preset {stem} already; choose another name, or replace it")
    preset = load(base, overrides)
    assert preset.path is not None
    entries: dict[str, Any] = {"schema": SCHEMA_VERSION, "name": title}
    if description:
        entries["description"] = description
    whole = preset.origin == "file" or any(isinstance(value, dict) for value in overrides.values())
    if preset.path.resolve() == path.resolve():
        entries = {**read_yaml_file(path).plain(), **entries}  # it keeps what it extends
    elif whole:
        complete = dataclasses.replace(preset, **entries, folders=(path.parent,))
        _require_files(complete)
        return _write(path, dump_yaml(complete))
    else:
        entries["extends"] = slug(preset.path.stem)
    for key, value in overrides.items():
        _put(entries, key.split("."), value)
    return _write(path, "\n".join(_lines(entries)) + "\n")


def _require_files(preset: Preset) -> None:
    """Refuse a preset whose files are not where it will be.

    Raises:
        PresetError: so it is.
    """
    read_images(preset)
    weights = getattr(preset.field, "weights", None)
    if weights is not None:
        preset.file(weights)


def _write(path: Path, text: str) -> Saved:
    """Write a preset that reads back; what was there stays where it does not."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(error, path.parent) from error
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
        load_location(Location(part, "user"))
    return Saved(slug(path.stem), str(path))


def _put(entries: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        inner = entries.get(name)
        entries[name] = inner if isinstance(inner, dict) else {}
        entries = entries[name]
    entries[names[-1]] = value


def _lines(entries: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """YAML with values as JSON, which every YAML reader takes for the same."""
    for name, value in entries.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}"


def _info(entry: PresetEntry, live: Liveness) -> PresetInfo:
    return PresetInfo(
        name=entry.name,
        title=entry.title or entry.name,
        path=str(entry.path),
        origin=entry.origin,
        description=entry.description,
        tags=entry.tags,
        family=entry.family,
        look=entry.look,
        thumbnail=str(entry.thumbnail or ""),
        error=entry.error,
        live_nodes=live.nodes,
        not_live=live.why_not,
    )
