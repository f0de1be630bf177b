"""The JSON Schema: what loads is valid, and what an editor should underline is not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from avcore.presets import json_schema, list_presets, load_preset
from avcore.presets.plain import to_data

VALIDATOR = jsonschema.Draft202012Validator(json_schema())

PRESET: dict[str, Any] = {
    "schema": 1,
    "signals": {"kick": {"source": {"bass": 0.7, "60-120 Hz": 1}, "release": "200ms", "range": [0, 2]}},
    "field": {"type": "cppn", "layers": 4, "coords": {"zoom": {"base": 1, "kick": 0.2}}, "loop": {"period": "8 bars"}},
    "colour": {"palette": ["#ffffff"], "saturation": 0.5},
}


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(json_schema())))


def test_every_shipped_preset_is_valid() -> None:
    entries = [entry for entry in list_presets() if entry.origin == "shipped"]
    assert entries
    for entry in entries:
        VALIDATOR.validate(yaml.safe_load(Path(entry.path).read_text(encoding="utf-8")))
        VALIDATOR.validate(to_data(load_preset(entry.name), full=True))


def test_a_preset_is_valid_and_a_child_may_leave_out_what_is_required() -> None:
    VALIDATOR.validate(PRESET)
    VALIDATOR.validate({"schema": 1, "extends": "neon", "field": {"gain": 3}, "signals": {"kick": {"release": "1s"}}})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("feild",), {}),
        (("field", "gian"), 3),
        (("field", "layers"), 0),
        (("field", "layers"), "3"),
        (("field", "type"), "cpnn"),
        (("field", "activations"), ["sine"]),
        (("field", "coords", "zoom"), {"base": "x"}),
        (("field", "loop"), {"period": "8 fish"}),
        (("signals", "kick", "relase"), "1s"),
        (("signals", "kick", "range"), [1]),
        (("signals", "kick", "range"), [1, 2, 3]),
        (("signals", "kick", "threshold"), 1),
        (("schema",), 2),
        (("extends",), 3),
    ],
)
def test_mistakes_are_not_valid(path: tuple[str, ...], value: object) -> None:
    preset = copy.deepcopy(PRESET)
    part = preset
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    assert not VALIDATOR.is_valid(preset)


@pytest.mark.parametrize("missing", ["schema", "field"])
def test_what_is_required(missing: str) -> None:
    assert not VALIDATOR.is_valid({key: value for key, value in PRESET.items() if key != missing})


def test_editors_get_help_texts_defaults_and_ranges() -> None:
    choices = json_schema()["$defs"]["field"]["anyOf"]
    (cppn,) = (choice for choice in choices if choice["properties"]["type"] == {"const": "cppn"})
    layers = cppn["properties"]["layers"]
    assert layers["description"]
    assert (layers["default"], layers["minimum"], layers["type"]) == (3, 1, "integer")
