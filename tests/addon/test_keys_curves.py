"""Keys in real Blender: what is written is what is evaluated, and the user's own stay."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from keying import FRAMES, WAVE, seen  # noqa: E402

from addon.keys import (  # noqa: E402
    Conflict,
    KeysError,
    Written,
    all_curves,
    find_conflict,
    find_curve,
    is_animated,
    remove_curves,
    shift_curves,
    write_curve,
)


def test_keys_are_what_was_written(cube: Any) -> None:
    made = write_curve(cube, "location", 2, frames=FRAMES, values=WAVE)
    assert made == Written("cube", "location", 2, 100, 0.0)
    np.testing.assert_allclose(seen(cube, "location", FRAMES, 2), WAVE, atol=1e-6)
    curve = find_curve(cube, "location", 2)
    assert curve.group.name == "avcore"
    assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"}
    halfway = seen(cube, "location", [50], 2)[0]
    assert curve.evaluate(50.5) == pytest.approx((halfway + WAVE[50]) / 2, abs=1e-6)


def test_decimated_keys_are_as_close_as_stated(cube: Any) -> None:
    made = write_curve(cube, "location", 0, frames=FRAMES, values=WAVE, max_error=0.01)
    assert isinstance(made, Written)
    assert made.n_keys < 60
    assert made.max_error <= 0.01
    error = np.abs(seen(cube, "location", FRAMES, 0) - WAVE).max()
    assert error == pytest.approx(made.max_error, abs=1e-6)


def test_constant_keys_hold(cube: Any) -> None:
    write_curve(cube, "location", frames=[1, 11], values=[1, 5], interpolation="CONSTANT")
    assert find_curve(cube, "location", 0).evaluate(10.9) == 1


def test_writing_again_replaces_ours_alone(cube: Any) -> None:
    cube.keyframe_insert("location", index=1, frame=7)
    for values in (WAVE, 1 - WAVE):
        assert isinstance(write_curve(cube, "location", 0, frames=FRAMES, values=values), Written)
    assert len(all_curves(cube)) == 2
    np.testing.assert_allclose(seen(cube, "location", FRAMES, 0), 1 - WAVE, atol=1e-6)
    user = find_curve(cube, "location", 1)
    assert len(user.keyframe_points) == 1
    assert remove_curves(cube) == 1
    assert [curve.array_index for curve in all_curves(cube)] == [1]


def test_the_users_keys_are_asked_about(cube: Any) -> None:
    cube.location[0] = 3.0
    cube.keyframe_insert("location", index=0, frame=7)
    conflict = write_curve(cube, "location", 0, frames=FRAMES, values=WAVE)
    assert conflict == Conflict("cube", "location", 0, "keys", 1)
    assert "keys of your own (1)" in conflict.sentence
    assert find_curve(cube, "location", 0).keyframe_points[0].co[:] == (7.0, 3.0)
    assert isinstance(write_curve(cube, "location", 0, frames=FRAMES, values=WAVE, replace=True), Written)
    assert find_conflict(cube, "location", 0) is None


def test_keys_that_were_edited_are_the_users(cube: Any, tmp_path: Path) -> None:
    write_curve(cube, "location", 0, frames=FRAMES, values=WAVE)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    cube = bpy.data.objects["cube"]
    assert find_conflict(cube, "location", 0) is None
    find_curve(cube, "location", 0).keyframe_points[3].co[1] = 9.0
    conflict = find_conflict(cube, "location", 0)
    assert conflict is not None
    assert conflict.kind == "edited"
    assert remove_curves(cube) == 0
    assert shift_curves(cube, 3) == 0


def test_a_users_driver_is_asked_about(cube: Any) -> None:
    cube.driver_add("location", 1).driver.expression = "frame * 2"
    conflict = write_curve(cube, "location", 1, frames=FRAMES, values=WAVE)
    assert isinstance(conflict, Conflict)
    assert conflict.kind == "driver"
    assert isinstance(write_curve(cube, "location", 1, frames=FRAMES, values=WAVE, replace=True), Written)
    np.testing.assert_allclose(seen(cube, "location", FRAMES[:5], 1), WAVE[:5], atol=1e-6)


def test_shifting_moves_ours(cube: Any) -> None:
    cube.keyframe_insert("scale", index=0, frame=7)
    write_curve(cube, "location", 0, frames=FRAMES, values=WAVE)
    assert shift_curves(cube, 24) == 1
    np.testing.assert_allclose(seen(cube, "location", FRAMES + 24, 0), WAVE, atol=1e-6)
    assert find_conflict(cube, "location", 0) is None
    assert find_curve(cube, "scale", 0).keyframe_points[0].co[0] == 7


@pytest.mark.parametrize("kind", ["material", "node tree", "world", "scene", "light"])
def test_any_property_of_any_datablock(kind: str) -> None:
    scene = bpy.context.scene
    material = bpy.data.materials.new("m")
    material.use_nodes = True
    node = next(node for node in material.node_tree.nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")
    owner, path = {
        "material": (material, "diffuse_color"),
        "node tree": (material.node_tree, f'nodes["{node.name}"].inputs[2].default_value'),
        "world": (bpy.data.worlds.new("w"), "color"),
        "scene": (scene, "gravity"),
        "light": (bpy.data.lights.new("l", "POINT"), "energy"),
    }[kind]
    assert not is_animated(owner, path)
    assert isinstance(write_curve(owner, path, frames=FRAMES, values=WAVE), Written)
    assert is_animated(owner, path)
    assert find_curve(owner, path).evaluate(50) == pytest.approx(WAVE[49], abs=1e-6)


def test_two_datablocks_share_an_action(cube: Any) -> None:
    other = bpy.data.objects.new("other", None)
    bpy.context.scene.collection.objects.link(other)
    write_curve(cube, "location", 0, frames=FRAMES, values=WAVE)
    other.animation_data_create().action = cube.animation_data.action
    if hasattr(other.animation_data, "action_slot"):
        other.animation_data.action_slot = other.animation_data.action.slots.new(id_type="OBJECT", name="other")
        assert find_curve(other, "location", 0) is None
        write_curve(other, "location", 0, frames=FRAMES, values=1 - WAVE)
        np.testing.assert_allclose(seen(other, "location", FRAMES[:9], 0), 1 - WAVE[:9], atol=1e-6)
    np.testing.assert_allclose(seen(cube, "location", FRAMES[:9], 0), WAVE[:9], atol=1e-6)
    assert find_conflict(cube, "location", 0) is None


def test_what_cannot_have_keys_says_so(cube: Any) -> None:
    with pytest.raises(KeysError, match="no property nothing"):
        write_curve(cube, "nothing", frames=FRAMES, values=WAVE)
    with pytest.raises(KeysError, match="as many values"):
        write_curve(cube, "location", frames=FRAMES, values=WAVE[1:])
    with pytest.raises(KeysError, match="numbers"):
        write_curve(cube, "location", frames=FRAMES, values=np.where(FRAMES == 7, np.nan, WAVE))
    with pytest.raises(KeysError, match="increasing"):
        write_curve(cube, "location", frames=FRAMES[::-1], values=WAVE)
    assert cube.animation_data is None


def test_a_hundred_thousand_keys(cube: Any) -> None:
    frames = np.arange(100_000)
    values = np.random.default_rng(0).uniform(0, 1, 100_000)
    began = time.perf_counter()
    write_curve(cube, "location", 0, frames=frames, values=values)
    took_s = time.perf_counter() - began
    print(f"100,000 keys in {took_s:.2f} s")
    curve = find_curve(cube, "location", 0)
    assert len(curve.keyframe_points) == 100_000
    for frame in (0, 777, 99_999):
        assert curve.evaluate(frame) == pytest.approx(values[frame], abs=1e-6)
