"""Every operator, in the extension that was built and installed, with a real worker."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.addon import installed  # noqa: E402 - it is for processes with bpy

HAS_AUDIO = bpy.app.build_options.audaspace
needs_strips = pytest.mark.skipif(not HAS_AUDIO, reason="this bpy wheel was built without audio, and has no strips")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home for caches and presets of these tests."""
    home = tmp_path_factory.mktemp("home")
    os.environ["AVCORE_CACHE"] = str(home / "cache")
    os.environ["XDG_DATA_HOME"] = str(home / "data")
    return home


@pytest.fixture(scope="session")
def song(folders: Path, avcore_python: str) -> Path:
    """A song of 20 s at 120 BPM."""
    return installed.make_song(avcore_python, folders / "song.wav")


@pytest.fixture(scope="session")
def zip_path(folders: Path) -> Path:
    """The built zip."""
    return installed.light_zip(folders / "dist")


@pytest.fixture
def preferences(zip_path: Path, avcore_python: str) -> Iterator[Any]:
    """The extension, installed and switched on."""
    installed.install(zip_path)
    yield installed.enable(avcore_python)
    installed.disable()


@pytest.fixture
def scene(preferences: Any, song: Path, tmp_path: Path) -> Any:
    """A scene with a plane, and a sound file picked; small bakes of frames 11 to 20."""
    bpy.ops.mesh.primitive_plane_add()
    scene = bpy.context.scene
    bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(song))
    bake = scene.avcore.now.bake
    bake.width = bake.height = 64
    bake.folder = str(tmp_path / "bakes")
    bake.range, bake.first, bake.last = "CUSTOM", 11, 20
    return scene


@pytest.fixture
def strip(scene: Any, song: Path) -> Any:
    """The song as a strip from frame 5 on, picked because it is active."""
    editor = scene.sequence_editor_create() or scene.sequence_editor
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = strips.new_sound("song", str(song), 1, 5)
    editor.active_strip = strip
    assert bpy.ops.avcore.pick_sound(kind="ACTIVE") == {"FINISHED"}
    return strip


def test_blender_accepts_it(preferences: Any) -> None:
    """No policy is broken, and what is switched off leaves nothing."""
    import addon_utils

    assert not addon_utils._extensions_warnings_get()
    assert hasattr(bpy.context.scene, "avcore")
    installed.disable()
    assert not hasattr(bpy.types.Scene, "avcore")
    assert [name for name in dir(bpy.types) if "avcore" in name.lower()] == []
    assert not any("avcore" in str(handler) for name in dir(bpy.app.handlers) for handler in _handlers(name))
    for menu in ("UI_MT_button_context_menu", "SEQUENCER_MT_strip"):
        drawn = getattr(getattr(bpy.types, menu).draw, "_draw_funcs", [])
        assert not any("avcore" in each.__module__ for each in drawn)


def _handlers(name: str) -> list[Any]:
    found = getattr(bpy.app.handlers, name)
    return found if isinstance(found, list) else []


def test_registration_loads_nothing_heavy(preferences: Any) -> None:
    assert not {"torch", "numba", "scipy", "librosa"} & set(sys.modules)


def test_every_operator_is_tested(preferences: Any) -> None:
    text = inspect.getsource(sys.modules[__name__])
    untested = [name for name in dir(bpy.ops.avcore) if f"bpy.ops.avcore.{name}" not in text]
    assert untested == []


def test_engine(preferences: Any, avcore_python: str) -> None:
    assert bpy.ops.avcore.find_engine() == {"FINISHED"}
    assert bpy.ops.avcore.doctor() == {"FINISHED"}
    report = bpy.data.texts["avcore doctor"].as_string()
    assert avcore_python in report
    assert f"Blender {bpy.app.version_string}" in report
    assert bpy.ops.avcore.cache_size() == {"FINISHED"}
    assert bpy.ops.avcore.copy_install_command() == {"FINISHED"}
    assert bpy.ops.avcore.open_preferences() == {"FINISHED"}


