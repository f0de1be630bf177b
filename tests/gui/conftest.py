"""The rig, and the extension built for its Blender, for all tests of a window."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gui import rig

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def debian() -> Path:
    """The rig, made where it is not there."""
    if rig.why_not():
        pytest.skip(rig.why_not())
    root = rig.place()
    assert root is not None
    rig.make(root)
    return root


@pytest.fixture(scope="session")
def built(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the full zip for the rig's Blender, a song, and the scripts."""
    share = tmp_path_factory.mktemp("built")
    version = rig.enter(
        debian, share, "python3", "-c", "import sys; print('%d%d' % sys.version_info[:2])"
    ).stdout.strip()
    build = [sys.executable, str(ROOT / "addon" / "_build"), "--only", "full", "--python", version]
    subprocess.run([*build, "--platform", "linux-x64", "--out", str(share), "--work", str(share / "work")], check=True)
    next(share.glob("*-full-*.zip")).rename(share / "extension.zip")
    shutil.rmtree(share / "work")
    subprocess.run([sys.executable, "-m", "avcore.audio.demo", str(share / "song.wav")], check=True)
    for path in (*HERE.glob("walk*.py"), HERE / "driver.py", HERE / "inside.sh"):
        shutil.copy2(path, share / path.name)
    return share


@pytest.fixture(scope="module")
def share(built: Path, debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a Blender that has never seen the extension is given, as /mnt/share."""
    folder = tmp_path_factory.mktemp("share")
    shutil.copytree(built, folder, dirs_exist_ok=True)
    for kept in (".config/blender", ".cache/avcore"):
        shutil.rmtree(debian / "root" / kept, ignore_errors=True)
    return folder


def keep_shots(share: Path, log: str, name: str) -> None:
    """Leave what was seen and said in out/gui-shots."""
    shots = ROOT / "out" / "gui-shots"
    shots.mkdir(parents=True, exist_ok=True)
    (shots / name).write_text(log)
    for path in share.glob("*.png"):
        shutil.copy2(path, shots / path.name)
