"""The list of jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")


pytest_plugins = ["operating"]


def test_jobs(scene: Any) -> None:
    assert not bpy.ops.avcore.bake_jobs.poll()
    scene.avcore.now.bake.target = "IMAGE"
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    scene.avcore.now.preset.name = "wormhole"
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    scene.avcore.now.preset.name = "nonesuch"
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    assert bpy.ops.avcore.bake_jobs() == {"FINISHED"}
    assert [job.state for job in scene.avcore.jobs][:2] == ["done", "done"]
    assert "nonesuch" in scene.avcore.jobs[2].state
    assert {path.name for path in Path(scene.avcore.now.bake.folder).iterdir() if path.is_dir()} == {
        "song-ember",
        "song-wormhole",
    }
    assert bpy.ops.avcore.job_remove() == {"FINISHED"}
    assert len(scene.avcore.jobs) == 2