def test_no_engine_says_where_it_looked(preferences: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", str(installed.ROOT))])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    preferences.python = str(tmp_path / "no-python")
    with pytest.raises(RuntimeError, match="no Python with avcore was found; open the extension's preferences"):
        bpy.ops.avcore.find_engine()
    with pytest.raises(RuntimeError, match="no Python with avcore"):
        bpy.ops.avcore.doctor()
    assert str(tmp_path / "no-python") in bpy.data.texts["avcore doctor"].as_string()


def test_installing_needs_leave(preferences: Any, tmp_path: Path) -> None:
    """The light build installs from a folder of wheels or, if Blender may go online, from the index; not unasked."""
    if not bpy.app.online_access:
        assert not bpy.ops.avcore.install_engine.poll()
    assert not bpy.ops.avcore.cancel_install.poll()
    preferences.wheel_folder = str(tmp_path)
    assert bpy.ops.avcore.install_engine.poll()
    assert bpy.ops.avcore.install_engine() == {"FINISHED"}
    from bl_ext.user_default.avcore.session.installation import installation

    assert "there are no wheels" in installation.log[-1]


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


def test_picking_a_sound(scene: Any, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="there is no sound file"):
        bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(tmp_path / "gone.wav"))
    assert scene.avcore.now.sound.file.endswith("song.wav"), "what was picked before stays"
    with pytest.raises(RuntimeError, match="there is no sound strip; add one in the Video Sequencer, or pick a file"):
        bpy.ops.avcore.pick_sound(kind="ACTIVE")
    with pytest.raises(RuntimeError, match="there is no sound strip 'x'"):
        bpy.ops.avcore.pick_sound(kind="STRIP", strip="x")
    assert bpy.ops.avcore.listen() == {"FINISHED"}


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


@needs_strips
def test_update_follows_the_strip(strip: Any, scene: Any) -> None:
    scene.avcore.now.bake.range = "STRIP"
    _trim_to(strip, 20)
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    nodes = bpy.context.object.active_material.node_tree.nodes
    texture = next(node for node in nodes if node.type == "TEX_IMAGE")
    before = texture.image_user.frame_start
    from bl_ext.user_default.avcore.session import status

    assert _start(texture.image) == 5
    assert status.problems(bpy.context) == []
    _move_to(strip, 29)
    assert [(is_shift, why) for _, why, is_shift in status.problems(bpy.context)] == [
        (True, "its strip has moved by 24 frames")
    ]
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert _start(texture.image) == 29
    assert texture.image_user.frame_start == before + 24
    assert status.problems(bpy.context) == []
    _trim_to(strip, 30)
    (problem,) = status.problems(bpy.context)
    assert "trimmed" in problem[1]
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert len(list(Path(scene.avcore.now.bake.folder).rglob("*.png"))) == 30
    assert status.problems(bpy.context) == []


@needs_strips
def test_channel_and_mix(strip: Any, scene: Any) -> None:
    scene.frame_start, scene.frame_end = 1, 40
    for kind in ("CHANNEL", "MIX"):
        assert bpy.ops.avcore.pick_sound(kind=kind, channel=1) == {"FINISHED"}
        scene.avcore.now.bake.name = kind.lower()
        assert bpy.ops.avcore.bake() == {"FINISHED"}


def _move_to(strip: Any, frame: int) -> None:
    setattr(strip, "content_start" if bpy.app.version >= (5, 1, 0) else "frame_start", frame)


def _trim_to(strip: Any, frames: int) -> None:
    setattr(strip, "duration" if bpy.app.version >= (5, 1, 0) else "frame_final_duration", frames)


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


def test_jobs(scene: Any) -> None:
    assert not bpy.ops.avcore.bake_jobs.poll()
    scene.avcore.now.bake.target = "IMAGE"
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    scene.avcore.now.preset.name = "wormhole"
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    scene.avcore.now.preset.name = "nonesuch"
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    assert bpy.ops.avcore.bake_jobs() == {"FINISHED"}
    assert [job.state for job in scene.avcore.jobs][:2] == ["done", "done"]
    assert "nonesuch" in scene.avcore.jobs[2].state
    assert {path.name for path in Path(scene.avcore.now.bake.folder).iterdir() if path.is_dir()} == {
        "song-ember",
        "song-wormhole",
    }
    assert bpy.ops.avcore.job_remove() == {"FINISHED"}
    assert len(scene.avcore.jobs) == 2


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
