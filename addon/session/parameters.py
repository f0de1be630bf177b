"""A preset's settings as custom properties, so that Blender draws each with its own range and help.

`Describe` lists them; each becomes an item of ``PresetSettings.parameters`` whose custom property ``value`` has the
range, unit and help. What differs from the preset's own value is an override.
"""

from __future__ import annotations

import json
from typing import Any

from ..engine.contract import Describe, Description, Parameter
from . import heard, refresh
from .engine import session

VALUE = "value"
MOST = 2**31 - 1  # a custom property is an integer of 32 bits


def _whole(value: Any) -> int:
    return max(-MOST, min(MOST, int(value)))


_NUMBERS: dict[str, Any] = {"float": float, "int": _whole, "bool": bool}
_EMPTY: dict[str, Any] = {"float": 0.0, "int": 0, "bool": False, "choice": 0, "colour": [0.0, 0.0, 0.0]}
_asked: set[tuple[str, str]] = set()
_seen = ""


def overrides(preset: Any) -> dict[str, Any]:
    """What differs from the preset's own values: dotted keys to plain values.

    Raises:
        ValueError: ``preset.overrides`` is no mapping in JSON.
    """
    found = _mapping(preset.overrides)
    if preset.described != preset.name:
        return found
    for item in preset.parameters:
        found.pop(item.key, None)
        value = read(item)
        if value != json.loads(item.default):
            found[item.key] = value
    return found


def fill(preset: Any, description: Description) -> None:
    """Make the items for a preset that was described; values that were set for the same preset stay."""
    values = overrides(preset)
    heard.take_signals(preset.name, description)
    preset.parameters.clear()
    for parameter in description.parameters:
        item = preset.parameters.add()
        item.name = item.key = parameter.key
        item.group, item.label, item.kind = parameter.group, parameter.label, parameter.kind
        item.default = json.dumps(parameter.value if parameter.default is None else parameter.default)
        item.colours = " ".join(parameter.colours)
        _limit(item, parameter)
        set_value(item, values.get(parameter.key, json.loads(item.default)))
    preset.described = preset.name
    preset.overrides = json.dumps(values, sort_keys=True)


def set_overrides(preset: Any, values: dict[str, Any]) -> None:
    """Set dotted keys to plain values, and all else to the preset's own; wait for its description.

    Raises:
        WorkerError: there is no such preset or setting, or no worker.
        ValueError: ``values`` is no mapping.
    """
    text = json.dumps(values, sort_keys=True)
    _mapping(text)
    session.wait(Describe(preset.name, values))  # refuses what the preset has not
    description = session.wait(Describe(preset.name))
    preset.described, preset.overrides = "", text
    fill(preset, description)


def reset(preset: Any) -> None:
    """Give all settings the preset's own values."""
    preset.overrides = "{}"
    for item in preset.parameters:
        set_value(item, json.loads(item.default))


def is_described(preset: Any) -> bool:
    """Whether the parameters are those of the preset."""
    return bool(preset.described == preset.name)


def has_changed(preset: Any) -> bool:
    """Whether a setting differs from what ``overrides`` held when this was asked last."""
    global _seen
    before, _seen = _seen, json.dumps(overrides(preset), sort_keys=True)
    return before != _seen


def follow(preset: Any) -> bool:
    """Describe the preset in a while, where it is not; whether it is described already."""
    if is_described(preset):
        return True
    name, scene = preset.name, preset.id_data.name

    def take(description: Description) -> None:
        import bpy

        current = bpy.data.scenes[scene].avcore.now.preset if scene in bpy.data.scenes else None
        if current is not None and current.name == name:
            fill(current, description)
            refresh.soon()
            refresh.redraw()

    if (preset.name, scene) not in _asked:
        _asked.add((name, scene))
        session.ask(
            Describe(name),
            lambda reply: (_asked.discard((name, scene)), take(reply)),
            failed=lambda why: _asked.discard((name, scene)),
        )
    return False


def read(item: Any) -> Any:
    """The plain value of one item."""
    value = item[VALUE]
    if item.kind == "bool":
        return bool(value)
    if item.kind == "choice":
        return _choices(item)[value]
    if item.kind == "colour":
        return "#" + "".join(f"{round(255 * _srgb(channel)):02x}" for channel in value[:3])
    if item.kind in ("palette", "duration", "text"):
        return _text_value(item, value)
    if item.kind == "float":
        default = json.loads(item.default)
        near = isinstance(default, int | float) and abs(value - default) <= 1e-6 * max(1.0, abs(default))
        return default if near else round(float(value), 6)
    return int(value)


def set_value(item: Any, value: Any) -> None:
    """Give one item a plain value."""
    if item.kind == "choice":
        choices = _choices(item)
        item[VALUE] = choices.index(value) if value in choices else 0
    elif item.kind == "colour":
        digits = str(value).lstrip("#")
        item[VALUE] = [_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4)]
    elif item.kind in _NUMBERS:
        item[VALUE] = _NUMBERS[item.kind](value)
    else:
        item[VALUE] = value if isinstance(value, str) else json.dumps(value)


def _limit(item: Any, parameter: Parameter) -> None:
    """Give one item its range and help; the custom property must be there for that."""
    about: dict[str, Any] = {"description": parameter.help}
    item[VALUE] = _EMPTY.get(parameter.kind, "")
    if parameter.kind in ("float", "int"):
        about |= _limits(parameter, _NUMBERS[parameter.kind])
    elif parameter.kind == "choice":
        about["items"] = [(name, name.replace("_", " "), "", 0, at) for at, name in enumerate(parameter.choices)]
    elif parameter.kind == "colour":
        about |= {"subtype": "COLOR", "min": 0.0, "max": 1.0}
    item.id_properties_ui(VALUE).update(**about)


def _limits(parameter: Parameter, kind: Any) -> dict[str, Any]:
    known = {
        "min": parameter.low,
        "max": parameter.high,
        "soft_min": parameter.soft_low,
        "soft_max": parameter.soft_high,
        "default": parameter.default,
    }
    return {name: kind(value) for name, value in known.items() if value is not None}


def _choices(item: Any) -> list[str]:
    return [choice[0] for choice in item.id_properties_ui(VALUE).as_dict()["items"]]


def _text_value(item: Any, value: str) -> Any:
    """Text as it is, unless the preset's own value is no text and this reads as JSON (a list of colours, a number)."""
    if value.startswith(("[", "{")) or not isinstance(json.loads(item.default), str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise ValueError(f"the overrides are not JSON ({error}); clear them or correct them") from None
    if not isinstance(found, dict):
        raise ValueError('the overrides are not a mapping such as {"colour.saturation": 1.3}')
    return found


def _linear(value: float) -> float:
    """Of sRGB (IEC 61966-2-1): Blender shows a custom colour as linear light."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _srgb(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
