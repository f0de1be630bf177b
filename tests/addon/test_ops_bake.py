"""Preview and bake."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")


pytest_plugins = ["operating"]


def test_preview_is_the_frame_that_is_baked(scene: Any) -> None:
    assert not bpy.ops.avcore.show_preview.poll()
    scene.frame_set(15)
    assert bpy.ops.avcore.preview(size=64) == {"FINISHED"}
    shown = _pixels(bpy.data.images["avcore preview"])
    assert shown.std() > 0.02
    scene.avcore.now.bake.target = "IMAGE"
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    folder = Path(scene.avcore.now.bake.folder) / "song-ember"
    baked = _pixels(bpy.data.images.load(str(folder / "song-ember_0005.png")))
    # A draft is not antialiased.
    assert np.abs(shown - baked).mean() < 0.02
    other = _pixels(bpy.data.images.load(str(folder / "song-ember_0001.png")))
    assert np.abs(shown - baked).mean() < np.abs(shown - other).mean()
    assert bpy.ops.avcore.show_preview() == {"CANCELLED"}, "there is no Image Editor"


def _start(image: Any) -> int:
    """The scene's frame that shows the first picture."""
    return int(json.loads(image["avcore"])["frame_start"])


def _pixels(image: Any) -> Any:
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(-1, 4)[:, :3]


def test_bake_into_a_material(scene: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert "avcore: song-ember:" in capfd.readouterr().out, "it prints progress"
    folder = Path(scene.avcore.now.bake.folder) / "song-ember"
    assert len(list(folder.glob("*.png"))) == 10
    material = bpy.context.object.active_material
    texture = next(node for node in material.node_tree.nodes if node.type == "TEX_IMAGE")
    assert _start(texture.image) == 11
    assert texture.image_user.use_auto_refresh
    times = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.png")} == times, "whole frames are kept"
    bpy.ops.avcore.choose_preset(preset="ember", overrides='{"colour.saturation": 0.2}')
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert all(path.stat().st_mtime_ns != times[path.name] for path in folder.glob("*.png"))
    assert bpy.context.object.active_material == material, "the same material shows it"
    assert len([image for image in bpy.data.images if "avcore" in image]) == 1


def test_what_is_in_the_way_stays(scene: Any) -> None:
    mine = bpy.data.materials.new("Mine")
    bpy.context.object.data.materials.append(mine)
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert bpy.context.object.active_material == mine
    assert bpy.ops.avcore.use_bake(target="SAME", replace=True) == {"FINISHED"}
    assert bpy.context.object.active_material != mine
    assert mine.use_fake_user
    for target in ("WORLD", "GEOMETRY", "COMPOSITOR", "IMAGE"):
        assert bpy.ops.avcore.use_bake(target=target, replace=True) == {"FINISHED"}, target
    assert scene.world is not None
    bpy.ops.object.light_add(type="SPOT")
    scene.avcore.now.bake.target = "LIGHT"
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    with pytest.raises(RuntimeError, match=r"cannot be given a material|no light"):
        bpy.ops.avcore.use_bake(target="MATERIAL")


@pytest.mark.parametrize(("format", "ending"), [("exr", "exr"), ("video", "mp4")])
def test_formats(scene: Any, format: str, ending: str) -> None:
    bake = scene.avcore.now.bake
    bake.format, bake.target, bake.name = format, "IMAGE", "of this name"
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    files = list(Path(bake.folder).rglob(f"*.{ending}"))
    assert len(files) == (1 if format == "video" else 10)
    image = next(image for image in bpy.data.images if "avcore" in image)
    assert image.source == ("MOVIE" if format == "video" else "SEQUENCE")


def test_bake_says_what_is_wrong(scene: Any, tmp_path: Path) -> None:
    bake = scene.avcore.now.bake
    bake.first, bake.last = 90000, 90010
    with pytest.raises(RuntimeError, match="song is heard in frames 1 to 480, outside the range"):
        bpy.ops.avcore.bake()
    bake.range, bake.folder = "STRIP", ""
    with pytest.raises(RuntimeError, match="save the file first, or choose a folder"):
        bpy.ops.avcore.bake()
    (tmp_path / "file").touch()
    bake.folder = str(tmp_path / "file" / "in a file")
    with pytest.raises(RuntimeError, match="choose another"):
        bpy.ops.avcore.bake()
    mine = tmp_path / "own" / "song-ember"
    mine.mkdir(parents=True)
    (mine / "song-ember_0001.png").write_bytes(b"mine")
    bake.folder = str(mine.parent)
    with pytest.raises(RuntimeError):
        bpy.ops.avcore.bake()
    assert (mine / "song-ember_0001.png").read_bytes() == b"mine"
    assert bpy.ops.avcore.show_failure() == {"FINISHED"}
    assert "Error" in bpy.data.texts["avcore failure"].as_string()
    with pytest.raises(RuntimeError, match="there is no job 7"):
        bpy.ops.avcore.bake(job=7)
    assert not bpy.ops.avcore.cancel_bake.poll()


def test_a_saved_file_has_its_bakes_beside_it(scene: Any, tmp_path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "work.blend"))
    scene.avcore.now.bake.folder = ""
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert (tmp_path / "bakes" / "song-ember" / "manifest.json").is_file()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "work.blend"))
    assert bpy.context.scene.avcore.now.bake.last == 20
    assert bpy.ops.avcore.bake() == {"FINISHED"}


def test_worker_that_is_killed(scene: Any) -> None:
    """What was asked of it fails in a sentence, what was baked stays, and the next request starts another."""
    from bl_ext.user_default.avcore.session.engine import session

    bake = scene.avcore.now.bake
    bake.range, bake.width, bake.height, bake.target = "STRIP", 512, 512, "IMAGE"
    folder = Path(bake.folder) / "song-ember"

    def kill() -> None:
        while len(list(folder.glob("song-ember_*.png"))) < 5 or session.welcome is None:
            time.sleep(0.01)
        os.kill(session.welcome.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    with pytest.raises(RuntimeError, match="was killed by signal 9; try again"):
        bpy.ops.avcore.bake()
    killer.join()
    times = {path.name: path.stat().st_mtime_ns for path in folder.glob("song-ember_*.png")}
    bake.range, bake.last = "STRIP", 20
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert len(list(folder.glob("song-ember_*.png"))) == 480
    kept = [name for name, time_ns in times.items() if (folder / name).stat().st_mtime_ns == time_ns]
    assert len(kept) >= 5


def test_bake_remembers_how_it_was_made(scene: Any) -> None:
    bpy.ops.avcore.choose_preset(preset="ember", overrides='{"colour.saturation": 0.5}')
    scene.avcore.now.bake.target = "IMAGE"
    bpy.ops.avcore.bake()
    image = next(image for image in bpy.data.images if "avcore" in image)
    recipe = json.loads(json.loads(image["avcore"])["recipe"])
    assert json.loads(recipe["preset"]["overrides"]) == {"colour.saturation": 0.5}
    scene.avcore.now.preset.name = "wormhole"
    assert bpy.ops.avcore.bake(again=image.name) == {"FINISHED"}
    assert (Path(scene.avcore.now.bake.folder) / "song-ember").is_dir()
    assert not (Path(scene.avcore.now.bake.folder) / "song-wormhole").exists()
