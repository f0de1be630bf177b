"""Is a film in step: its frames with the clock, its sound with the song, its picture with its sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.errors import InputError, UsageError
from avcore.timebase import parse_fps
from avcore.verify.film import ENERGY_HZ, Ends, frame_times, hear_ends, look_at
from avcore.verify.picture_lag import PictureLag, picture_lag
from avcore.verify.sound_lag import WINDOW_S, SoundLag, sound_lag

# Called with the name of the stage, how much is done and how much there is.
Progress = Callable[[str, float, float], None]

HALF_FRAME = 0.5


@dataclass(frozen=True)
class FrameClock:
    """Time stamps against the exact clock: the frame that is furthest off, in frames, and its number from 0."""

    fps: str
    frames: int
    worst_frames: float
    worst_frame: int


@dataclass(frozen=True)
class Sync:
    """The whole check; ``faults`` are sentences, none where the film is in step."""

    film: str
    clock: FrameClock
    sound: SoundLag | None
    picture: PictureLag | None
    faults: list[str]

    @property
    def exit_code(self) -> int:
        """1 where the film is out of step."""
        return 1 if self.faults else 0

    def text(self) -> str:
        """The verdict in a sentence, and what was measured."""
        clock, sound, picture = self.clock, self.sound, self.picture
        verdict = "out of step: " + "; ".join(self.faults) if self.faults else "in step"
        lines = [
            f"{self.film} is {verdict}",
            f"  frames: {clock.frames} at {clock.fps} a second, "
            f"the worst {clock.worst_frames:+.3f} of a frame from its time",
        ]
        if sound is not None:
            lines.append(f"  sound: {sound.text()}")
        if picture is not None:
            lines.append(f"  picture: {picture.text()}")
        return "\n".join(lines)


def check_sync(
    film: Path,
    song: Path | None = None,
    *,
    start_s: Fraction = Fraction(0),
    fps: Fraction | None = None,
    n_frames: int | None = None,
    progress: Progress = lambda *_: None,
) -> Sync:
    """Measure a film, whose first frame is at ``start_s`` in ``song``, and say whether it is in step.

    In step means: every frame is shown within half a frame of ``i / fps``, and the song is heard within half a frame of
    its time from beginning to end. Picture against sound is measured as well, and counts where it is clear.

    Args:
        film: a video file.
        song: what it was made for; None: only its own frames and sound are looked at.
        start_s: time in the song of the film's first frame.
        fps: the frame rate that it should have; None: the one that its time stamps fit best.
        n_frames: how many frames it should have; None: any number.
        progress: called while frames are decoded.

    Raises:
        InputError: the film or the song is missing or damaged.
    """
    times = frame_times(film)
    rate = fps or _best_rate(times.times_s, times.written_fps)
    clock = _clock(times.times_s, rate)
    faults = []
    if abs(clock.worst_frames) > HALF_FRAME:
        faults.append(f"frame {clock.worst_frame} is {clock.worst_frames:+.2f} frames from its time at {rate} a second")
    if n_frames is not None and clock.frames != n_frames:
        faults.append(f"it has {clock.frames} frames, not {n_frames}")
    heard = _heard(film)
    sound = None
    if song is not None and heard is None:
        faults.append("it has no sound")
    elif song is not None and heard is not None:
        sound = sound_lag(heard, song, start_s=float(start_s))
        faults += sound.faults(HALF_FRAME / float(rate))
    picture = None
    if heard is not None:
        look = look_at(film, progress=lambda done: progress("frames", done, clock.frames))
        edges_s = np.arange(len(look.change) + 1) / float(rate)
        picture = picture_lag(look, _level(heard.energy, edges_s), fps=float(rate))
        faults += picture.faults()
    return Sync(str(film), clock, sound, picture, faults)


def _best_rate(times_s: NDArray[np.float64], written: str) -> Fraction:
    """The exact rate that the time stamps fit best: the one in words, a whole or an NTSC one, or any."""
    if len(times_s) < 2:
        return _written(written) or Fraction(1)
    measured = (len(times_s) - 1) / (times_s[-1] - times_s[0])
    nominal = max(1, round(measured * 1001 / 1000))
    candidates = [_written(written), Fraction(max(1, round(measured))), Fraction(nominal * 1000, 1001)]
    candidates.append(Fraction(measured).limit_denominator(1001))
    return min((rate for rate in candidates if rate), key=lambda rate: abs(_clock(times_s, rate).worst_frames))


def _written(text: str) -> Fraction | None:
    try:
        return parse_fps(text.replace("k", "000"))
    except UsageError:
        return None


def _clock(times_s: NDArray[np.float64], fps: Fraction) -> FrameClock:
    exact = np.array([float(index / fps) for index in range(len(times_s))])
    off = (times_s - exact) * float(fps)
    worst = int(np.argmax(np.abs(off)))
    return FrameClock(str(fps), len(times_s), float(off[worst]), worst)


def _heard(film: Path) -> Ends | None:
    try:
        return hear_ends(film, seconds=WINDOW_S)
    except InputError as error:
        if "has no sound" in str(error):
            return None
        raise


def _level(energy: NDArray[np.float64], edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root mean square of the sound between the edges [shape=(n - 1,)]."""
    grid_s = np.arange(len(energy) + 1) / ENERGY_HZ
    total = np.interp(edges_s, grid_s, np.concatenate([[0.0], np.cumsum(energy)]))
    level: NDArray[np.float64] = np.sqrt(np.maximum(np.diff(total), 0) / np.maximum(np.diff(edges_s), 1e-9))
    return level
