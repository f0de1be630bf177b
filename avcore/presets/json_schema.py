"""JSON Schema (draft 2020-12) of presets, for editors: completion, help texts and squiggles under mistakes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from avcore.fields.families import FIELDS
from avcore.presets.plain import plain
from avcore.presets.preset import Preset
from avcore.presets.scalars import LARGEST
from avcore.presets.settings import MISSING, Setting, settings_of, variant_class
from avcore.signals.spec import Driven
from avcore.spec import Variants
from avcore.timebase import Duration

Schema = dict[str, Any]

# Where fields are described, by whether they are complete: once, since layers and masks have them too.
FIELD_NAMES = {True: "field", False: "partial-field"}

DURATION: Schema = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": LARGEST},
        {"type": "string", "pattern": r"^\s*(\d+(\.\d*)?|\.\d+)\s*(ms|s|sec|beats?|bars?|frames?)?\s*$"},
    ]
}


def json_schema() -> Schema:
    """The schema of a preset file. A file that ``extends`` another may leave out what is required otherwise."""
    extends = {"type": "string", "description": "a preset whose settings this one starts from: a name or a path"}
    complete = _object(Preset, None, complete=True)
    partial = _object(Preset, None, complete=False)
    partial["properties"]["extends"] = extends
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "avcore preset",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {**partial, "required": ["schema", "extends"]},
        "else": complete,
        "$defs": {
            "duration": DURATION,
            FIELD_NAMES[True]: _choices(FIELDS, MISSING, complete=True),
            FIELD_NAMES[False]: _choices(FIELDS, MISSING, complete=False),
        },
    }


def _object(cls: type, default: Any, *, complete: bool, kind: str | None = None) -> Schema:
    properties: Schema = {} if kind is None else {"type": {"const": kind}}
    required = [] if kind is None else ["type"]
    for setting in settings_of(cls):
        usual = setting.default(default)
        schema = _value(setting.hint, setting, usual, complete)
        if usual is MISSING:
            required.append(setting.name)
        else:
            schema = {**schema, "default": plain(usual, setting.hint, full=True)}
        properties[setting.name] = {"description": setting.help, **schema}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if complete and required else schema


def _value(hint: Any, setting: Setting, default: Any, complete: bool) -> Schema:
    origin, args = get_origin(hint), get_args(hint)
    if hint is Duration:
        return {"$ref": "#/$defs/duration"}
    if hint is Driven:
        amount: Schema = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
        amounts: Schema = {"type": "object", "additionalProperties": amount}
        amounts["properties"] = {"base": {**amount, **_number(setting)}}
        return {"anyOf": [{**amount, **_number(setting)}, amounts]}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, default if type(default) is hint else None, complete=complete)
    if origin is Annotated and isinstance(args[1], Variants):
        if args[1] is FIELDS:
            return {"$ref": f"#/$defs/{FIELD_NAMES[complete]}"}
        return _choices(args[1], default, complete=complete)
    if origin in (Union, UnionType):
        return {"anyOf": [_value(arg, setting, default, complete) for arg in args]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        if args[-1] is Ellipsis:
            return {"type": "array", "items": _value(args[0], setting, MISSING, complete)}
        items = [_value(arg, setting, MISSING, complete) for arg in args]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _value(args[1], setting, MISSING, complete)}
    if hint is float:
        return {"minimum": -LARGEST, "maximum": LARGEST, **_number(setting)}
    if hint is int:
        return {**_number(setting), "type": "integer"}
    return {"type": {bool: "boolean", str: "string", NoneType: "null"}[hint]}


def _choices(variants: Variants, default: Any, *, complete: bool) -> Schema:
    classes = {kind: variant_class(name) for kind, name in variants.classes.items()}
    choices = [
        _object(cls, default if type(default) is cls else None, complete=complete, kind=kind)
        for kind, cls in classes.items()
    ]
    # Editors say more about a mistake where there is nothing to choose.
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _number(setting: Setting) -> Schema:
    limits = {"minimum": setting.low, "maximum": setting.high}
    return {"type": "number", **{name: limit for name, limit in limits.items() if limit is not None}}
