"""Files that are missing are named before a render."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")

from rendering import COUNT, principled, with_maps  # noqa: E402

from addon.bake import (  # noqa: E402
    missing_files,
    to_material,
)


def test_missing_files_are_named_before_a_render(tmp_path: Path, bake: Path, plane: Any) -> None:
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 100
    to_material(with_maps(bake, "height"), plane, frame_start=11)
    assert missing_files(scene) == []
    (bake / "ember_0003.png").unlink()
    (bake / "ember_0004.png").unlink()
    (missing,) = missing_files(scene)
    assert (missing.path, missing.n) == (bake / "ember_0003.png", 2)
    assert "ember_0003.png and 1 more" in missing.sentence
    assert missing_files(scene, frame_start=1, frame_end=12) == []
    shutil.rmtree(bake)
    assert missing_files(scene)[0].n == COUNT
    packed = bpy.data.images.new("packed", 8, 8)
    packed.pack()
    packed.filepath = str(tmp_path / "gone.png")
    principled(plane.active_material).id_data.nodes.new("ShaderNodeTexImage").image = packed
    assert len(missing_files(scene)) == 1


def test_files_are_checked_as_blender_looks_for_them(tmp_path: Path, bake: Path) -> None:
    """A user's own sequence, which is magenta before its start: Blender looks for the file before the first."""
    scene = bpy.context.scene
    material = bpy.data.materials.new("mine")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(str(bake / "ember_0001.png"))
    node.image.source = "SEQUENCE"
    node.image_user.frame_start, node.image_user.frame_duration = 11, COUNT
    assert missing_files(scene, frame_start=11, frame_end=99) == []
    (missing,) = missing_files(scene, frame_start=10, frame_end=99)
    assert missing.path == bake / "ember_0000.png"
    node.image_user.use_cyclic = True
    assert missing_files(scene, frame_start=1, frame_end=99) == []
