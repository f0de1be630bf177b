"""Presets to YAML that a person would have written, and that reads back to an equal preset."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from avcore.presets.plain import to_data
from avcore.presets.preset import Preset
from avcore.presets.scalars import expected
from avcore.presets.settings import settings_of
from avcore.presets.yaml_reader import resolve_plain
from avcore.signals.spec import Driven
from avcore.timebase import Duration

INDENT = "  "


def dump_yaml(preset: Preset, *, full: bool = False) -> str:
    """The preset as YAML: what differs from the defaults, or with ``full`` every setting under its help text.

    What it inherits is written out, since ``extends`` is resolved when a preset is loaded.
    """
    explained: set[str] | None = set() if full else None
    return "\n".join(_block(preset, to_data(preset, full=full), depth=0, explained=explained)) + "\n"


def _block(value: Any, data: Mapping[str, Any], *, depth: int, explained: set[str] | None) -> Iterator[str]:
    """The lines of a dataclass, of which ``data`` holds what is to be written.

    A setting's help text comes above it where it is not yet among those ``explained``; None explains nothing.
    """
    indent = INDENT * depth
    if "type" in data:
        yield f"{indent}type: {_flow(data['type'])}"
    for setting in settings_of(type(value)):
        if setting.name not in data:
            continue
        own, plain = getattr(value, setting.name), data[setting.name]
        about = f"{indent}# {setting.help} [{expected(setting.hint, setting)}]"
        if explained is not None and about not in explained:
            explained.add(about)
            yield about
        if _is_block(own) and plain:
            yield f"{indent}{setting.name}:"
            yield from _block(own, plain, depth=depth + 1, explained=explained)
        elif isinstance(own, Mapping) and own and all(_is_block(item) for item in own.values()):
            yield f"{indent}{setting.name}:"
            for name, item in own.items():
                yield f"{indent}{INDENT}{_flow(name)}:{'' if plain[name] else ' {}'}"
                yield from _block(item, plain[name], depth=depth + 2, explained=explained)
        else:
            yield f"{indent}{setting.name}: {_flow(plain)}"


def _is_block(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, Duration | Driven)


def _flow(data: Any) -> str:
    """Plain data on one line."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        # A line break, or what this reader would take for a number or a word of YAML, is kept in double quotes.
        quoted = re.search(r"[\n\r\x85\u2028\u2029]", value) or not isinstance(resolve_plain(value), str)
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if quoted else None)

    Dumper.add_representer(str, text)
    written = yaml.dump(
        [data], Dumper=Dumper, default_flow_style=True, width=math.inf, allow_unicode=True, sort_keys=False
    )
    return written.rstrip("\n")[1:-1]
