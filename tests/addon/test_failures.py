"""What can go wrong with a bake ends in a clear state, with whole files, and Bake goes on from there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")

from failing import (  # noqa: E402 - it is for processes with bpy
    FRAMES,
    PRESET,
    SIDE,
    bakers,
    below,
    fill,
    gone,
    has_frames,
    parts,
    pictures,
    remount,
    small_disk,
    visit,
    when,
    whole_frames,
)

from tests.addon import installed  # noqa: E402

NAME = f"song-{PRESET}"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="ends processes by their signals")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home for caches and presets of these tests."""
    home = tmp_path_factory.mktemp("home")
    os.environ["AVCORE_CACHE"] = str(home / "cache")
    os.environ["XDG_DATA_HOME"] = str(home / "data")
    return home


@pytest.fixture(scope="session")
def song(home: Path, avcore_python: str) -> Path:
    """A song of 20 s."""
    return installed.make_song(avcore_python, home / "song.wav")


@pytest.fixture
def scene(home: Path, song: Path, avcore_python: str, tmp_path: Path) -> Iterator[Any]:
    """The extension switched on, and a bake of a few seconds of work set up."""
    installed.install(installed.light_zip(home / "dist"))
    installed.enable(avcore_python)
    bpy.ops.mesh.primitive_plane_add()
    scene = bpy.context.scene
    bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(song))
    scene.avcore.now.preset.name = PRESET
    bake = scene.avcore.now.bake
    bake.width = bake.height = SIDE
    bake.range, bake.first, bake.last, bake.folder = "CUSTOM", 1, FRAMES, str(tmp_path / "bakes")
    yield scene
    installed.disable()


@pytest.fixture
def folder(scene: Any) -> Path:
    """Where the frames go."""
    return Path(scene.avcore.now.bake.folder) / NAME


@pytest.fixture(scope="session")
def kept(home: Path) -> dict[str, bytes]:
    """The undisturbed bake, once it was made."""
    return {}


@pytest.fixture
def whole(kept: dict[str, bytes], scene: Any, home: Path) -> dict[str, bytes]:
    """The frames and manifest of the undisturbed bake."""
    if not kept:
        bake = scene.avcore.now.bake
        before, bake.folder = bake.folder, str(home / "whole")
        assert bpy.ops.avcore.bake() == {"FINISHED"}
        kept |= pictures(home / "whole" / NAME)
        bake.folder = before
        assert len(kept) == FRAMES + 1
        bpy.ops.avcore.find_engine()  # a worker that has nothing ready
    return kept


def _session() -> Any:
    from bl_ext.user_default.avcore.session.engine import session

    return session


def _goes_on(folder: Path, whole: dict[str, bytes]) -> int:
    """Bake again; what comes of it is the undisturbed bake. Returns how many frames were there already."""
    from bl_ext.user_default.avcore.session.bakes import current

    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert pictures(folder) == whole
    assert parts(folder) == []
    assert bpy.context.object.active_material.name.startswith(NAME)
    return int(current.run.baked.skipped)


def test_the_baker_is_killed(scene: Any, folder: Path, whole: dict[str, bytes]) -> None:
    bpy.ops.avcore.find_engine()
    worker = _session().welcome.pid
    killer = when(has_frames(folder), lambda: [os.kill(pid, signal.SIGKILL) for pid in bakers(worker)])
    with pytest.raises(RuntimeError, match=r"was killed by signal 9 after \d+ of 96 frames; .* bake again to go on"):
        bpy.ops.avcore.bake()
    killer.join()
    assert whole_frames(folder, whole) >= 5
    assert _goes_on(folder, whole) >= 5
    assert _session().welcome.pid == worker, "the worker has outlived it"


def test_a_bake_that_dies_before_it_has_replaced_another_replaces_it_next_time(
    scene: Any, folder: Path, whole: dict[str, bytes]
) -> None:
    bake = scene.avcore.now.bake
    bake.quality = "draft"
    bpy.ops.avcore.bake()
    bake.quality = "final"
    worker = _session().welcome.pid
    killer = when(lambda: bool(bakers(worker)), lambda: [os.kill(pid, signal.SIGKILL) for pid in bakers(worker)])
    with pytest.raises(RuntimeError, match=r"was killed by signal 9; frames that are there are whole: bake again"):
        bpy.ops.avcore.bake()
    killer.join()
    assert _goes_on(folder, whole) == 0


