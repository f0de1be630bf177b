"""A visit to Blender's window: the full extension, a song, a script that says what it found, and no network."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.gui import rig

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def visit(script: str, share: Path, *, longest_s: int, shots: Path) -> dict[str, Any]:
    """Run a script of this folder in Blender; what it found, and the machine's load at the beginning.

    Args:
        script: its name; it calls ``driver.play``.
        share: an empty folder, for what goes in and out.
        longest_s: Blender is ended then.
        shots: where the pictures of the screen are left, with the log.
    """
    prepare(share)
    load = os.getloadavg()[0]
    told, log = look(script, share, longest_s=longest_s, shots=shots)
    assert "Traceback" not in log, log[-4000:]
    assert "done" in told, f"Blender ended before its time\n{log[-4000:]}"
    return {**told, "load": load}


def prepare(share: Path) -> None:
    """Put the full extension, a song and the scripts into ``share``; the rig forgets what Blender has kept there."""
    root = rig.place()
    assert root is not None
    rig.make(root)
    for path in (*_built(root).iterdir(), *HERE.glob("*walk*.py"), HERE / "driver.py", HERE / "inside.sh"):
        shutil.copy2(path, share / path.name)
    for kept in (".config/blender", ".cache/avcore"):
        shutil.rmtree(root / "root" / kept, ignore_errors=True)


def look(script: str, share: Path, *, longest_s: int, shots: Path) -> tuple[dict[str, Any], str]:
    """Run a script in a Blender that keeps what the one before has kept; what it found, and what Blender said."""
    root = rig.place()
    assert root is not None
    (share / "found.json").unlink(missing_ok=True)
    done = rig.enter(root, share, "bash", "/mnt/share/inside.sh", f"/mnt/share/{script}", str(longest_s), online=False)
    shots.mkdir(parents=True, exist_ok=True)
    (shots / f"{Path(script).stem}.txt").write_text(done.stdout)
    for path in share.glob("*.png"):
        shutil.copy2(path, shots / path.name)
    assert (share / "found.json").is_file(), done.stdout[-4000:]
    told: dict[str, Any] = json.loads((share / "found.json").read_text())
    assert "error" not in told, f"{told['error']}\n{done.stdout[-4000:]}"
    return told, done.stdout


@cache
def _built(root: Path) -> Path:
    """The full zip for the Python of the rig's Blender, and the demo track."""
    folder = Path(tempfile.mkdtemp(prefix="avcore-gui-"))
    version = rig.enter(root, folder, "python3", "-c", "import sys; print('%d%d' % sys.version_info[:2])").stdout
    build = [sys.executable, str(ROOT / "addon" / "_build"), "--only", "full", "--python", version.strip()]
    work = folder / "work"
    subprocess.run([*build, "--platform", "linux-x64", "--out", str(folder), "--work", str(work)], check=True)
    next(folder.glob("*-full-*.zip")).rename(folder / "extension.zip")
    shutil.rmtree(work)
    subprocess.run([sys.executable, "-m", "avcore.audio.demo", str(folder / "song.wav")], check=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
