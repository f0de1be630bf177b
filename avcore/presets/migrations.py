"""Older preset files brought up to the present format, one version at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from avcore.errors import PresetError
from avcore.presets.node import Node
from avcore.presets.preset import SCHEMA_VERSION

Entries = dict[str, Node]

# From version n to n + 1: a function from the file's entries to new ones. Version 1 is the first.
MIGRATIONS: Mapping[int, Callable[[Entries], Entries]] = {}


def migrate(
    node: Node,
    *,
    migrations: Mapping[int, Callable[[Entries], Entries]] = MIGRATIONS,
    version: int = SCHEMA_VERSION,
) -> Node:
    """The file's mapping in the format ``version``; places stay, so that errors point into the file.

    Raises:
        PresetError: the file names no version, an unknown one, or one newer than this avcore.
    """
    assert isinstance(node.value, dict)
    stated = node.value.get("schema")
    if stated is None:
        raise PresetError(f"{node.place}: schema: is missing; write `schema: {version}` at the top")
    found = stated.value
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        raise PresetError(f"{stated.place}: schema: expected a version such as {version}, got {stated.shown()}")
    if found > version:
        raise PresetError(
            f"{stated.place}: schema: format {found} is newer than this avcore, which reads {version}; update avcore"
        )
    entries = dict(node.value)
    for old in range(found, version):
        entries = migrations[old](entries)
    return replace(node, value={**entries, "schema": replace(stated, value=version, text=None)})
