"""What Cycles renders is the baked frame, exactly, wherever and whenever the file is opened."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import write_bake

bpy = pytest.importorskip("bpy")

from rendering import SIZE, assert_shows, linear, rendered, show_pixels  # noqa: E402

from addon.bake import (  # noqa: E402
    BakeError,
    Made,
    baked_images,
    missing_files,
    read_maps,
    recall,
    shift,
    to_geometry_nodes,
    to_material,
)


def test_cycles_shows_exactly_the_baked_frame(
    tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]
) -> None:
    scene = bpy.context.scene
    made = to_material(read_maps(bake), plane, frame_start=11, lit=False)
    assert isinstance(made, Made)
    for frame, index in ((11, 0), (13, 2), (15, 4), (3, 0), (40, 4)):
        assert_shows(scene, frame, pictures[index], tmp_path)
    assert shift(bake, by=-4) == 1
    for frame, index in ((7, 0), (9, 2), (11, 4)):
        assert_shows(scene, frame, pictures[index], tmp_path)
    assert recall(baked_images()[0]).frame_start == 7


def test_an_animation_with_persistent_data(tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]) -> None:
    scene = bpy.context.scene
    to_material(read_maps(bake), plane, frame_start=1, lit=False)
    scene.render.use_persistent_data = True
    for frame in (1, 2, 5):
        assert_shows(scene, frame, pictures[frame - 1], tmp_path)


@pytest.mark.parametrize("first", [1, 11])
def test_files_may_begin_with_any_number(tmp_path: Path, plane: Any, pictures: list[np.ndarray], first: int) -> None:
    folder = write_bake(tmp_path / "numbered", pictures, first=first)
    to_material(read_maps(folder), plane, frame_start=101, lit=False)
    for index in (0, 2, 4):
        assert_shows(bpy.context.scene, 101 + index, pictures[index], tmp_path)


REOPEN = """
import sys, os, json
sys.path[:0] = [sys.argv[2]]
import bpy
import numpy as np
bpy.ops.wm.read_factory_settings()
bpy.ops.wm.open_mainfile(filepath=sys.argv[1], use_scripts=False)
scene = bpy.context.scene
for frame in (11, 13, 15):
    scene.frame_set(frame)
    scene.render.filepath = os.path.join(os.path.dirname(sys.argv[1]), f"again{frame}.exr")
    bpy.ops.render.render(write_still=True)
assert not any(name.split(".")[0] == "addon" for name in sys.modules)
sys.stdout.flush(); os._exit(0)
"""


def test_a_saved_file_renders_the_same_elsewhere_without_the_extension(
    tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]
) -> None:
    import sys

    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    shutil.move(bake, here / "ember")
    bpy.ops.wm.save_as_mainfile(filepath=str(here / "scene.blend"))
    to_material(read_maps(here / "ember"), plane, frame_start=11, lit=False)
    assert baked_images()[0].filepath == "//ember/ember_0001.png"
    show_pixels(plane)
    bpy.ops.wm.save_mainfile()
    here.rename(there)
    subprocess.run([sys.executable, "-c", REOPEN, str(there / "scene.blend"), ""], check=True, capture_output=True)
    for frame in (11, 13, 15):
        image = bpy.data.images.load(str(there / f"again{frame}.exr"))
        image.colorspace_settings.name = "Non-Color"
        pixels = np.empty(SIZE * SIZE * 4, np.float32)
        image.pixels.foreach_get(pixels)
        again = pixels.reshape(SIZE, SIZE, 4)[::-1, :, :3]
        np.testing.assert_allclose(again, linear(pictures[frame - 11]), atol=1e-5)


def test_a_bake_of_avcores_own(tmp_path: Path, avcore_python: str, plane: Any) -> None:
    out = tmp_path / "agate"
    demo = tmp_path / "demo.wav"
    subprocess.run([avcore_python, "-m", "avcore.audio.demo", str(demo)], check=True, capture_output=True)
    command = [avcore_python, "-m", "avcore", "render", str(demo), str(out), "--preset", "agate", "--format", "png"]
    command += ["-r", f"{SIZE}x{SIZE}", "--fps", "24", "--frames", "1-3", "--maps", "height,normal"]
    subprocess.run(command, check=True, capture_output=True)
    maps = read_maps(out)
    assert set(maps) == {"base", "height", "normal"}
    to_material(maps, plane, frame_start=1, lit=False)
    for number in (1, 3):
        image = bpy.data.images.load(str(out / f"agate_{number:04d}.png"))
        image.colorspace_settings.name = "Non-Color"
        pixels = np.empty(SIZE * SIZE * 4, np.float32)
        image.pixels.foreach_get(pixels)
        picture = np.round(pixels.reshape(SIZE, SIZE, 4)[::-1, :, :3] * 255)
        assert_shows(bpy.context.scene, number, picture, tmp_path)


def test_one_picture_stays(tmp_path: Path, plane: Any, pictures: list[np.ndarray]) -> None:
    to_material(read_maps(write_bake(tmp_path / "still", pictures[:1])), plane, frame_start=11, lit=False)
    for frame in (1, 11, 99):
        assert_shows(bpy.context.scene, frame, pictures[0], tmp_path)
    assert missing_files(bpy.context.scene) == []


def test_missing_frames_do_render_magenta(tmp_path: Path, bake: Path, plane: Any) -> None:
    """Why the check is there."""
    to_material(read_maps(bake), plane, frame_start=1, lit=False)
    (bake / "ember_0002.png").unlink()
    np.testing.assert_allclose(rendered(bpy.context.scene, 2, tmp_path)[0, 0], [1, 0, 1], atol=1e-5)


def test_a_film(tmp_path: Path, plane: Any) -> None:
    levels = [40, 80, 120, 160, 200, 240]
    flat = write_bake(tmp_path / "flat", [np.full((SIZE, SIZE, 3), level, np.uint8) for level in levels])
    to_material(read_maps(flat), plane, frame_start=1, lit=False)
    film = make_film(bpy.context.scene, tmp_path / "film.mp4", n=len(levels))
    made = to_material(read_maps(film), plane, frame_start=5, lit=False)
    assert bpy.data.images[made.images["base"]].source == "MOVIE"
    for frame, level in ((1, 40), (5, 40), (7, 120), (10, 240), (30, 240)):
        seen = rendered(bpy.context.scene, frame, tmp_path)
        assert seen.mean() == pytest.approx(float(linear(np.array(level))), abs=0.02)
    assert shift(film, by=1) == 1
    assert missing_files(bpy.context.scene) == []
    with pytest.raises(BakeError, match="film"):
        to_geometry_nodes(read_maps(film), frame_start=1)


def make_film(scene: Any, path: Path, *, n: int) -> Path:
    """What the scene shows, as a film of ``n`` frames."""
    film = scene.copy()
    film.frame_start, film.frame_end = 1, n
    film.render.resolution_x = film.render.resolution_y = 64
    film.view_settings.view_transform = "Standard"
    if hasattr(film.render.image_settings, "media_type"):
        film.render.image_settings.media_type = "VIDEO"
    film.render.image_settings.file_format = "FFMPEG"
    film.render.ffmpeg.format, film.render.ffmpeg.codec = "MPEG4", "H264"
    film.render.filepath = str(path)
    bpy.ops.render.render(animation=True, scene=film.name)
    bpy.data.scenes.remove(film)
    return path
