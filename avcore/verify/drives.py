"""Which settings of a preset its signals move, and which features feed the signals."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from avcore.presets.preset import Preset
from avcore.signals.spec import Driven, SignalSpec


def settings_by_signal(preset: Preset) -> dict[str, tuple[str, ...]]:
    """For each signal the dotted names of the settings that it moves; an empty tuple where it moves nothing."""
    moved: dict[str, list[str]] = {name: [] for name in preset.signals}
    for setting, names in _references(preset, ""):
        for name in names:
            if name in moved:
                moved[name].append(setting)
    return {name: tuple(settings) for name, settings in moved.items()}


def _references(spec: Any, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(dotted name, signals) of every setting inside ``spec`` that names signals."""
    for item in dataclasses.fields(spec):
        value = getattr(spec, item.name)
        here = f"{path}.{item.name}".removeprefix(".")
        if isinstance(value, Driven):
            yield here, tuple(name for name, amount in value.by.items() if amount != 0.0)
        elif item.metadata.get("refers") == "signals":
            yield here, tuple(value)
        elif dataclasses.is_dataclass(value):
            yield from _references(value, here)
        elif isinstance(value, tuple):
            for index, part in enumerate(value):
                if dataclasses.is_dataclass(part):
                    yield from _references(part, f"{here}[{index}]")


def sources(spec: SignalSpec) -> Mapping[str, float]:
    """The features or bands that feed a signal and the part that each has in it; the parts add up to 1."""
    if isinstance(spec.source, str):
        return {spec.source: 1.0}
    total = sum(abs(weight) for weight in spec.source.values())
    return {name: abs(weight) / total for name, weight in spec.source.items() if weight}
