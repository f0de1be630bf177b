"""From a name or a path to a preset: read, migrate, inherit, override, bind, check."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from avcore.errors import PresetError
from avcore.presets.binding import Binder
from avcore.presets.library import Location, find_named, find_parent, find_preset
from avcore.presets.migrations import migrate
from avcore.presets.node import Node, excerpt, merge
from avcore.presets.overrides import override
from avcore.presets.preset import Preset
from avcore.presets.problems import Problem, raise_problems, suggestion
from avcore.presets.yaml_reader import read_yaml_file

MAX_EXTENDS = 8


def load_preset(name_or_path: str | os.PathLike[str], *, overrides: Sequence[str] = ()) -> Preset:
    """The preset of that name or path, with ``dotted.key=VALUE`` overrides.

    Raises:
        PresetError: it is unknown, malformed or out of range; says where, one problem a line.
    """
    return load_location(find_preset(name_or_path), overrides=overrides)


def load_beside(name_or_path: str, preset: Preset, *, overrides: Sequence[str] = ()) -> Preset:
    """A preset that another one names: a path inside its folder, else a name, first in its folder.

    Raises:
        PresetError: it is unknown, outside, malformed or out of range.
    """
    if preset.path is None:
        return load_location(find_named(name_or_path), overrides=overrides)
    return load_location(find_parent(name_or_path, Location(preset.path, preset.origin)), overrides=overrides)


def load_location(location: Location, *, overrides: Sequence[str] = ()) -> Preset:
    """The preset in a file that the library has found.

    Raises:
        PresetError: it is malformed or out of range; says where, one problem a line.
    """
    node, paths = _inherit(location, ())
    preset = bind_preset(override(node, overrides))
    return dataclasses.replace(
        preset,
        name=preset.name or location.path.stem,
        path=location.path,
        origin=location.origin,
        folders=tuple(dict.fromkeys(path.parent for path in paths)),
    )


def bind_preset(node: Node) -> Preset:
    """A preset from a complete mapping in the present format.

    Raises:
        PresetError: something in it is wrong; says where, one problem a line.
    """
    binder = Binder()
    preset: Preset = binder.dataclass(Preset, node)
    signals = node.value.get("signals") if isinstance(node.value, dict) else None
    known = list(signals.value) if signals and isinstance(signals.value, dict) else []
    unknown = [
        Problem(ref.place, ref.key, f"there is no signal {excerpt(ref.signal)!r}; {suggestion(ref.signal, known)}")
        for ref in binder.references
        if ref.signal not in known
    ]
    raise_problems(binder.problems + unknown)
    return preset


def _inherit(location: Location, children: tuple[Path, ...]) -> tuple[Node, list[Path]]:
    """The file's mapping laid over that of the preset it extends, and the files that took part, child first."""
    path = location.path.resolve()
    node = migrate(read_yaml_file(location.path))
    assert isinstance(node.value, dict)
    entries = dict(node.value)
    extends = entries.pop("extends", None)
    node = dataclasses.replace(node, value=entries)
    if extends is None:
        return node, [path]
    chain = (*children, path)
    parent_location = _parent(location, extends)
    if parent_location.path.resolve() in chain:
        names = " -> ".join(link.name for link in (*chain, parent_location.path))
        raise PresetError(f"{extends.place}: extends: goes round in a circle: {names}")
    if len(chain) > MAX_EXTENDS:
        raise PresetError(f"{extends.place}: extends: is a chain of more than {MAX_EXTENDS} presets")
    parent, paths = _inherit(parent_location, chain)
    assert isinstance(parent.value, dict)
    # A title belongs to one file.
    inherited = {key: value for key, value in parent.value.items() if key != "name"}
    return merge(dataclasses.replace(parent, value=inherited), node), [path, *paths]


def _parent(location: Location, extends: Node) -> Location:
    name = extends.text or extends.value
    if not isinstance(name, str) or not name:
        raise PresetError(f"{extends.place}: extends: expected the name or path of a preset, got {extends.shown()}")
    try:
        return find_parent(name, location)
    except PresetError as error:
        raise PresetError(f"{extends.place}: extends: {error}") from error
