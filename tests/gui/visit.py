"""A visit to Blender's window: the full extension, a song, a script that says what it found, and no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
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
    root = rig.place()
    assert root is not None
    rig.make(root)
    version = rig.enter(root, share, "python3", "-c", "import sys; print('%d%d' % sys.version_info[:2])").stdout.strip()
    build = [sys.executable, str(ROOT / "addon" / "_build"), "--only", "full", "--python", version]
    subprocess.run([*build, "--platform", "linux-x64", "--out", str(share), "--work", str(share / "work")], check=True)
    next(share.glob("*-full-*.zip")).rename(share / "extension.zip")
    shutil.rmtree(share / "work")
    subprocess.run([sys.executable, "-m", "avcore.audio.demo", str(share / "song.wav")], check=True)
    for name in ("driver.py", script, "inside.sh"):
        shutil.copy2(HERE / name, share / name)
    shutil.rmtree(root / "root" / ".config" / "blender", ignore_errors=True)
    shutil.rmtree(root / "root" / ".cache" / "avcore", ignore_errors=True)
    load = os.getloadavg()[0]
    done = rig.enter(root, share, "bash", "/mnt/share/inside.sh", f"/mnt/share/{script}", str(longest_s), online=False)
    shots.mkdir(parents=True, exist_ok=True)
    (shots / f"{Path(script).stem}.txt").write_text(done.stdout)
    for path in share.glob("*.png"):
        shutil.copy2(path, shots / path.name)
    assert (share / "found.json").is_file(), done.stdout[-4000:]
    told: dict[str, Any] = json.loads((share / "found.json").read_text())
    assert "error" not in told, f"{told['error']}\n{done.stdout[-4000:]}"
    assert "Traceback" not in done.stdout, done.stdout[-4000:]
    assert "done" in told, f"Blender ended before its time\n{done.stdout[-4000:]}"
    return {**told, "load": load}