def test_more_frames_are_added_to_those_there(scene: Any, folder: Path, whole: dict[str, bytes]) -> None:
    bake = scene.avcore.now.bake
    bake.last = 10
    bpy.ops.avcore.bake()
    bake.last = FRAMES
    assert _goes_on(folder, whole) == 10


def test_the_worker_is_killed(scene: Any, folder: Path, whole: dict[str, bytes]) -> None:
    bpy.ops.avcore.find_engine()
    worker = _session().welcome.pid
    seen: list[int] = []

    def kill() -> None:
        seen.extend(bakers(worker))
        os.kill(worker, signal.SIGKILL)

    killer = when(has_frames(folder), kill)
    with pytest.raises(RuntimeError, match="avcore's process was killed by signal 9; try again"):
        bpy.ops.avcore.bake()
    killer.join()
    assert seen
    assert gone(seen), "its baker has ended with it"
    assert whole_frames(folder, whole) >= 5
    assert _goes_on(folder, whole) >= 5


def test_blender_is_killed(scene: Any, folder: Path, whole: dict[str, bytes], song: Path, avcore_python: str) -> None:
    told = folder.parent.parent / "told.json"
    other = visit(told, python=avcore_python, song=song, folder=folder.parent)
    assert other.process.pid
    when(has_frames(folder), lambda: None).join()
    started = below(other.process.pid)
    assert len(started) >= 2, "a worker and its baker"
    other.process.kill()
    other.process.wait()
    assert gone(started), "within seconds"
    count = whole_frames(folder, whole)
    assert 5 <= count < FRAMES
    assert visit(told, python=avcore_python, song=song, folder=folder.parent).end()["error"] == ""
    assert pictures(folder) == whole
    assert parts(folder) == []


def test_the_disk_of_the_bake_is_full(scene: Any, whole: dict[str, bytes], tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "6m") as disk:
        scene.avcore.now.bake.folder = str(disk)
        folder = disk / NAME
        with pytest.raises(RuntimeError, match=f"the disk that holds {folder} is full; free some space or choose"):
            bpy.ops.avcore.bake()
        assert parts(disk) == []
        assert whole_frames(folder, whole) >= 5
        remount(disk, "size=100m")
        assert _goes_on(folder, whole) >= 5


