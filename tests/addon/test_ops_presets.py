"""Presets, their settings and folders."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")


pytest_plugins = ["operating"]


def test_preset_folders(preferences: Any, tmp_path: Path, avcore_python: str) -> None:
    (tmp_path / "mine.yaml").write_text("schema: 1\nextends: ember\nname: Mine\n")
    assert bpy.ops.avcore.preset_folder_add() == {"FINISHED"}
    preferences.preset_folders[0].path = str(tmp_path)
    assert bpy.ops.avcore.reload_presets() == {"FINISHED"}
    chosen = bpy.context.scene.avcore.now.preset
    chosen.choice = "mine"
    assert chosen.name == "mine"
    chosen.choice = "ember"
    assert bpy.ops.avcore.preset_folder_remove(index=0) == {"FINISHED"}
    assert bpy.ops.avcore.reload_presets() == {"FINISHED"}
    with pytest.raises(TypeError):
        chosen.choice = "mine"


def test_preset_and_settings(scene: Any) -> None:
    preset = scene.avcore.now.preset
    assert bpy.ops.avcore.choose_preset(preset="rosette", overrides='{"colour.saturation": 1.5}') == {"FINISHED"}
    saturation = preset.parameters["colour.saturation"]
    assert saturation["value"] == 1.5
    assert saturation.id_properties_ui("value").as_dict()["description"]
    assert {item.kind for item in preset.parameters} >= {"float", "int", "bool", "choice", "palette"}
    from bl_ext.user_default.avcore.session import parameters

    assert parameters.overrides(preset) == {"colour.saturation": 1.5}
    assert bpy.ops.avcore.choose_palette(key="colour.palette", palette="nebula") == {"FINISHED"}
    assert parameters.overrides(preset)["colour.palette"] == "nebula"
    assert bpy.ops.avcore.reset_parameters() == {"FINISHED"}
    assert parameters.overrides(preset) == {}
    assert not bpy.ops.avcore.reset_parameters.poll()
    with pytest.raises(RuntimeError, match=r"no preset|unknown"):
        bpy.ops.avcore.choose_preset(preset="nonesuch")
    assert preset.name == "rosette"
    with pytest.raises(RuntimeError, match="saturaton"):
        bpy.ops.avcore.choose_preset(overrides='{"colour.saturaton": 1}')
    with pytest.raises(RuntimeError, match="not a mapping"):
        bpy.ops.avcore.choose_preset(overrides="[1]")


def test_all_shipped_presets_can_be_shown(scene: Any) -> None:
    """Every setting of every preset has a kind that the panel draws, and reads back as it was."""
    from bl_ext.user_default.avcore.session import catalogue, parameters

    catalogue.load_now()
    preset = scene.avcore.now.preset
    for info in catalogue.presets():
        preset.name = info.name
        parameters.follow(preset)
        assert parameters.overrides(preset) == {}, info.name


def test_saving_and_packs(scene: Any, tmp_path: Path) -> None:
    bpy.ops.avcore.choose_preset(preset="ember", overrides='{"colour.saturation": 1.5}')
    assert bpy.ops.avcore.save_preset(name="My Ember") == {"FINISHED"}
    assert scene.avcore.now.preset.name == "my-ember"
    with pytest.raises(RuntimeError, match="you have a preset my-ember already"):
        bpy.ops.avcore.save_preset(name="My Ember")
    pack = tmp_path / "pack.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("glow.yaml", "schema: 1\nextends: ember\nname: Glow\n")
    assert bpy.ops.avcore.install_pack(filepath=str(pack)) == {"FINISHED"}
    scene.avcore.now.preset.choice = "glow"
    assert bpy.ops.avcore.open_presets() == {"FINISHED"}
    with pytest.raises(RuntimeError):
        bpy.ops.avcore.install_pack(filepath=str(tmp_path / "none.zip"))
