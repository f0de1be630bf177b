"""The images that a preset takes its colours from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from avcore.fields.palette import ImagePalette
from avcore.presets.preset import Preset
from avcore.presets.settings import settings_of


def read_images(preset: Preset) -> Preset:
    """The preset with colours in place of every image that a palette of it names, in layers too.

    It draws the same picture, and what tells it from others (``preset_hash``) is what the images hold, not their names.

    Raises:
        PresetError: an image is not there, or cannot be used.
    """
    read: Preset = _read(preset, preset.file)
    return read


def _read(value: Any, file: Callable[[str], Path]) -> Any:
    """The value with its images read; itself where it has none."""
    if isinstance(value, ImagePalette):
        from avcore.fields.palette_image import image_colours

        return image_colours(file(value.image), value.colours)
    if isinstance(value, tuple | list):
        return type(value)(_read(item, file) for item in value)
    if isinstance(value, dict):
        return {key: _read(item, file) for key, item in value.items()}
    if not dataclasses.is_dataclass(value):
        return value
    own = {setting.name: getattr(value, setting.name) for setting in settings_of(type(value))}
    new = {name: _read(item, file) for name, item in own.items()}
    return value if new == own else dataclasses.replace(value, **new)  # type: ignore[type-var]
