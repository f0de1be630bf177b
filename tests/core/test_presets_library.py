"""The library: how names are found, what is listed, and the fence around a preset's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from avcore.errors import PresetError
from avcore.presets import list_presets, load_preset, resolve_inside

GOOD = "schema: 1\ndescription: fine\ntags: [calm]\nfield: {type: cppn, seed: SEED}\n"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two folders of presets, the first before the second."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "My_Own.yaml").write_text(GOOD.replace("SEED", "1"))
    (first / "broken.yml").write_text("schema: 1\nfeild: 3\n")
    (first / "notes.txt").write_text("no preset")
    (second / "my-own.yaml").write_text(GOOD.replace("SEED", "2"))
    (second / "other.yaml").write_text(GOOD.replace("SEED", "3"))
    monkeypatch.setenv("AVCORE_PRESETS", f"{first}{os.pathsep}{second}{os.pathsep}{tmp_path / 'absent'}")
    return first, second


@pytest.mark.parametrize("name", ["my-own", "My_Own", "MY OWN", " my own "])
def test_names_are_forgiving_and_the_first_folder_wins(folders: tuple[Path, Path], name: str) -> None:
    preset = load_preset(name)
    assert preset.path == folders[0] / "My_Own.yaml"
    assert preset.origin == "folder"
    assert preset.field.seed == 1


def test_a_path_is_a_path(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_preset(folders[1] / "my-own.yaml").field.seed == 2
    monkeypatch.chdir(folders[1])
    assert load_preset("other.yaml").field.seed == 3
    assert load_preset("./my-own.yaml").field.seed == 2


@pytest.mark.usefixtures("folders")
def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(PresetError, match=r"no preset 'othr'; did you mean 'other'\? \(see `avcore presets list`\)"):
        load_preset("othr")
    with pytest.raises(PresetError, match="there is no such preset file"):
        load_preset("othr.yaml")


def test_the_list_shows_what_a_name_means_and_what_is_broken(folders: tuple[Path, Path]) -> None:
    entries = {entry.name: entry for entry in list_presets()}
    assert entries["my-own"].path == folders[0] / "My_Own.yaml"
    assert (entries["other"].description, entries["other"].tags) == ("fine", ("calm",))
    assert "unknown key; did you mean 'field'?" in entries["broken"].error
    assert not entries["other"].error


def test_shipped_presets_load() -> None:
    shipped = [entry for entry in list_presets() if entry.origin == "shipped"]
    assert shipped
    assert [entry.error for entry in shipped if entry.error] == []
    for entry in shipped:
        assert entry.description
        assert load_preset(entry.name).path == entry.path


def test_a_file_inside_the_folder(tmp_path: Path) -> None:
    assert resolve_inside(tmp_path, "weights/net.safetensors") == tmp_path.resolve() / "weights/net.safetensors"


@pytest.mark.parametrize(
    "relative",
    [
        "",
        ".",
        "../x",
        "a/../../x",
        "a/../x",
        "/etc/passwd",
        "C:/x",
        "C:x",
        "\\\\host\\x",
        "..\\x",
        "a\0b",
        "net.bin:stream",
    ],
)
def test_paths_that_leave_the_folder(tmp_path: Path, relative: str) -> None:
    with pytest.raises(PresetError, match="leads out of the preset's folder"):
        resolve_inside(tmp_path, relative)


def test_names_that_are_too_long_for_any_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    for field in (
        f"field: {{type: cppn, weights: {'w' * 5000}}}",
        f"field: {{type: cppn}}\nextends: {'e' * 5000}.yaml",
    ):
        path.write_text(f"schema: 1\n{field}\n")
        with pytest.raises(PresetError) as caught:
            load_preset(path).file("w" * 5000)
        assert len(str(caught.value)) < 500
    with pytest.raises(PresetError, match="there is no such preset file"):
        load_preset("p" * 5000 + ".yaml")


def test_links_that_leave_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("x")
    try:
        (inside / "file").symlink_to(tmp_path / "secret")
        (inside / "up").symlink_to(tmp_path)
    except OSError:
        pytest.skip("this system does not let this user make symbolic links")
    for relative in ("file", "up/secret"):
        with pytest.raises(PresetError, match="leads out"):
            resolve_inside(inside, relative)


def test_not_all_of_many_names_are_listed() -> None:
    with pytest.raises(PresetError) as caught:
        load_preset("qqqqqqqq")
    assert len(str(caught.value)) < 250
    assert "names)" in str(caught.value)
