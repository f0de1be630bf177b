"""Switching the extension on and off, and its engine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")

from tests.addon import installed  # noqa: E402

pytest_plugins = ["operating"]


def test_blender_accepts_it(preferences: Any) -> None:
    """No policy is broken, and what is switched off leaves nothing."""
    import addon_utils

    assert not addon_utils._extensions_warnings_get()
    assert hasattr(bpy.context.scene, "avcore")
    installed.disable()
    assert not hasattr(bpy.types.Scene, "avcore")
    assert [name for name in dir(bpy.types) if "avcore" in name.lower()] == []
    assert not any("avcore" in str(handler) for name in dir(bpy.app.handlers) for handler in _handlers(name))
    for menu in ("UI_MT_button_context_menu", "SEQUENCER_MT_strip"):
        drawn = getattr(getattr(bpy.types, menu).draw, "_draw_funcs", [])
        assert not any("avcore" in each.__module__ for each in drawn)


def _handlers(name: str) -> list[Any]:
    found = getattr(bpy.app.handlers, name)
    return found if isinstance(found, list) else []


def test_registration_loads_nothing_heavy(preferences: Any) -> None:
    assert not {"torch", "numba", "scipy", "librosa"} & set(sys.modules)


def test_every_operator_is_tested(preferences: Any) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    untested = [name for name in dir(bpy.ops.avcore) if f"bpy.ops.avcore.{name}" not in text]
    assert untested == []


def test_engine(preferences: Any, avcore_python: str) -> None:
    assert bpy.ops.avcore.find_engine() == {"FINISHED"}
    assert bpy.ops.avcore.doctor() == {"FINISHED"}
    report = bpy.data.texts["avcore doctor"].as_string()
    assert avcore_python in report
    assert f"Blender {bpy.app.version_string}" in report
    assert bpy.ops.avcore.cache_size() == {"FINISHED"}
    assert bpy.ops.avcore.copy_install_command() == {"FINISHED"}
    assert bpy.ops.avcore.open_preferences() == {"FINISHED"}


def test_no_engine_says_where_it_looked(preferences: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", str(installed.ROOT))])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    preferences.python = str(tmp_path / "no-python")
    with pytest.raises(RuntimeError, match="no Python with avcore was found; open the extension's preferences"):
        bpy.ops.avcore.find_engine()
    with pytest.raises(RuntimeError, match="no Python with avcore"):
        bpy.ops.avcore.doctor()
    assert str(tmp_path / "no-python") in bpy.data.texts["avcore doctor"].as_string()


def test_installing_needs_leave(preferences: Any, tmp_path: Path) -> None:
    """The light build installs from a folder of wheels or, if Blender may go online, from the index; not unasked."""
    if not bpy.app.online_access:
        assert not bpy.ops.avcore.install_engine.poll()
    assert not bpy.ops.avcore.cancel_install.poll()
    preferences.wheel_folder = str(tmp_path)
    assert bpy.ops.avcore.install_engine.poll()
    assert bpy.ops.avcore.install_engine() == {"FINISHED"}
    from bl_ext.user_default.avcore.session.installation import installation

    assert "there are no wheels" in installation.log[-1]
