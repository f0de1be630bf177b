"""The manifest document: a round trip, and a reader that trusts nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avcore.encode.manifest import FrameFile, Manifest, read_manifest, write_manifest
from avcore.errors import UsageError

MANIFEST = Manifest(
    "bake",
    (1280, 720),
    Fraction(24000, 1001),
    "png",
    8,
    1,
    {"job": "ab", "seed": 3},
    {1: FrameFile("bake_0001.png", 9, "c0")},
)


@given(
    numbers=st.sets(st.integers(-20_000, 2_000_000), max_size=8),
    name=st.text("abcØ_-019", min_size=1, max_size=12),
    fps=st.fractions(Fraction(1, 100), 1000, max_denominator=1001),
)
def test_round_trip_and_file_names(numbers: set[int], name: str, fps: Fraction) -> None:
    empty = replace(MANIFEST, name=name, fps=fps, frames={})
    frames = {number: FrameFile(empty.frame_file(number), abs(number), f"{number:x}") for number in numbers}
    manifest = replace(empty, frames=frames)
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert {manifest.frame_number(frame.file) for frame in frames.values()} == numbers


def test_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    two = {2: FrameFile("bake_0002.png", 1, "aa"), 1: FrameFile("bake_0001.png", 9, "c0")}
    a = replace(MANIFEST, frames=two, provenance={"seed": 3, "job": "ab"})
    b = replace(MANIFEST, frames=dict(sorted(two.items())), provenance={"job": "ab", "seed": 3})
    assert a.to_json() == b.to_json()
    write_manifest(tmp_path, a)
    assert read_manifest(tmp_path) == b


@pytest.mark.parametrize(
    "file", ["bake_1.png", "bake_00001.png", "bake_0001.exr", "Bake_0001.png", "bake_0001.png.part", "xbake_0001.png"]
)
def test_files_that_are_not_frames(file: str) -> None:
    assert MANIFEST.frame_number(file) is None


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"name": "../up"},
        {"format": "svg"},
        {"name": "a" * 201},
        {"name": "a\x1b[31m"},
        {"fps": "24/0"},
        {"fps": "1e999999999"},
        {"fps": "9" * 10},
        {"fps": 24},
        {"bits": 1e999},
        {"size": [1e999, 1]},
        {"size": 5},
        {"frames": {"1": {"file": "/etc/passwd", "bytes": 1, "sha256": ""}}},
        {"frames": {"1": {"bytes": 1}}},
        {"provenance": None},
    ],
)
def test_a_document_that_is_not_ours_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    document = {**json.loads(MANIFEST.to_json()), **change}
    (tmp_path / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"manifest\.json is not an image sequence's manifest"):
        read_manifest(tmp_path)


def test_differences_speak() -> None:
    other = replace(MANIFEST, size=(640, 360), fps=Fraction(25), provenance={"job": "cd", "overlay": "\x1b[31m"})
    assert MANIFEST.differences(other) == ["another size, 640x360", "another frame rate, 25", "another overlay"]
    assert MANIFEST.differences(replace(MANIFEST, provenance={"job": "cd"})) == ["other settings"]
    assert MANIFEST.differences(replace(MANIFEST, provenance={"job": "ab", "seed": 4})) == []


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", "not json", "\xff", "[" * 100_000, "9" * 9999])
def test_other_files_of_that_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="not an image sequence's manifest"):
        read_manifest(tmp_path)
