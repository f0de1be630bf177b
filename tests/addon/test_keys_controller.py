"""Controllers and drivers, which follow where scripts may not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from keying import FRAMES, WAVE, seen  # noqa: E402

from addon.keys import (  # noqa: E402
    Conflict,
    Driven,
    KeysError,
    Written,
    add_driver,
    ensure_property,
    make_controller,
    remove_driver,
    scaled,
    write_curve,
)


def test_a_controller_is_found_again() -> None:
    scene = bpy.context.scene
    empty = make_controller(scene, kind="EMPTY", name="drums")
    assert make_controller(scene, kind="EMPTY", name="drums") == empty
    assert make_controller(scene, kind="EMPTY", name="strings") != empty
    assert make_controller(scene, kind="SCENE") == scene
    assert make_controller(scene, kind="OBJECT", obj=empty) == empty
    with pytest.raises(KeysError, match="select one"):
        make_controller(scene, kind="OBJECT")


def test_a_signal_is_a_property_with_limits() -> None:
    empty = make_controller(bpy.context.scene, kind="EMPTY")
    path = ensure_property(empty, 'the "bass"', low=-1, high=2, description="how deep")
    assert ensure_property(empty, 'the "bass"', low=-1, high=2) == path
    ui = empty.id_properties_ui('the "bass"').as_dict()
    assert (ui["min"], ui["max"]) == (-1.0, 2.0)
    assert isinstance(write_curve(empty, path, frames=FRAMES, values=scaled(WAVE, low=-1, high=2)), Written)
    np.testing.assert_allclose(seen(empty, path, FRAMES[:9]), -1 + 3 * WAVE[:9], atol=1e-6)
    empty["text"] = "mine"
    with pytest.raises(KeysError, match="no number"):
        ensure_property(empty, "text")


def test_nothing_heard_is_the_lowest_value() -> None:
    assert list(scaled([0.0, 0.5, 1.0, np.nan], low=2, high=4)) == [2, 3, 4, 2]


def test_drivers_follow_where_scripts_may_not_run(cube: Any, tmp_path: Path) -> None:
    empty = make_controller(bpy.context.scene, kind="EMPTY")
    path = ensure_property(empty, "bass")
    write_curve(empty, path, frames=FRAMES, values=WAVE)
    made = add_driver(cube, "location", 2, source=empty, source_path=path, low=-1, high=3)
    assert isinstance(made, Driven)
    light = bpy.data.lights.new("l", "POINT")
    light.use_fake_user = True
    assert isinstance(add_driver(light, "energy", source=empty, source_path=path, low=0, high=100), Driven)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"), use_scripts=False)
    cube = bpy.data.objects["cube"]
    np.testing.assert_allclose(seen(cube, "location", FRAMES[::7], 2), -1 + 4 * WAVE[::7], atol=1e-5)
    assert not bpy.app.autoexec_fail


def test_drivers_replace_ours_alone(cube: Any) -> None:
    empty = make_controller(bpy.context.scene, kind="EMPTY")
    path = ensure_property(empty, "bass")
    for high in (1, 2):
        made = add_driver(cube, "location", 0, source=empty, source_path=path, high=high)
        assert made == Driven("cube", "location", 0, f"0 + {high} * avcore")
    cube.driver_add("location", 1)
    assert isinstance(add_driver(cube, "location", 1, source=empty, source_path=path), Conflict)
    cube.keyframe_insert("location", index=2, frame=1)
    assert isinstance(add_driver(cube, "location", 2, source=empty, source_path=path), Conflict)
    assert isinstance(add_driver(cube, "location", 1, source=empty, source_path=path, replace=True), Driven)
    assert remove_driver(cube, "location", 0)
    assert not remove_driver(cube, "location", 0)
    with pytest.raises(KeysError, match="no nothing"):
        add_driver(cube, "nothing", source=empty, source_path=path)
