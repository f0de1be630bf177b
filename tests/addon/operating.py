"""The extension as it was built and installed, with a real worker, a song and a scene, for tests of operators."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from scenes import strips_of

from tests.addon import installed


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home for caches and presets of these tests."""
    home = tmp_path_factory.mktemp("home")
    os.environ["AVCORE_CACHE"] = str(home / "cache")
    os.environ["XDG_DATA_HOME"] = str(home / "data")
    return home


@pytest.fixture(scope="session")
def song(folders: Path, avcore_python: str) -> Path:
    """A song of 20 s at 120 BPM."""
    return installed.make_song(avcore_python, folders / "song.wav")


@pytest.fixture(scope="session")
def zip_path(folders: Path) -> Path:
    """The built zip."""
    return installed.light_zip(folders / "dist")


@pytest.fixture
def preferences(zip_path: Path, avcore_python: str) -> Iterator[Any]:
    """The extension, installed and switched on."""
    installed.install(zip_path)
    yield installed.enable(avcore_python)
    installed.disable()


@pytest.fixture
def scene(preferences: Any, song: Path, tmp_path: Path) -> Any:
    """A scene with a plane, and a sound file picked; small bakes of frames 11 to 20."""
    bpy.ops.mesh.primitive_plane_add()
    scene = bpy.context.scene
    bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(song))
    bake = scene.avcore.now.bake
    bake.width = bake.height = 64
    bake.folder = str(tmp_path / "bakes")
    bake.range, bake.first, bake.last = "CUSTOM", 11, 20
    return scene


@pytest.fixture
def strip(scene: Any, song: Path) -> Any:
    """The song as a strip from frame 5 on, picked because it is active."""
    scene.sequence_editor_create()
    editor = scene.sequence_editor
    strip = strips_of(editor).new_sound("song", str(song), 1, 5)
    editor.active_strip = strip
    assert bpy.ops.avcore.pick_sound(kind="ACTIVE") == {"FINISHED"}
    return strip
