"""What was made from sound follows it: shifted where that has moved, made anew where it has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import FPS, start_at, strips_of, trim, write_clicks

bpy = pytest.importorskip("bpy")

from clicking import (  # noqa: E402 - it is for processes with bpy
    CLICKS_S,
    assert_peaks,
    cut,
    moved,
    played_frames,
    sped_up,
    trimmed,
    write_song,
)
from sounding import needs_audio  # noqa: E402

from addon.sound import timing  # noqa: E402

pytest_plugins = ["operating"]
pytestmark = needs_audio

Edit = Callable[[Any, Any], None]


@pytest.fixture
def clicks(preferences: Any, tmp_path: Path) -> Any:
    """A strip of clicks from frame 11 on, picked, in a new scene."""
    scene = bpy.context.scene
    scene.sequence_editor_create()
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    strip = strips_of(scene.sequence_editor).new_sound("clicks", str(write_song(tmp_path)), 1, 11)
    scene.sequence_editor.active_strip = strip
    scene.avcore.keys.release = 0.0
    return strip


def problems() -> list[tuple[str, str, bool]]:
    from bl_ext.user_default.avcore.session import status

    return list(status.problems(bpy.context))


def is_in_step(scene: Any, strip: Any, folder: Path) -> None:
    """The keys peak on the frames of the clicks, where Blender plays them, and the markers are those of now."""
    assert problems() == []
    hearing = timing(strip, scene)
    keyed = values_of(scene, hearing.frame_start - 2, hearing.frame_end + 2)
    frames, _ = hearing.frames_of(CLICKS_S)
    assert len(frames) >= 3
    np.testing.assert_allclose(frames, played_frames(scene, folder, end=hearing.frame_end + 10), atol=0.6)
    assert_peaks(keyed, list(frames))
    marked = [marker.frame for marker in scene.timeline_markers if marker.name.startswith("onset")]
    assert all(np.abs(np.array(marked) - frame).min() <= 1 for frame in frames), (marked, frames)


def faster(scene: Any, strip: Any) -> None:
    """Another frame rate."""
    scene.render.fps += 6


def values_of(scene: Any, first: int, end: int) -> dict[int, float]:
    """The controller's value at frames."""
    keyed = {}
    for frame in range(first, end):
        scene.frame_set(frame)
        keyed[frame] = bpy.data.objects["avcore"]["onset"]
    return keyed


def curves() -> list[Any]:
    """The keys and handles of everything that moves."""
    from addon.keys import all_curves

    owners = [*bpy.data.objects, *bpy.data.scenes]
    return [
        (curve.data_path, curve.array_index, [tuple(point.co) for point in curve.keyframe_points])
        for owner in owners
        for curve in all_curves(owner)
    ]


def markers(scene: Any) -> list[tuple[str, int]]:
    return [(marker.name, marker.frame) for marker in scene.timeline_markers]


@pytest.mark.parametrize("edits", [(moved, trimmed, faster, cut), (sped_up, moved)], ids=["trims", "speed"])
@pytest.mark.parametrize("fps", FPS)
def test_keys_and_markers_follow_every_edit(clicks: Any, tmp_path: Path, fps: str, edits: tuple[Edit, ...]) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS[fps]
    assert bpy.ops.avcore.key_controller(source="onset") == {"FINISHED"}
    assert bpy.ops.avcore.markers(moments="ONSETS") == {"FINISHED"}
    is_in_step(scene, clicks, tmp_path)
    for edit in edits:
        edit(scene, clicks)
        ((names, why, is_shift),) = problems()
        assert names == "onset on avcore, markers of onsets"
        assert is_shift == (edit is moved)
        assert edit is not moved or why == "its strip has moved by 26 frames"
        assert bpy.ops.avcore.update(name=names) == {"FINISHED"}
        is_in_step(scene, clicks, tmp_path)


