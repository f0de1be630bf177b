"""Markers where things are heard; ours alone are replaced."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from scenes import new_scene

bpy = pytest.importorskip("bpy")


from addon.keys import (  # noqa: E402
    Event,
    remove_markers,
    shift_markers,
    write_markers,
)
from addon.sound import Hearing, Piece  # noqa: E402


def hearing(start: int, *, fps: int = 24) -> Hearing:
    return Hearing(Fraction(fps), (Piece(start, start + 240, Fraction(0), Fraction(1, fps)),))


def places(scene: Any) -> list[tuple[str, int]]:
    return sorted((marker.name, marker.frame) for marker in scene.timeline_markers)


def test_markers_lie_where_things_are_heard() -> None:
    scene = new_scene()
    n = write_markers(
        scene, hearing(11), [Event(0.0, "bar 1"), Event(1.01, "beat"), Event(99.0, "never")], kind="beats"
    )
    assert n == 2
    assert places(scene) == [("bar 1", 11), ("beat", 35)]


def test_markers_replace_ours_of_their_kind(tmp_path: Path) -> None:
    scene = new_scene()
    scene.timeline_markers.new("beat", frame=5)
    write_markers(scene, hearing(11), [Event(second, "beat") for second in range(4)], kind="beats")
    write_markers(scene, hearing(11), [Event(2.0, "section B")], kind="sections")
    moved = next(marker for marker in scene.timeline_markers if marker.frame == 11 + 24)
    moved.frame += 2
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    scene = bpy.context.scene
    write_markers(scene, hearing(100), [Event(0.0, "beat")], kind="beats")
    assert places(scene) == [("beat", 5), ("beat", 37), ("beat", 100), ("section B", 59)]
    assert shift_markers(scene, 10) == 2
    assert places(scene) == [("beat", 5), ("beat", 37), ("beat", 110), ("section B", 69)]
    assert remove_markers(scene) == 2
    assert places(scene) == [("beat", 5), ("beat", 37)]


def test_a_users_marker_at_the_same_place_stays() -> None:
    scene = new_scene()
    scene.timeline_markers.new("beat", frame=11)
    write_markers(scene, hearing(11), [Event(0.0, "beat")], kind="beats")
    assert remove_markers(scene, kind="beats") == 1
    assert places(scene) == [("beat", 11)]
