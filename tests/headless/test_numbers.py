"""Numbers in file names and among arguments; paths of other machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avcore.errors import InputError, UsageError
from headless.numbers import expand, has_place, joined
from headless.path_map import PathMap, read_rules


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("beauty_####.png", 12, "beauty_0012.png"),
        ("beauty_%04d.png", 12, "beauty_0012.png"),
        ("beauty_####", -1, "beauty_-001"),
        ("beauty_####", 12345, "beauty_12345"),
        ("take#/f_##", 3, "take#/f_03"),
        ("f%d", 3, "f3"),
        ("f#", 3, "f3"),
    ],
)
def test_a_number_goes_into_its_place(name: str, number: int, expected: str) -> None:
    assert has_place(name)
    assert expand(name, number) == expected


def test_a_name_without_a_place_is_refused() -> None:
    assert not has_place("beauty")
    with pytest.raises(UsageError, match="####"):
        expand("beauty", 1)


def test_negative_frames_are_no_options() -> None:
    assert joined(["bake", "-f", "-5--2", "-o", "x"]) == ["bake", "-f-5--2", "-o", "x"]
    assert joined(["--frames", "-5", "--frames", "1-3"]) == ["--frames=-5", "--frames", "1-3"]
    assert joined(["-f", "-o", "x"]) == ["-f", "-o", "x"]


@pytest.mark.parametrize(
    ("path", "mapped"),
    [
        ("/shows/a/song.wav", "/mnt/a/song.wav"),
        ("/shows", "/mnt"),
        ("/shows/deep/x", "/deep/x"),  # the longest beginning counts
        ("/showstopper/x", "/showstopper/x"),
        ("Z:\\Shows\\a\\b.wav", "/mnt/z/a/b.wav"),
        ("z:/shows/a", "/mnt/z/a"),
        ("/other", "/other"),
    ],
)
def test_paths_are_mapped(path: str, mapped: str) -> None:
    rules = PathMap((("/shows", "/mnt"), ("/shows/deep", "/deep"), ("Z:\\shows", "/mnt/z")))
    assert rules(path) == Path(mapped)


def test_rules_come_from_options_and_from_an_engine(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    rule = {"source_path_format": "POSIX", "source_path": "/farm", "destination_path": "/here"}
    file.write_text(json.dumps({"version": "pathmapping-1.0", "path_mapping_rules": [rule]}))
    rules = read_rules([str(file), "/a=/b"])
    assert (rules("/farm/x"), rules("/a/x")) == (Path("/here/x"), Path("/b/x"))
    file.write_text("{}")  # a session without rules
    assert read_rules([str(file)])("/farm/x") == Path("/farm/x")


def test_rules_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="FROM=TO"):
        read_rules(["nonsense"])
    with pytest.raises(InputError, match="cannot be read"):
        read_rules([str(tmp_path / "gone.json")])
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(InputError, match="holds no path rules"):
        read_rules([str(tmp_path / "list.json")])
