"""What tests of failures share: a bake to disturb, the same bake left alone, and other Blenders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SIDE, FRAMES, PRESET = 384, 96, "rosette"
LONGEST_S = 120.0


@dataclass(frozen=True)
class Other:
    """A Blender of its own that bakes, see ``bake_visit.py``."""

    process: subprocess.Popen[str]
    told: Path

    def end(self) -> dict[str, Any]:
        """What it found."""
        said, _ = self.process.communicate(timeout=LONGEST_S)
        answer: dict[str, Any] = json.loads(self.told.read_text())
        assert "error" in answer, said
        return answer


def visit(told: Path, *, python: str, song: Path, folder: Path, preset: str = PRESET, **bake: Any) -> Other:
    """Start another Blender that bakes into ``folder``, with the settings of these tests unless ``bake`` says so."""
    settings = {"width": SIDE, "height": SIDE, "folder": str(folder), "range": "CUSTOM", "first": 1, "last": FRAMES}
    told.write_text(json.dumps({"python": python, "song": str(song), "preset": preset, "bake": settings | bake}))
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("bake_visit.py")), str(told)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return Other(process, told)


def pictures(folder: Path) -> dict[str, bytes]:
    """The frames and the manifest of a bake."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if not path.name.startswith(".")}


def parts(folder: Path) -> list[str]:
    """Files below a folder that are half-written, or were."""
    return [path.name for path in folder.rglob("*") if path.suffix in (".avcore-part", ".part", ".wav")]


def whole_frames(folder: Path, whole: dict[str, bytes]) -> int:
    """The number of frames; each is that of the undisturbed bake."""
    frames = {name: data for name, data in pictures(folder).items() if name.endswith(".png")}
    assert all(whole[name] == data for name, data in frames.items())
    return len(frames)


def when(is_so: Callable[[], bool], act: Callable[[], None]) -> threading.Thread:
    """Act in a thread as soon as something is so."""

    def wait() -> None:
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            if is_so():
                act()
                return
            time.sleep(0.01)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def has_frames(folder: Path, count: int = 5) -> Callable[[], bool]:
    """Whether a bake has got so far."""
    return lambda: len(list(folder.glob("*.png"))) >= count


def below(pid: int) -> dict[int, str]:
    """The processes below one and their command lines, from /proc."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
            found |= below(child)
    return found


def bakers(pid: int) -> list[int]:
    """The processes below one that bake."""
    return [child for child, command in below(pid).items() if "avcore.worker.baker" in command]


def gone(pids: list[int] | dict[int, str], *, within_s: float = 30.0) -> bool:
    """Whether processes end in time; one that has ended and waits for its parent has."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not any(_is_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size. Skips the test where none can be mounted."""
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("only root can make a small disk")
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, how: str) -> None:
    """Change a small disk: ``ro``, ``rw``, ``size=100m``."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free; the file that takes it all."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"\0" * 4096)
            except OSError:
                return ballast
