"""Which sound is heard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")

from sounding import needs_audio  # noqa: E402 - it is for processes with bpy

pytest_plugins = ["operating"]


def test_picking_a_sound(scene: Any, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="there is no sound file"):
        bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(tmp_path / "gone.wav"))
    assert scene.avcore.now.sound.file.endswith("song.wav"), "what was picked before stays"
    with pytest.raises(RuntimeError, match="there is no sound strip; add one in the Video Sequencer, or pick a file"):
        bpy.ops.avcore.pick_sound(kind="ACTIVE")
    with pytest.raises(RuntimeError, match="there is no sound strip 'x'"):
        bpy.ops.avcore.pick_sound(kind="STRIP", strip="x")
    assert bpy.ops.avcore.listen() == {"FINISHED"}


@needs_audio
def test_channel_and_mix(strip: Any, scene: Any) -> None:
    scene.frame_start, scene.frame_end = 1, 40
    for kind in ("CHANNEL", "MIX"):
        assert bpy.ops.avcore.pick_sound(kind=kind, channel=1) == {"FINISHED"}
        scene.avcore.now.bake.name = kind.lower()
        assert bpy.ops.avcore.bake() == {"FINISHED"}
