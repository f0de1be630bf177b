"""Sound strips in Blender: what the tests of ``addon.sound`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scenes import strips_of

from addon.sound import can_mix

# How long the fixture ``clock`` lasts.
SECONDS = 12.0
needs_audio = pytest.mark.skipif(not can_mix(), reason="this bpy was built without audio")


def add(scene: Any, path: Path, *, name: str = "a", channel: int = 1, start: int = 11) -> Any:
    """A new sound strip of a scene."""
    return strips_of(scene.sequence_editor).new_sound(name, str(path), channel, start)
