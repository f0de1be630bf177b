"""Settings given beside the preset: ``--set field.gain=3``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from avcore.errors import PresetError
from avcore.presets.node import Node, Place, excerpt
from avcore.presets.yaml_reader import read_yaml


def setting_text(key: str, value: Any) -> str:
    """A plain value as ``override`` reads it: ``field.gain=3``."""
    # JSON is YAML but for characters beyond the first 65536, which it writes in two halves.
    written = re.sub(
        r"\\u(d[89ab]\w\w)\\u(d[c-f]\w\w)",
        lambda pair: f"\\U{0x10000 + ((int(pair[1], 16) - 0xD800) << 10) + int(pair[2], 16) - 0xDC00:08x}",
        json.dumps(value),
    )
    return f"{key}={written}"


def override(node: Node, settings: Sequence[str]) -> Node:
    """The preset's mapping with each ``dotted.key=VALUE`` put in its place; values are YAML, and replace what is there.

    Items of a list have their number, from 0: ``layers.0.opacity=0.5``.

    Raises:
        PresetError: not of that form, or the key goes through something that has no such part.
    """
    for setting in settings:
        source = f"--set {setting}"
        key, equals, text = setting.partition("=")
        names = [name.strip() for name in key.split(".")]
        if not equals or not all(names):
            raise PresetError(f"{source}: write it as key=value, such as field.gain=3")
        node = _put(node, names, read_yaml(text, source=source, numbered=False), within="the preset")
    return node


def _put(node: Node, names: list[str], value: Node, *, within: str) -> Node:
    name, *rest = names
    inside = name if within == "the preset" else f"{within}.{name}"
    if isinstance(node.value, list):
        if not (name.isdecimal() and int(name) < len(node.value)):
            raise PresetError(
                f"{value.place}: {within} is a list of {len(node.value)}, which has no {excerpt(name)!r}; "
                "its items are numbered from 0"
            )
        items = list(node.value)
        items[int(name)] = _put(items[int(name)], rest, value, within=inside) if rest else value
        return replace(node, value=items)
    if not isinstance(node.value, dict):
        raise PresetError(f"{value.place}: {within} is {node.shown()}, not a mapping; set it as a whole")
    if rest:
        value = _put(node.value.get(name, Node({}, Place(value.place.source))), rest, value, within=inside)
    return replace(node, value={**node.value, name: value})
