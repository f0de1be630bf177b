"""The speed of a strip, measured by listening: Blender's API shows where speed keys are, and not what they do.

A copy of the scene plays a sound that says what time it is: its left channel rises with time, its right one is
constant, so that their ratio is the time whatever the volume. What is heard at each frame is then read off a mixdown.
"""

from __future__ import annotations

import itertools
import tempfile
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np
from numpy.typing import NDArray

from .files import SoundError
from .hearing import Hearing, Piece
from .mixdown import listening_copy, write_mix
from .state import StripState
from .strips import scene_fps, walk

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

LONGEST_S = 3600
CLOCK_HZ = 500
TOLERANCE_S = 0.0005  # a thirtieth of a frame at 60 fps; the resampler's ripple stays below a fifth of it


def measure(strip: Strip, scene: Scene, state: StripState) -> list[Piece]:
    """What is heard of a strip whose speed was changed, within a millisecond.

    The speeds are measured, stretch by stretch between speed keys, and added up from the strip's beginning. Blender
    itself strays from that where it plays on over a change of speed, by 7 ms, and by 30 ms with pitch correction (5.2,
    from 3 to 1.5 times the speed).

    Raises:
        SoundError: this Blender has no audio, or more than the first hour of the sound is heard.
    """
    fps = scene_fps(scene)
    start, end = state.content_start, max(state.right, *state.retiming)
    borders = sorted({start, end, *(key for key in state.retiming if start < key < end)})
    pieces: list[Piece] = []
    with listening_copy(scene) as copy, tempfile.TemporaryDirectory() as scratch:
        clock = Path(scratch) / "clock.wav"
        _write_clock(clock)
        sound = bpy.data.sounds.load(str(clock))
        try:
            _play_alone(strip.name, copy, sound)
            time_s = state.skipped / fps
            for first, last in itertools.pairwise(borders):
                pieces += _joined(_listen(copy, Path(scratch) / "mix.wav", first, last), time_s)
                time_s = pieces[-1].end_s if pieces else time_s
        finally:
            bpy.data.sounds.remove(sound)
    if any(piece.end_s > 0.999 * LONGEST_S for piece in pieces):
        raise SoundError(
            f"the strip {strip.name!r} plays more than the first hour of its sound at a changed speed; cut it"
        )
    late = Hearing(fps, tuple(pieces)).seen_in(fps, to=state.late_s * fps)
    return [part for piece in late.pieces if (part := piece.within(state.left, state.right)) is not None]


def _joined(pieces: list[Piece], time_s: Fraction) -> list[Piece]:
    """The pieces of a stretch, so that it begins at ``time_s``: Blender may be a frame off where it begins to play."""
    offset = time_s - pieces[0].sound_s if pieces else Fraction(0)
    return [replace(piece, sound_s=piece.sound_s + offset) for piece in pieces]


def _listen(scene: Scene, path: Path, start: int, end: int) -> list[Piece]:
    """What is heard in frames ``[start, end)``, which have no speed key between them."""
    # Blender smooths a change of speed over the frames beside it: they are told by the frames further in.
    margin = 1 if end - start > 4 else 0
    first, last = start + margin, end - margin
    write_mix(scene, path, frame_start=first, frame_end=last, sample="S32")
    early, late = (_read_clock(path, last - first, fps=scene_fps(scene), at=at) for at in (0.25, 0.75))
    times_s = 1.5 * early - 0.5 * late
    heard = np.flatnonzero(np.isfinite(times_s))
    if not heard.size:
        return []
    runs = np.split(heard, np.flatnonzero(np.diff(heard) > 1) + 1)
    pieces = [piece for run in runs for piece in _pieces(run + first, times_s[run], 2 * (late[run] - early[run]))]
    if margin and pieces[0].frame_start == first:
        pieces[0] = replace(pieces[0], frame_start=start, sound_s=pieces[0].sound_s - pieces[0].rate)
    if margin and pieces[-1].frame_end == last:
        pieces[-1] = replace(pieces[-1], frame_end=end)
    return pieces


def _play_alone(name: str, scene: Scene, sound: bpy.types.Sound) -> None:
    """Let one strip of a copied scene play ``sound``, and no other be heard."""
    scene.animation_data_clear()
    scene.audio_volume = 1.0
    for strip, _ in walk(scene):
        if strip.name == name:
            strip.sound, strip.volume, strip.pan = sound, 1.0, 0.0
            setattr(strip, "left_handle_offset" if hasattr(strip, "left_handle_offset") else "frame_offset_start", 0)
            if hasattr(strip, "sound_offset"):
                strip.sound_offset = 0.0
            for modifier in strip.modifiers:  # not clear(), which ends the process in 5.0
                modifier.mute = True
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
    parts = slice(split), slice(split, None)
    return [piece for part in parts for piece in _pieces(frames[part], starts[part], rates[part])]


def _microseconds(seconds: float) -> Fraction:
    return Fraction(round(seconds * 10**6), 10**6)


def _nanoseconds(seconds: float) -> Fraction:
    return Fraction(round(seconds * 10**9), 10**9)
