"""Undo during a bake, and Blender killed in one, in its own window."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from avcore.encode import read_manifest
from avcore.encode.png import is_whole_png
from tests.gui import rig
from tests.gui.visit import ROOT, look, prepare

LONGEST_S = 420
FRAMES = 480

pytestmark = pytest.mark.skipif(bool(rig.why_not()), reason=rig.why_not() or "there is a rig")


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What goes in and out."""
    folder = tmp_path_factory.mktemp("share")
    prepare(folder)
    return folder


@pytest.fixture(scope="module")
def before(share: Path) -> dict[str, Any]:
    """What was found until Blender was killed, and what it left."""
    left: dict[str, Any] = {}

    def kill() -> None:
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end and "began" not in left:
            time.sleep(0.2)
            pids = _read(share).get("pids")
            if pids:
                left["processes"] = [*pids, *_children(pids[1])]
                left["began"] = time.monotonic()
                os.kill(pids[0], signal.SIGKILL)
        while any(map(_is_alive, left.get("processes", ()))) and time.monotonic() < end:
            time.sleep(0.05)
        left["ended"] = time.monotonic()

    killer = threading.Thread(target=kill)
    killer.start()
    told = _visit(share)
    killer.join()
    (share / "was-killed").touch()
    left["pictures"] = sorted((share / "bakes" / "killed").glob("*.png"))
    return {**told, **left}


@pytest.fixture(scope="module")
def after(before: dict[str, Any], share: Path) -> dict[str, Any]:
    """What a new Blender found."""
    return _visit(share)


def test_undo_does_not_disturb_a_bake(before: dict[str, Any]) -> None:
    assert before["undone_objects"] == 1, "Ctrl Z did undo something"
    assert before["runs_after_undo"]
    assert before["undone_frames"] == FRAMES
    assert len(before["undone_images"]) == 1


def test_nothing_outlives_a_killed_blender(before: dict[str, Any]) -> None:
    assert len(before["processes"]) >= 3, "Blender, the worker and its baker"
    assert before["ended"] - before["began"] < 20.0
    assert 0 < len(before["pictures"]) < FRAMES
    assert all(map(is_whole_png, before["pictures"]))


def test_the_next_blender_goes_on(after: dict[str, Any], before: dict[str, Any], share: Path) -> None:
    assert after["skipped"] >= len(before["pictures"])
    assert after["skipped"] + after["frames"] == FRAMES
    manifest = read_manifest(share / "bakes" / "killed")
    assert manifest is not None
    assert len(manifest.frames) == FRAMES
    assert not [path.name for path in (share / "bakes").rglob("*.avcore-part")]


def _visit(share: Path) -> dict[str, Any]:
    return look("walk_failures.py", share, longest_s=LONGEST_S, shots=ROOT / "out" / "gui-shots")[0]


def _read(share: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((share / "found.json").read_text())
    except (OSError, ValueError):  # not there yet, or being written
        return {}
    return told


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
