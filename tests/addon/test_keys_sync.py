"""From a sound to a property: what avcore hears peaks on the frame at which Blender plays the click."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import exact, new_scene, strips_of

bpy = pytest.importorskip("bpy")

from clicking import (  # noqa: E402 - it is for processes with bpy
    CLICKS_S,
    as_it_is,
    assert_peaks,
    cut,
    moved,
    played_frames,
    sped_up,
    trimmed,
    write_song,
)

from addon.keys import Event, ensure_property, make_controller, write_curve, write_markers  # noqa: E402
from addon.sound import Hearing, can_mix, scene_fps, source, timing  # noqa: E402

# avcore runs in its own Python, as for the extension's worker: sample a feature at times of the sound.
SAMPLE = """
import sys
from fractions import Fraction
import numpy as np
from avcore.audio import analyze
from avcore.signals import SignalSpec, compute_controls
path, times, span, out = sys.argv[1:]
track = analyze(path)
signals = {"click": SignalSpec(source="onset", sample="max")}
controls = compute_controls(signals, track, fps=1 / Fraction(span))
values = controls.frames(np.load(times), span_s=float(span))["click"]
np.save(out, values)
"""

pytestmark = pytest.mark.skipif(not can_mix(), reason="strips cannot be made without audio in this bpy")


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_song(tmp_path_factory.mktemp("song"))


def sample(python: str, path: Path, hearing: Hearing, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Frames with sound, and the values of the signal there."""
    frames = hearing.frames()
    times_s = hearing.times(frames)
    frames, times_s = frames[np.isfinite(times_s)], times_s[np.isfinite(times_s)]
    np.save(folder / "times.npy", times_s)
    span = float(hearing.pieces[0].rate)
    arguments = [str(path), str(folder / "times.npy"), str(span), str(folder / "values.npy")]
    subprocess.run([python, "-c", SAMPLE, *arguments], check=True, capture_output=True)
    return frames, np.load(folder / "values.npy")


@pytest.mark.parametrize("edit", [as_it_is, moved, trimmed, cut, sped_up])
@pytest.mark.parametrize("fps", ["24", "25", "29.97", "60"])
def test_the_property_peaks_on_the_frame_of_the_click(
    tmp_path: Path, avcore_python: str, song: Path, fps: str, edit: Any
) -> None:
    scene = new_scene(fps)
    strip = strips_of(scene.sequence_editor).new_sound("song", str(song), 1, 11)
    edit(scene, strip)
    assert scene_fps(scene) == exact(fps)
    hearing = timing(strip, scene)
    frames, values = sample(avcore_python, source(strip, folder=tmp_path), hearing, tmp_path)
    empty = make_controller(scene, kind="EMPTY")
    path = ensure_property(empty, "click")
    write_curve(empty, path, frames=frames, values=values)

    keyed = {}
    for frame in range(hearing.frame_start - 2, hearing.frame_end + 2):
        scene.frame_set(frame)
        keyed[frame] = empty["click"]
    played = played_frames(scene, tmp_path, end=hearing.frame_end + 10)
    clicks, _ = hearing.frames_of(CLICKS_S)
    assert len(clicks) >= 3
    np.testing.assert_allclose(clicks, played, atol=0.6)  # the nearest frame; a tenth for finding the click in the mix
    assert_peaks(keyed, clicks)

    write_markers(scene, hearing, [Event(time_s, "click") for time_s in CLICKS_S], kind="onsets")
    assert sorted(marker.frame for marker in scene.timeline_markers) == list(clicks)
