"""What keys and markers are made by, as text to keep with them; names instead of datablocks, which undo replaces."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import bpy

from ..errors import AddonError
from . import heard as heard_store
from . import parameters

SHAPE = ("low", "high", "attack", "release", "lookahead", "delay", "spacing", "error")


@dataclass(frozen=True)
class Choice:
    """Which sound was picked, as in ``props.SoundSettings``; ``strips`` is the scene of its strips, if that is told."""

    kind: str
    strip: str = ""
    channel: int = 1
    file: str = ""
    file_start: int = 1
    strips: str = ""

    @classmethod
    def of(cls, sound: Any) -> Choice:
        """The choice in some settings."""
        return cls(**{each.name: getattr(sound, each.name) for each in fields(cls) if hasattr(sound, each.name)})

    @property
    def path(self) -> Path:
        """The file, where one was picked."""
        return Path(bpy.path.abspath(self.file))


@dataclass(frozen=True)
class Recipe:
    """A curve: a ``source`` in a ``shape`` (as in ``props.KeySettings``), or markers at ``moments``."""

    sound: Choice
    scene: str
    source: str = ""
    shape: dict[str, Any] = field(default_factory=dict)
    preset: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)
    moments: str = ""

    def to_json(self) -> str:
        """Text to keep with what is made."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """The recipe in ``text``.

        Raises:
            ValueError: it is none.
        """
        try:
            document = json.loads(text)
            return cls(**{**document, "sound": Choice(**document["sound"])})
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a recipe of keys or markers ({error})") from error

    def of_strip(self, name: str) -> Recipe:
        """The same of a named strip, since another may be active later; of all else, the same."""
        return replace(self, sound=replace(self.sound, kind="STRIP", strip=name)) if name else self


def scene_of(name: str) -> bpy.types.Scene:
    """A scene by its name.

    Raises:
        AddonError: it is gone.
    """
    scene = bpy.data.scenes.get(name)
    if scene is None:
        raise AddonError(f"there is no scene {name!r} any more; make it anew in another")
    return scene


def of_curve(scene: bpy.types.Scene, source: str) -> Recipe:
    """Keys of a feature, band or signal, as the settings of the scene are now."""
    keys, preset = scene.avcore.keys, scene.avcore.now.preset
    told: dict[str, Any] = {"shape": {name: getattr(keys, name) for name in SHAPE}}
    if source in heard_store.preset_signals(preset.name):
        told |= {"preset": preset.name, "overrides": parameters.overrides(preset)}
    return Recipe(Choice.of(scene.avcore.now.sound), scene.name, source, **told)


def of_markers(scene: bpy.types.Scene, moments: str) -> Recipe:
    """Markers at beats, onsets ... of the sound that is picked."""
    return Recipe(Choice.of(scene.avcore.now.sound), scene.name, moments=moments)
