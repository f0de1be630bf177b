"""What a bake on disk is read as, and what is said where it is not whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scenes import noise_pictures, write_bake

from addon.bake.files import BakedFiles, BakeError, read_bake, read_maps


def test_a_folder(tmp_path: Path) -> None:
    folder = write_bake(tmp_path / "ember", noise_pictures(5), first=11)
    files = read_bake(folder)
    assert files == BakedFiles(folder, "ember", "base", False, "png", 11, 5)
    assert files.first_file == folder / "ember_0011.png"
    assert files.first_file.is_file()


def test_maps_lie_beside_it(tmp_path: Path) -> None:
    for name in ("ember", "ember_height", "ember_normal", "ember_other"):
        write_bake(tmp_path / name, noise_pictures(3))
    maps = read_maps(tmp_path / "ember")
    assert list(maps) == ["base", "height", "normal"]
    assert [files.is_colour for files in maps.values()] == [True, False, False]


def test_a_map_of_another_length_is_refused(tmp_path: Path) -> None:
    write_bake(tmp_path / "ember", noise_pictures(3))
    write_bake(tmp_path / "ember_height", noise_pictures(2))
    with pytest.raises(BakeError, match="other frames"):
        read_maps(tmp_path / "ember")


def test_a_gap_is_named(tmp_path: Path) -> None:
    folder = write_bake(tmp_path / "ember", noise_pictures(5))
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    del document["frames"]["3"]
    path.write_text(json.dumps(document))
    with pytest.raises(BakeError, match="lacks frame 3"):
        read_bake(folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"name": "a/../b", "format": "png", "frames": {"1": {}}}',
        '{"name": "a", "format": "blend", "frames": {}}',
    ],
)
def test_what_is_no_bake_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BakeError):
        read_bake(tmp_path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing", tmp_path / "film.mp4"):
        with pytest.raises(BakeError, match="bake it again"):
            read_bake(place)
    (tmp_path / "film.mp4").write_bytes(b"film")
    assert read_bake(tmp_path / "film.mp4").is_movie
