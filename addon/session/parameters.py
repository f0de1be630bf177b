"""A preset's settings as custom properties, so that Blender draws each with its own range and help.

`Describe` lists them; each becomes an item of ``PresetSettings.parameters`` whose custom property ``value`` has the
range, unit and help. What differs from the preset's own value is an override.
"""

from __future__ import annotations

import json
from typing import Any

from ..engine.contract import Describe, Description, Parameter
from .engine import session

VALUE = "value"
_described: set[str] = set()


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
    preset.parameters.clear()
    for parameter in description.parameters:
        item = preset.parameters.add()
        item.name = item.key = parameter.key
        item.group, item.label, item.kind = parameter.group, parameter.label, parameter.kind
        item.default = json.dumps(parameter.value if parameter.default is None else parameter.default)
        item.colours = " ".join(parameter.colours)
        _put(item, parameter, values.get(parameter.key, json.loads(item.default)))
    preset.described = preset.name
    preset.overrides = json.dumps(values, sort_keys=True)


def set_overrides(preset: Any, values: dict[str, Any]) -> None:
    """Set dotted keys to plain values; all others get the preset's own."""
    preset.overrides = json.dumps(values, sort_keys=True)
    preset.described, described = "", preset.described
    if described == preset.name:
        describe(preset)


def describe(preset: Any) -> None:
    """Describe the preset now and wait for it.

    Raises:
        WorkerError: there is no such preset, or no worker.
    """
    fill(preset, session.wait(Describe(preset.name)))


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


def _put(item: Any, parameter: Parameter, value: Any) -> None:
    """Give an item its value, with range and help."""
    about: dict[str, Any] = {"description": parameter.help}
    kind = parameter.kind
    if kind == "float":
        item[VALUE] = float(value)
        about |= _limits(parameter, float)
    elif kind == "int":
        item[VALUE] = int(value)
        about |= _limits(parameter, int)
    elif kind == "bool":
        item[VALUE] = bool(value)
        about["default"] = bool(json.loads(item.default))
    elif kind == "choice":
        item[VALUE] = parameter.choices.index(value) if value in parameter.choices else 0
        about["items"] = [(name, name.replace("_", " "), "", 0, at) for at, name in enumerate(parameter.choices)]
    elif kind == "colour":
        digits = str(value).lstrip("#")
        item[VALUE] = [_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4)]
        about |= {"subtype": "COLOR", "min": 0.0, "max": 1.0}
    else:
        item[VALUE] = value if isinstance(value, str) else json.dumps(value)
    item.id_properties_ui(VALUE).update(**about)


def _limits(parameter: Parameter, kind: type) -> dict[str, Any]:
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