def test_no_byte_is_free_where_the_bake_is_to_go(scene: Any, whole: dict[str, bytes], tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        scene.avcore.now.bake.folder = str(disk)
        fill(disk)
        with pytest.raises(RuntimeError, match=r"is full; free some space or choose another folder"):
            bpy.ops.avcore.bake()
        remount(disk, "size=100m")
        assert _goes_on(disk / NAME, whole) == 0


def test_a_bake_survives_a_disk_that_is_full_when_its_settings_change(
    scene: Any, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """What is noted of a bake beside its folder stays whole: going back to those settings bakes nothing again."""
    with small_disk(tmp_path / "disk", "100m") as disk:
        bake = scene.avcore.now.bake
        bake.folder = str(disk)
        bpy.ops.avcore.bake()
        ballast = fill(disk)
        bake.quality = "draft"
        with pytest.raises(RuntimeError, match=r"is full; free some space or choose another folder"):
            bpy.ops.avcore.bake()
        ballast.unlink()
        bake.quality = "final"
        assert _goes_on(disk / NAME, whole) == FRAMES


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_the_cache_cannot_be_written(
    how: str, scene: Any, folder: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """The cache is a convenience: without it the same pictures are made."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        fill(disk)
        if how == "read-only":
            remount(disk, "ro")
        installed.enable(os.environ["AVCORE_PYTHON"]).cache_folder = str(disk)
        bpy.ops.avcore.find_engine()
        assert _goes_on(folder, whole) == 0
        assert bpy.ops.avcore.preview(size=64) == {"FINISHED"}
        assert parts(disk) == []


def test_the_sound_is_deleted(scene: Any, folder: Path, whole: dict[str, bytes], song: Path) -> None:
    away = song.with_name("away.wav")
    song.rename(away)
    try:
        for act in (bpy.ops.avcore.bake, bpy.ops.avcore.preview, bpy.ops.avcore.listen):
            with pytest.raises(RuntimeError, match=f"there is no sound file {song}; pick another"):
                act()
        assert not folder.exists()
    finally:
        away.rename(song)
    assert _goes_on(folder, whole) == 0


def test_the_sound_of_a_strip_is_deleted(scene: Any, folder: Path, song: Path) -> None:
    if not bpy.app.build_options.audaspace:
        pytest.skip("this bpy wheel was built without audio, and has no strips")
    copy = song.with_name("copy.wav")
    copy.write_bytes(song.read_bytes())
    editor = scene.sequence_editor_create() or scene.sequence_editor
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    editor.active_strip = strips.new_sound("song", str(copy), 1, 1)
    bpy.ops.avcore.pick_sound(kind="ACTIVE")
    scene.avcore.now.bake.last = 5
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    from bl_ext.user_default.avcore.session import status

    copy.unlink()
    with pytest.raises(RuntimeError, match=f"the sound of the strip 'song' is missing: there is no file {copy}"):
        bpy.ops.avcore.bake()
    assert status.summary(bpy.context)[0], "the panel still draws"
    assert isinstance(status.problems(bpy.context), list)
    assert len(list(folder.glob("*.png"))) == 5, "what was baked stays"


def test_a_folder_that_is_read_only(scene: Any, whole: dict[str, bytes], tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "100m") as disk:
        scene.avcore.now.bake.folder = str(disk)
        remount(disk, "ro")
        with pytest.raises(RuntimeError, match=f"{disk} cannot be written to: .*; choose another folder"):
            bpy.ops.avcore.bake()
        remount(disk, "rw")
        assert _goes_on(disk / NAME, whole) == 0
        remount(disk, "ro")
        images = len(bpy.data.images)
        assert bpy.ops.avcore.bake() == {"FINISHED"}, "all of it is there, and shown again"
        assert len(bpy.data.images) == images


def test_an_unsaved_file(scene: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place beside a file that has none is refused; nothing is strewn over the current folder."""
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    for place in ("", "//", "//bakes"):
        scene.avcore.now.bake.folder = place
        with pytest.raises(RuntimeError, match="save the file first, or choose a folder for the bake"):
            bpy.ops.avcore.bake()
    assert sorted(tmp_path.iterdir()) == before
    scene.avcore.now.bake.folder = str(folder.parent)
    scene.avcore.now.bake.last = 3
    assert bpy.ops.avcore.bake() == {"FINISHED"}


def test_two_blenders_bake_into_one_folder(
    scene: Any, folder: Path, whole: dict[str, bytes], song: Path, avcore_python: str, tmp_path: Path
) -> None:
    others = [visit(tmp_path / f"{i}.json", python=avcore_python, song=song, folder=folder.parent) for i in range(2)]
    assert [other.end()["error"] for other in others] == ["", ""]
    assert pictures(folder) == whole
    assert parts(folder) == []


def test_two_blenders_fill_one_empty_cache(
    scene: Any, whole: dict[str, bytes], song: Path, avcore_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVCORE_CACHE", str(tmp_path / "cache"))
    others = [
        visit(tmp_path / f"{i}.json", python=avcore_python, song=song, folder=tmp_path / f"bakes{i}") for i in range(2)
    ]
    assert [other.end()["error"] for other in others] == ["", ""]
    for i in range(2):
        assert pictures(tmp_path / f"bakes{i}" / NAME) == whole
    assert parts(tmp_path) == []
    assert len(list((tmp_path / "cache" / "tracks").iterdir())) == 1


def test_two_blenders_want_one_folder_for_different_pictures(
    scene: Any, folder: Path, song: Path, avcore_python: str, tmp_path: Path
) -> None:
    """One of them gets it, whole; the other is told. Never do pictures of both lie there together."""
    told = [tmp_path / f"{i}.json" for i in range(2)]
    slow, quick = {"name": NAME, "width": 768, "last": 480}, {"name": NAME, "quality": "draft", "last": 24}
    first = visit(told[0], python=avcore_python, song=song, folder=folder.parent, **slow)
    when(has_frames(folder), lambda: None).join()
    second = visit(told[1], python=avcore_python, song=song, folder=folder.parent, **quick)
    ends = [each.end()["error"] for each in (first, second)]
    assert "another job has taken over" in ends[0]
    assert ends[1] == ""
    alone = visit(told[1], python=avcore_python, song=song, folder=tmp_path / "alone", **quick)
    assert alone.end()["error"] == ""
    assert pictures(folder) == pictures(tmp_path / "alone" / NAME)
