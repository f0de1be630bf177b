"""The speed of a strip, measured by listening: Blender's API shows where speed keys are, and not what they do.

A copy of the scene plays a sound that says what time it is: its left channel rises with time, its right one is
constant, so that their ratio is the time whatever the volume. What is heard at each frame is then read off a mixdown.
"""

from __future__ import annotations

import tempfile
import wave
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np
from numpy.typing import NDArray

from .files import SoundError
from .hearing import Piece
from .mixdown import listening_copy, write_mix
from .state import StripState
from .strips import scene_fps, walk

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

LONGEST_S = 3600
CLOCK_HZ = 500
TOLERANCE_S = 0.0005  # a thirtieth of a frame at 60 fps; the resampler's ripple stays below a fifth of it


def measure(strip: Strip, scene: Scene, state: StripState) -> list[Piece]:
    """What is heard of a strip whose speed was changed, within half a millisecond.

    Raises:
        SoundError: this Blender has no audio, or more than the first hour of the sound is heard.
    """
    if state.left >= state.right:
        return []
    with listening_copy(scene) as copy, tempfile.TemporaryDirectory() as scratch:
        clock, mix = Path(scratch) / "clock.wav", Path(scratch) / "mix.wav"
        _write_clock(clock)
        sound = bpy.data.sounds.load(str(clock))
        try:
            _play_alone(strip.name, copy, sound)
            write_mix(copy, mix, frame_start=state.left, frame_end=state.right, sample="S32")
        finally:
            bpy.data.sounds.remove(sound)
        # Two moments of each frame, away from its borders, where a change of speed is smoothed.
        early, late = (_read_clock(mix, state.right - state.left, fps=scene_fps(scene), at=at) for at in (0.25, 0.75))
    starts = 1.5 * early - 0.5 * late
    if np.nanmax(late, initial=0.0) > 0.999 * LONGEST_S:
        raise SoundError(f"the strip {strip.name!r} plays more than the first hour of its sound at a changed speed; cut it")
    heard = np.flatnonzero(np.isfinite(starts))
    runs = np.split(heard, np.flatnonzero(np.diff(heard) > 1) + 1) if heard.size else []
    return [piece for run in runs for piece in _pieces(run + state.left, starts[run], late[run] - early[run])]


def _play_alone(name: str, scene: Scene, sound: bpy.types.Sound) -> None:
    """Let one strip of a copied scene play ``sound``, and no other be heard."""
    scene.animation_data_clear()
    scene.audio_volume = 1.0
    for strip, _ in walk(scene):
        if strip.name == name:
            strip.sound, strip.volume, strip.pan = sound, 1.0, 0.0
            strip.modifiers.clear()
            if hasattr(strip, "pitch_correction"):
                strip.pitch_correction = False
        elif strip.type != "META":
            strip.mute = True


def _write_clock(path: Path) -> None:
    ticks = np.arange(LONGEST_S * CLOCK_HZ)
    samples = np.full((ticks.size, 2), 2**30, dtype="<i4")
    samples[:, 0] = ticks * (2**30 / ticks.size)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(4)
        file.setframerate(CLOCK_HZ)
        file.writeframes(samples.tobytes())


def _read_clock(path: Path, n: int, *, fps: Fraction, at: float) -> NDArray[np.float64]:
    """The clock's time at ``at`` of each of ``n`` frames [shape=(n,)] in seconds, NaN where it is not heard."""
    data = path.read_bytes()
    rate_hz = int.from_bytes(data[24:28], "little")
    start = data.index(b"data") + 8
    samples = np.frombuffer(data[start : start + (len(data) - start) // 8 * 8], "<i4").reshape(-1, 2)
    index = np.round((np.arange(n) + at) / float(fps) * rate_hz).astype(np.int64)
    rising, constant = samples[np.minimum(index, len(samples) - 1)].astype(np.float64).T
    silent = (constant < 2**20) | (index >= len(samples))
    return np.where(silent, np.nan, rising / np.where(silent, 1.0, constant) * LONGEST_S)


def _pieces(frames: NDArray[np.int64], starts: NDArray[np.float64], rates: NDArray[np.float64]) -> list[Piece]:
    """As few straight pieces as stay within the tolerance; a single frame keeps its own rate."""
    first = int(frames[0])
    if len(frames) == 1:
        return [Piece(first, first + 1, _microseconds(starts[0]), _nanoseconds(rates[0]))]
    rate, start = np.polyfit(frames - first, starts, 1)
    error = np.abs(start + rate * (frames - first) - starts)
    if error.max() <= TOLERANCE_S:
        return [Piece(first, int(frames[-1]) + 1, _microseconds(start), _nanoseconds(rate))]
    # Split where a straight line from end to end is furthest away.
    chord = starts[0] + (starts[-1] - starts[0]) * (frames - first) / (frames[-1] - first)
    split = min(max(int(np.abs(chord - starts).argmax()), 1), len(frames) - 1)
    return _pieces(frames[:split], starts[:split], rates[:split]) + _pieces(frames[split:], starts[split:], rates[split:])


def _microseconds(seconds: float) -> Fraction:
    return Fraction(max(0, round(seconds * 10**6)), 10**6)


def _nanoseconds(seconds: float) -> Fraction:
    return Fraction(round(seconds * 10**9), 10**9)
