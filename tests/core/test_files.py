"""Files appear whole or not at all, and what a killed process left is swept."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from avcore.errors import OutputError
from avcore.files import part_path, replacing, sweep_parts, write_whole


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")
    with contextlib.suppress(RuntimeError), replacing(path) as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.txt", b"new")]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        write_whole(tmp_path / "nowhere" / "a.txt", b"")


@pytest.mark.skipif(os.name != "posix", reason="Windows tells dead parts by age alone")
def test_parts_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from avcore.files import part_path; part_path(Path(sys.argv[1])).touch()"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], check=True)
    mine = part_path(tmp_path / "b.png")
    mine.touch()
    (tmp_path / ".hidden").touch()
    sweep_parts(tmp_path, older_than_s=3600)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine.name, ".hidden"])
    sweep_parts(tmp_path, older_than_s=-1)
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]
