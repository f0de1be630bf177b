"""Presets: YAML to checked dataclasses and back, inheritance, overrides, the library and the JSON Schema."""

from avcore.presets.catalogue import LookEntry, PresetEntry, list_looks, list_presets
from avcore.presets.hashing import preset_hash
from avcore.presets.images import read_images
from avcore.presets.json_schema import json_schema
from avcore.presets.library import resolve_inside
from avcore.presets.loading import load_preset
from avcore.presets.preset import SCHEMA_VERSION, Preset
from avcore.presets.yaml_writer import dump_yaml

__all__ = [
    "SCHEMA_VERSION",
    "LookEntry",
    "Preset",
    "PresetEntry",
    "dump_yaml",
    "json_schema",
    "list_looks",
    "list_presets",
    "load_preset",
    "preset_hash",
    "read_images",
    "resolve_inside",
]