def test_a_new_file_is_heard(clicks: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    bpy.ops.avcore.key_controller(source="onset")
    bpy.ops.avcore.markers(moments="ONSETS")
    path = Path(bpy.path.abspath(clicks.sound.filepath))
    write_clicks(path, (0.5, 3.0), seconds=11.0)
    assert "changed" in problems()[0][1]
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert_peaks(values_of(scene, 11, 100), [11 + 12, 11 + 72])
    assert [frame for name, frame in markers(scene)] == [11 + 12, 11 + 72]


@pytest.mark.parametrize("kind", ["CHANNEL", "MIX"])
def test_a_mix_tells_when_it_moved_or_changed(clicks: Any, tmp_path: Path, kind: str) -> None:
    scene = bpy.context.scene
    other = strips_of(scene.sequence_editor).new_sound("quiet", str(write_song(tmp_path / ".")), 1, 400)
    other.volume = 0.5
    scene.frame_end = 20  # what is mixed is what is heard, however short the scene is
    bpy.ops.avcore.pick_sound(kind=kind, channel=1)
    bpy.ops.avcore.key_controller(source="onset")
    bpy.ops.avcore.markers(moments="ONSETS")
    hearing = timing(clicks, scene)

    def peaks() -> None:
        assert_peaks(values_of(scene, hearing.frame_start, hearing.frame_end), list(hearing.frames_of(CLICKS_S)[0]))

    peaks()
    for strip in (other, clicks):
        start_at(strip, int(_start(strip)) + 12)
    assert problems() == [("onset on avcore, markers of onsets", "its sound has moved by 12 frames", True)]
    bpy.ops.avcore.update()
    assert problems() == []
    hearing = hearing.moved(12)
    peaks()
    other.volume = 0.25
    assert "volume" in problems()[0][1]
    other.volume = 0.5
    assert problems() == []
    other.volume = 0.7
    other.keyframe_insert("volume", frame=1)
    other.volume = 0.1
    other.keyframe_insert("volume", frame=100)
    bpy.ops.avcore.update()
    for frame in (1, 50, 99):
        scene.frame_set(frame)
        assert problems() == [], "a volume with keys is another at each frame, and yet the same"
    start_at(other, 420)
    assert problems()[0][1] in ("its strips have moved apart", "the strip was trimmed, slipped or cut")
    assert not problems()[0][2]
    bpy.ops.avcore.update()
    peaks()
    other.mute = True
    assert problems()
    bpy.ops.avcore.update()
    clicks.mute = True
    with pytest.raises(RuntimeError, match="no sound strip is heard"):
        bpy.ops.avcore.update()


def test_a_file_tells_when_it_begins_elsewhere(clicks: Any, tmp_path: Path) -> None:
    scene, path = bpy.context.scene, tmp_path / "clicks.wav"
    sound = scene.avcore.now.sound
    sound.file_start = 5
    bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(path))
    bpy.ops.avcore.key_controller(source="onset")
    before = values_of(scene, 5, 200)
    sound.file_start = 15
    assert problems() == [("onset on avcore", "its sound has moved by 10 frames", True)]
    bpy.ops.avcore.update()
    assert problems() == []
    assert values_of(scene, 15, 210) == {frame + 10: value for frame, value in before.items()}
    bpy.ops.avcore.pick_sound(kind="ACTIVE")
    sound.file_start = 90
    assert problems() == [], "another sound is picked"
    path.unlink()
    assert "gone" in problems()[0][1]
    with pytest.raises(RuntimeError, match="there is no sound file"):
        bpy.ops.avcore.update()


def test_what_is_the_users_stays(clicks: Any) -> None:
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    cube.keyframe_insert("location", index=0, frame=7)
    assert bpy.ops.avcore.drive(owner=repr(cube), path="scale") == {"FINISHED"}
    assert bpy.ops.avcore.drive(owner=repr(cube), path="location", index=2) == {"FINISHED"}
    bpy.ops.avcore.markers(moments="ONSETS")
    scene.timeline_markers.new("mine", frame=3)
    scene.timeline_markers[0].frame += 2
    first = scene.timeline_markers[0].name, scene.timeline_markers[0].frame
    from addon.keys import find_curve

    find_curve(cube, "scale", 1).keyframe_points[3].co[1] = 9.0
    kept = [curve for curve in curves() if curve[:2] in (("scale", 1), ("location", 0))]
    assert len(kept) == 2
    for edit in (lambda: start_at(clicks, 31), lambda: trim(clicks, start=20)):
        edit()
        assert problems()
        bpy.ops.avcore.update()
        assert [curve for curve in curves() if curve[:2] in (("scale", 1), ("location", 0))] == kept
        assert ("mine", 3) in markers(scene)
        assert first in markers(scene)
        assert problems() == []
    assert find_curve(cube, "scale", 0).keyframe_points[0].co[0] == 51
    assert find_curve(cube, "location", 2).keyframe_points[0].co[0] == 51


