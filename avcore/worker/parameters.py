"""A preset's main settings as a flat list, from which a panel is drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np

from avcore.fields.oklab import oklab_to_srgb
from avcore.fields.palette import Palette, parse_hex, ring
from avcore.fields.palette_table import PALETTES
from avcore.fields.pattern import PatternSpec
from avcore.presets.images import read_images
from avcore.presets.plain import plain
from avcore.presets.preset import Preset
from avcore.presets.settings import Setting, settings_of
from avcore.signals.spec import Driven
from avcore.timebase import Duration
from avcore.worker.contract import Parameter, ParameterKind

Group = Literal["look", "motion", "camera", "colour", "sound", "render", "maps"]
GROUPS: tuple[Group, ...] = ("look", "motion", "camera", "colour", "sound", "render", "maps")

SWATCHES = 12
MANY = 1000.0  # of seeds, that a slider reaches

# Where a setting of a field belongs; all others of a field are the look's own.
_GROUP_OF: dict[str, Group] = {"coords": "camera", "period": "motion", "clock": "motion", "loop": "motion"}
_MOTION_OF_NETWORKS = ("motion", "drift", "drift_period")


def parameters(preset: Preset, own: Preset) -> tuple[Parameter, ...]:
    """The settings that an artist turns, by group: the look's own first, then what all pictures share.

    ``own`` is the preset without overrides: its values are the defaults, and the sliders stay where it puts them.
    Signals themselves, layers and the scenes of a director are left to the YAML.
    """
    before = {parameter.key: parameter for parameter in _all(own)}
    colours = _swatches(preset)
    found = []
    for parameter in _all(preset):
        was = before.get(parameter.key, parameter)
        now = dataclasses.replace(was, value=parameter.value, signals=parameter.signals)
        found.append(dataclasses.replace(now, colours=colours) if now.kind == "palette" else now)
    return tuple(found)


def _all(preset: Preset) -> list[Parameter]:
    found = [
        *_walk("field", preset.field, "look"),
        *_walk("colour", preset.colour, "colour"),
        *_walk("render", preset.render, "render"),
        *_walk("maps", preset.maps, "maps"),
    ]
    likes = f"field.{getattr(preset.field, 'likes', '')}"
    shared = {f"field.{setting.name}" for setting in settings_of(PatternSpec)}

    def place(parameter: Parameter) -> tuple[int, bool, bool]:
        key = parameter.key.removesuffix(".base")
        return GROUPS.index(parameter.group), key != likes, key in shared

    return sorted(found, key=place)


def _walk(prefix: str, spec: Any, group: Group) -> Iterator[Parameter]:
    for setting in settings_of(type(spec)):
        key, value = f"{prefix}.{setting.name}", getattr(spec, setting.name)
        within = group
        if prefix == "field":
            within = "motion" if setting.name in _MOTION_OF_NETWORKS else _GROUP_OF.get(setting.name, group)
        if isinstance(value, Driven):
            yield from _driven(key, setting, value, within)
        elif setting.hint == Palette:
            shown = plain(value, setting.hint)
            yield _parameter(key, setting, "palette", shown, within, choices=tuple(PALETTES))
        elif dataclasses.is_dataclass(value) and not isinstance(value, Duration):
            yield from _walk(key, value, within)
        else:
            yield from _simple(key, setting, value, within)


def _simple(key: str, setting: Setting, value: Any, group: Group) -> Iterator[Parameter]:
    """The parameter of a plain setting; none for what a panel cannot show (lists, files, what is left out)."""
    hint = _present(setting.hint)
    check: Any = setting.check
    if get_origin(hint) is Literal and value is not None:
        yield _parameter(key, setting, "choice", value, group, choices=tuple(map(str, get_args(hint))))
    elif isinstance(value, bool):
        yield _parameter(key, setting, "bool", value, group)
    elif isinstance(value, int):
        yield _parameter(key, setting, "int", value, group)
    elif isinstance(value, float):
        yield _parameter(key, setting, "float", value, group)
    elif isinstance(value, Duration):
        yield _parameter(key, setting, "duration", plain(value, hint), group)
    elif isinstance(value, str) and check is parse_hex:
        yield _parameter(key, setting, "colour", value, group)


def _driven(key: str, setting: Setting, value: Driven, group: Group) -> Iterator[Parameter]:
    """The base, and each signal's amount. Where signals move it, the base has a key of its own, so that they stay."""
    base = _parameter(f"{key}.base" if value.by else key, setting, "float", value.base, group)
    yield dataclasses.replace(base, label=_label(setting.name), signals=dict(value.by))
    reach = max(1.0, 2.0 * abs(value.base))
    for signal, amount in value.by.items():
        most = max(reach, 2.0 * abs(amount))
        yield Parameter(
            key=f"{key}.{signal}",
            group="sound",
            label=f"{_label(setting.name)} by {signal}",
            help=f"what {signal} adds: {setting.help}",
            kind="float",
            value=amount,
            default=amount,
            soft_low=-most,
            soft_high=most,
        )


def _parameter(
    key: str, setting: Setting, kind: ParameterKind, value: Any, group: Group, *, choices: tuple[str, ...] = ()
) -> Parameter:
    about = _range(setting, float(value)) if kind in ("float", "int") else {}
    return Parameter(key, group, _label(setting.name), setting.help, kind, value, value, choices=choices, **about)


def _range(setting: Setting, value: float) -> dict[str, Any]:
    """The limits, and those of a slider: up to twice the value or the usual one, where no limit is near that."""
    usual = setting.default(None)
    usual = usual.base if isinstance(usual, Driven) else usual
    size = max(abs(value), abs(usual) if isinstance(usual, int | float) else 0.0)
    reach = 2.0 * size or 1.0
    if setting.high is not None and setting.high > MANY:
        reach = max(reach, MANY)
    low = setting.low if setting.low is not None else 0.0 if size and value >= 0 else -reach
    high = setting.high if setting.high is not None and setting.high <= 10 * reach else max(reach, low)
    return {"low": setting.low, "high": setting.high, "soft_low": min(low, value), "soft_high": max(high, value)}


def _present(hint: Any) -> Any:
    """The annotation without None."""
    if get_origin(hint) in (Union, UnionType):
        rest = [choice for choice in get_args(hint) if choice is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _swatches(preset: Preset) -> tuple[str, ...]:
    """The colours of the palette around its ring, '#rrggbb'."""
    oklab = ring(read_images(preset).colour.palette, SWATCHES)
    rgb = np.round(255 * oklab_to_srgb(oklab)).astype(int)
    return tuple("#{:02x}{:02x}{:02x}".format(*colour) for colour in rgb)
