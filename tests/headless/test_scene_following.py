"""A render follows its sound: what has moved is shifted, what has changed is made again, or said to be left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.headless.blenders import Blender, pixels

CHANGE = """
bpy.ops.wm.open_mainfile(filepath=str(scene))
if not bpy.app.build_options.audaspace:
    out = "no sound"
else:
    from addon.sound import sound_strips
    strip = sound_strips(bpy.context.scene)[0]
    if by:
        start = "frame_start" if bpy.app.version < (5, 1, 0) else "content_start"
        setattr(strip, start, getattr(strip, start) + by)
    if trim:
        setattr(strip, "frame_final_start" if bpy.app.version < (5, 1, 0) else "left_handle", 1 + trim)
    bpy.ops.wm.save_mainfile()
"""


def made(blender: Blender, folder: Path, song: Path, *more: str) -> Path:
    """A scene in which everything is in step."""
    scene = folder / "a.blend"
    arguments = ("--texture", "64x36", "--quality", "draft", "--start", "4", "--duration", "8 frames", *more)
    blender.run("setup", song, "-o", scene, *arguments)
    return scene


def changed(blender: Blender, scene: Path, *, by: int = 0, trim: int = 0) -> None:
    """Move or trim its strip."""
    if blender.do(CHANGE, scene=scene, by=by, trim=trim) == "no sound":
        pytest.skip("this Blender has no sound, and so no strip to move")


@pytest.mark.parametrize("kind", ["texture", "live"])
@pytest.mark.parametrize("update", ["yes", "no"])
def test_what_has_moved_is_shifted_in_memory(
    blender: Blender, tmp_path: Path, demo_track: Path, kind: str, update: str
) -> None:
    scene = made(blender, tmp_path, demo_track, *(["--live", "-r", "64x36", "-p", "tide"] if kind == "live" else []))
    blender.run("render", scene, "-o", tmp_path / "before", "-f", "1-8")
    changed(blender, scene, by=3)
    saved = scene.read_bytes()
    told = blender.told("render", scene, "-o", tmp_path / "after", "-f", "4-8", "--update", update)
    assert told["notes"] == []
    assert scene.read_bytes() == saved, "the .blend was written"
    for number in range(4, 9):
        before, after = (
            pixels(tmp_path / f"before/a_{number - 3:04d}.png"),
            pixels(tmp_path / f"after/a_{number:04d}.png"),
        )
        assert (before == after).all()
    assert (pixels(tmp_path / "after/a_0004.png") != pixels(tmp_path / "after/a_0008.png")).any()


def test_what_has_changed_is_said_or_made_again(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    scene = made(blender, tmp_path, demo_track, "--live", "-r", "64x36", "-p", "tide")
    changed(blender, scene, trim=2)
    told = blender.told("render", scene, "-o", tmp_path / "as it is", "-f", "1-2", "--update", "no")
    assert "no longer follows its sound" in told["notes"][0]
    blender.told("render", scene, "-o", tmp_path / "anew", "-f", "1-5")
    frames = [pixels(tmp_path / f"anew/a_{number:04d}.png") for number in range(1, 6)]
    assert (frames[0] == frames[1]).all(), "before the sound begins, nothing moves"
    assert (frames[2] != frames[4]).any()


def test_an_artists_scene_says_what_it_needs(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    scene = made(blender, tmp_path, demo_track, "--fps", "25", "--set", "field.gain=2")
    told = blender.do(
        """
from dataclasses import asdict
from headless.scene.shots import scene_bakes, scene_shot
out = {"bakes": [asdict(each) for each in scene_bakes(scene)], "shot": asdict(scene_shot(scene))}
""",
        scene=scene,
    )
    (bake,) = told["bakes"]
    assert bake["song"] == str(demo_track)
    assert bake["out"] == str(tmp_path / "texture")
    assert (bake["fps"], bake["start_s"], bake["count"], bake["start_frame"]) == ("25", "4", 8, 1)
    assert (bake["preset"], bake["overrides"]) == ("ember", {"field.gain": 2})
    assert (bake["texture"]["size"], bake["texture"]["quality"]) == ("64x36", "draft")
    shot = told["shot"]
    assert (shot["song"], shot["start_s"], shot["first"], shot["last"]) == (str(demo_track), "4", 1, 8)
    assert shot["bakes"] == told["bakes"]


def test_many_strips_are_mixed_for_the_film(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    scene = made(blender, tmp_path, demo_track)
    changed(blender, scene, by=3)  # the song begins after the first frame
    told = blender.do(
        """
from headless.scene.shots import scene_shot
shot = scene_shot(scene)
out = [shot.song, shot.start_s, shot.bakes[0].song]
""",
        scene=scene,
    )
    assert told == [str(tmp_path / "a-mix.wav"), "0", str(demo_track)]
    import wave

    with wave.open(told[0]) as mix:
        assert mix.getnframes() / mix.getframerate() == pytest.approx(8 / 30, abs=0.05)