def test_an_update_is_one_step_to_undo(clicks: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_plane_add()
    bake = scene.avcore.now.bake
    bake.width = bake.height = 32
    bake.folder, bake.range, bake.first, bake.last = str(tmp_path / "bakes"), "CUSTOM", 20, 24
    bpy.ops.avcore.bake()
    bpy.ops.avcore.key_controller(source="onset")
    bpy.ops.avcore.markers(moments="ONSETS")
    start_at(clicks, 31)
    bpy.ops.ed.undo_push(message="moved")
    before = curves(), markers(scene), _first_frames()
    assert bpy.ops.avcore.update("EXEC_DEFAULT", True) == {"FINISHED"}
    after = curves(), markers(bpy.context.scene), _first_frames()
    assert after != before
    assert after[2] == [40]
    bpy.ops.ed.undo()
    assert (curves(), markers(bpy.context.scene), _first_frames()) == before
    assert problems()[0][0] == "clicks-ember, onset on avcore, markers of onsets"
    bpy.ops.ed.redo()
    assert (curves(), markers(bpy.context.scene), _first_frames()) == after
    assert problems() == []


def test_a_bake_follows(clicks: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_plane_add()
    bake = scene.avcore.now.bake
    bake.width = bake.height = 32
    bake.folder, bake.range = str(tmp_path / "bakes"), "STRIP"
    trim(clicks, end=244)
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    nodes = bpy.context.object.active_material.node_tree.nodes
    texture = next(node for node in nodes if node.type == "TEX_IMAGE")
    shown = texture.image_user.frame_start
    start_at(clicks, 35)
    assert problems() == [("clicks-ember", "its strip has moved by 24 frames", True)]
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert _first_frames() == [35]
    assert texture.image_user.frame_start == shown + 24
    assert problems() == []
    trim(clicks, end=234)
    assert "trimmed" in problems()[0][1]
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert len(list(Path(bake.folder).rglob("*.png"))) == 30
    assert problems() == []


def test_a_part_of_a_strip_stays_that_part(clicks: Any, tmp_path: Path) -> None:
    """A bake of chosen frames that was moved with its strip is of the same sound when it is baked again."""
    bpy.ops.mesh.primitive_plane_add()
    bake = bpy.context.scene.avcore.now.bake
    bake.width = bake.height = 32
    bake.folder, bake.range, bake.first, bake.last = str(tmp_path / "bakes"), "CUSTOM", 20, 24
    bpy.ops.avcore.bake()
    start_at(clicks, 111)
    bpy.ops.avcore.update()
    before = _bytes(tmp_path / "bakes")
    trim(clicks, end=10)
    bpy.ops.avcore.update()
    assert problems() == []
    assert _first_frames() == [120]
    assert _bytes(tmp_path / "bakes") == before


def test_a_strip_is_found_by_its_file(clicks: Any) -> None:
    bpy.ops.avcore.key_controller(source="onset")
    clicks.name = "another name"
    assert problems() == []
    start_at(clicks, 12)
    assert problems()[0][1:] == ("its strip has moved by 1 frames", True)
    trim(clicks, start=4)
    bpy.ops.avcore.update()
    assert problems() == []
    strips_of(bpy.context.scene.sequence_editor).remove(clicks)
    assert problems()[0][1:] == ("its strip is gone", False)


def test_a_packed_sound_is_followed(clicks: Any) -> None:
    bpy.ops.avcore.key_controller(source="onset")
    clicks.sound.pack()
    assert problems() == [], "it sounds the same"
    bpy.ops.avcore.key_controller(source="onset")
    start_at(clicks, 21)
    assert problems() == [("onset on avcore", "its strip has moved by 10 frames", True)]
    trim(clicks, start=4)
    bpy.ops.avcore.update()
    assert problems() == []


@pytest.mark.parametrize("shown", [False, True], ids=["beside", "in a scene strip"])
@pytest.mark.parametrize("fps", FPS)
def test_the_sequencer_of_another_scene(clicks: Any, fps: str, shown: bool) -> None:
    """Keys lie on the frames of the scene that they are made for, where Blender shows it while a click is heard."""
    edit = bpy.context.scene
    edit.name = "edit"
    edit.render.fps = 24
    shot = bpy.data.scenes.new("shot")
    shot.render.fps, shot.render.fps_base = FPS[fps]
    shot.frame_start, shot.frame_end = 3, 400
    if shown:
        scene_strip = strips_of(edit.sequence_editor).new_scene("shot", shot, 4, 21)
    bpy.context.window.scene = shot
    if not hasattr(bpy.context.workspace, "sequencer_scene"):
        pytest.skip("before Blender 5, the Sequencer is that of the scene")
    assert bpy.context.sequencer_scene == edit
    shot.avcore.keys.release = 0.0
    assert bpy.ops.avcore.key_controller(source="onset") == {"FINISHED"}
    assert bpy.ops.avcore.markers(moments="ONSETS") == {"FINISHED"}

    def frames(start: int, at: int = 21) -> list[int]:
        rate = float(shot.render.fps / shot.render.fps_base)
        seconds = [start / 24 + time_s for time_s in CLICKS_S]
        if shown:  # frame for frame, whatever the rate of the scene
            return [round(time_s * 24) - at + 3 for time_s in seconds]
        return [round(time_s * rate) for time_s in seconds]

    def agree(expected: list[int]) -> None:
        assert problems() == []
        keyed = values_of(shot, min(expected) - 8, max(expected) + 8)
        for frame in expected:
            near = {number: keyed[number] for number in range(frame - 4, frame + 5)}
            assert abs(max(near, key=lambda number: near[number]) - frame) <= 1, near
        marked = [frame for _, frame in markers(shot)]
        np.testing.assert_allclose(marked, expected, atol=1)

    agree(frames(11))
    start_at(clicks, 35)
    assert problems()[0][2] == (shown or fps in ("24", "25", "60"))  # 24 frames are a second
    bpy.ops.avcore.update()
    agree(frames(35))
    if shown:
        start_at(scene_strip, 27)
        assert problems()[0][1:] == ("its strip has moved by -6 frames", True)
        bpy.ops.avcore.update()
        agree(frames(35, at=27))


def _first_frames() -> list[int]:
    return [json.loads(image["avcore"])["frame_start"] for image in bpy.data.images if "avcore" in image]


def _start(strip: Any) -> float:
    return float(strip.content_start if bpy.app.version >= (5, 1, 0) else strip.frame_start)


def _bytes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*.png"))]
