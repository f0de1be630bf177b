"""A song of clicks as a strip, what can be done to it, and where Blender plays the clicks then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from scenes import read_mix, start_at, strips_of, trim, write_clicks

from addon.sound import mixdown, scene_fps

CLICKS_S = (1.003, 2.517, 4.25, 5.999, 8.731)
SECONDS = 11.0


def write_song(folder: Path) -> Path:
    """The song."""
    return write_clicks(folder / "clicks.wav", CLICKS_S, seconds=SECONDS)


def played_frames(scene: Any, folder: Path, *, end: int) -> np.ndarray:
    """Where the clicks begin in what Blender plays, in frames and parts of a frame."""
    fps = float(scene_fps(scene))
    rate_hz, samples = read_mix(mixdown(scene, folder / "mix.wav", frame_start=0, frame_end=end).path)
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.15)
    first = loud[np.diff(loud, prepend=-rate_hz) > rate_hz // 10]
    # A click of 10 ms reaches this level about 2 ms after it begins.
    return (first / rate_hz - 0.002) * fps


def as_it_is(scene: Any, strip: Any) -> None:
    """Leave it."""


def moved(scene: Any, strip: Any) -> None:
    """Move it."""
    start_at(strip, 37)


def trimmed(scene: Any, strip: Any) -> None:
    """Trim both ends."""
    trim(strip, start=44, end=51)


def cut(scene: Any, strip: Any) -> None:
    """Cut it in two with a gap between."""
    other = strips_of(scene.sequence_editor).new_sound("rest", bpy.path.abspath(strip.sound.filepath), 1, 400)
    trim(strip, end=int(6.6 * float(scene_fps(scene))))
    trim(other, start=int(4.9 * float(scene_fps(scene))))
    start_at(other, 31)


def sped_up(scene: Any, strip: Any) -> None:
    """Twice its speed."""
    if bpy.app.version < (5, 1, 0):
        pytest.skip("speed keys cannot be added in background before 5.1")
    start, end = strip.left_handle, strip.right_handle
    strip.pitch_correction = False
    strip.retiming_keys.add(timeline_frame=start)
    strip.retiming_keys[-1].timeline_frame = start + (end - start) // 2


def assert_peaks(keyed: Mapping[int, float], clicks: Sequence[int]) -> None:
    """The values by frame peak on the frame of each click."""
    for frame in clicks:
        near = {number: keyed.get(number, 0.0) for number in range(frame - 4, frame + 5)}
        highest = [number for number, value in near.items() if value > max(near.values()) - 1e-6]
        assert frame in highest, near
        assert abs(np.mean(highest) - frame) <= 0.5  # a peak of 30 ms lies on two or three frames at 60 fps
