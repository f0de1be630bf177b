"""Keys and markers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")


pytest_plugins = ["operating"]


def test_keys_on_a_controller(scene: Any) -> None:
    assert bpy.ops.avcore.key_controller(source="bass") == {"FINISHED"}
    empty = bpy.data.objects["avcore"]
    values = []
    for frame in range(1, 100):
        scene.frame_set(frame)
        values.append(empty["bass"])
    assert max(values) > 0.5 > min(values)
    scene.avcore.keys.spacing = "DECIMATED"
    scene.avcore.keys.high = 10.0
    assert bpy.ops.avcore.key_controller(source="40-110 Hz") == {"FINISHED"}
    with pytest.raises(RuntimeError, match="bas"):
        bpy.ops.avcore.key_controller(source="basss")
    bpy.ops.avcore.choose_preset(preset="ember")
    scene.avcore.keys.controller = "SCENE"
    assert bpy.ops.avcore.key_controller(source="kick") == {"FINISHED"}, "a signal of the preset"
    assert "kick" in scene


def test_drive_any_property(scene: Any) -> None:
    plane = bpy.context.object
    owner = repr(plane)
    assert bpy.ops.avcore.drive(owner=owner, path="scale") == {"FINISHED"}
    scene.frame_set(60)
    assert len(set(plane.scale)) == 1
    plane.keyframe_insert("location", index=2, frame=1)
    with pytest.raises(RuntimeError, match="of your own"):
        bpy.ops.avcore.drive(owner=owner, path="location", index=2)
    assert bpy.ops.avcore.drive(owner=owner, path="location", index=2, replace=True) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="names no datablock"):
        bpy.ops.avcore.drive(owner="__import__('os')", path="location")
    with pytest.raises(RuntimeError, match="no property"):
        bpy.ops.avcore.drive(owner=owner, path="nonesuch")


def test_markers(scene: Any) -> None:
    scene.timeline_markers.new("mine", frame=3)
    for moments in ("BEATS", "DOWNBEATS", "ONSETS", "SECTIONS"):
        assert bpy.ops.avcore.markers(moments=moments) == {"FINISHED"}
    beats = sorted(marker.frame for marker in scene.timeline_markers if marker.name.startswith("beat"))
    assert np.median(np.diff(beats)) == scene.render.fps / 2, "120 beats a minute"
    count = len(scene.timeline_markers)
    bpy.ops.avcore.markers(moments="BEATS")
    assert len(scene.timeline_markers) == count
    assert bpy.ops.avcore.remove_markers() == {"FINISHED"}
    assert [marker.name for marker in scene.timeline_markers] == ["mine"]
