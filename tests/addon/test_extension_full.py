"""The full zip: one file, no network, a clean Blender, and real music becomes pictures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.addon.conftest import ROOT, blenders

AUDIO = Path(os.environ.get("AVCORE_TEST_AUDIO", ROOT.parent / "shared" / "audio"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def full_zip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The full zip for Linux and a Python, such as ``311``."""
    return cache(lambda python: _build(python, tmp_path_factory.mktemp(f"dist{python}")))


def _build(python: str, folder: Path) -> Path:
    if not sys.platform.startswith("linux"):
        pytest.skip("this test installs the build for Linux")
    build = [sys.executable, str(ROOT / "addon" / "_build"), "--only", "full", "--python", python]
    command = [*build, "--platform", "linux-x64", "--out", str(folder), "--work", str(folder / "work")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or "not built" in done.stdout:
        pytest.skip(f"the zip cannot be built here: {(done.stdout + done.stderr).strip()[-300:]}")
    return next(folder.glob("*-full-*.zip"))


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real music, or the demo track where there is none."""
    for path in sorted(AUDIO.glob("*.ogg")):
        return path
    path = tmp_path_factory.mktemp("song") / "song.wav"
    subprocess.run([sys.executable, "-m", "avcore.audio.demo", str(path)], check=True)
    return path


@pytest.mark.parametrize(("version", "python"), [("45", "311"), ("50", "311"), ("52", "313")])
def test_one_file_is_enough(
    version: str, python: str, full_zip: Callable[[str], Path], song: Path, tmp_path: Path
) -> None:
    venv = next((each for each in blenders() if each.name.endswith(version) and (each / "bin/python").is_file()), None)
    if venv is None:
        pytest.skip(f"there is no Blender {version}; `make test-addon` makes it")
    told = _visit(venv, full_zip(python), song, tmp_path)
    assert told["frames"] == 48
    assert told["material"].endswith("ember")
    assert [size > 1000 for size in told["films"]] == [True], "ffmpeg runs, though Blender unpacks it without leave"
    assert "the extension's wheels" in told["doctor"]
    assert "ffmpeg: ffmpeg" in told["doctor"]
    assert "nothing is missing" in told["doctor"]
    assert "matplotlib not installed (optional: for plots)" in told["doctor"]
    print(version, told["installed_s"], told["first_picture_s"])


def _visit(venv: Path, zip_path: Path, song: Path, folder: Path) -> dict[str, Any]:
    """What a clean Blender finds: nothing of this machine's Python, and no network where that can be taken away."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "BLENDER_USER_RESOURCES": str(folder / "blender"),
        "AVCORE_CACHE": str(folder / "cache"),
    }
    alone = ["unshare", "--net"] if os.geteuid() == 0 else []
    script = Path(__file__).with_name("offline_visit.py")
    command = [*alone, str(venv / "bin/python"), str(script), str(zip_path), str(song), str(folder)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=580)
    assert (folder / "told.json").is_file(), done.stdout + done.stderr
    told: dict[str, Any] = json.loads((folder / "told.json").read_text())
    return told
