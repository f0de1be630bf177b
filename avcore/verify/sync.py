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
from avcore.verify.film import ENERGY_HZ, Ends, frame_times, hear, hear_ends, look_at
from avcore.verify.picture_lag import PictureLag, picture_lag

# Called with the name of the stage, how much is done and how much there is.
Progress = Callable[[str, float, float], None]

HALF_FRAME = 0.5
WINDOW_S = 8.0
"""Sound that is compared at the beginning and at the end."""
REACH_S = 1.5
"""A sound that is further off is not found."""
SAME_SOUND = 0.5
"""Correlation from which two sounds are the same; a lossy codec leaves 0.98 and more."""
NEARLY = 0.98
SILENT_RMS = 1e-4


@dataclass(frozen=True)
class FrameClock:
    """Time stamps against the exact clock: the frame that is furthest off, in frames, and its number from 0."""

    fps: str
    frames: int
    worst_frames: float
    worst_frame: int


@dataclass(frozen=True)
class SoundLag:
    """How late the film's sound is against the song, in samples, at both ends; ``alike`` is the correlation there.

    None where there is silence.
    """

    rate_hz: int
    begin_samples: int | None
    end_samples: int | None
    begin_alike: float
    end_alike: float

    @property
    def drift_samples(self) -> int | None:
        """How much later the end is than the beginning."""
        if self.begin_samples is None or self.end_samples is None:
            return None
        return self.end_samples - self.begin_samples

    @property
    def worst_s(self) -> float:
        """The larger lag, in seconds."""
        return max((abs(lag) for lag in (self.begin_samples, self.end_samples) if lag is not None), default=0) / (
            self.rate_hz
        )


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
            lines.append(f"  sound: {_lags(sound)}")
        if picture is not None:
            lines.append(f"  picture: {picture.text()}")
        return "\n".join(lines)


def _lags(sound: SoundLag) -> str:
    ends = [
        f"{name} silent" if lag is None else f"{lag:+d} samples at the {name} (alike {alike:.3f})"
        for name, lag, alike in (
            ("beginning", sound.begin_samples, sound.begin_alike),
            ("end", sound.end_samples, sound.end_alike),
        )
    ]
    return f"{', '.join(ends)}, of {sound.rate_hz} a second"


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
        sound = _sound_lag(heard, song, float(start_s))
        faults += _sound_faults(sound, rate)
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


def _sound_lag(heard: Ends, song: Path, start_s: float) -> SoundLag:
    rate = heard.rate_hz
    tail_s = heard.tail_first / rate
    spans = [
        (start_s - REACH_S, start_s + len(heard.head) / rate + REACH_S),
        (start_s + tail_s - REACH_S, start_s + tail_s + len(heard.tail) / rate + REACH_S),
    ]
    song_rate, (begin, end) = hear(song, spans)
    if song_rate != rate:
        import soxr

        begin, end = (soxr.resample(part, song_rate, rate, quality="HQ") for part in (begin, end))
    reach = round(REACH_S * rate)
    (begin_lag, begin_alike), (end_lag, end_alike) = _lag(heard.head, begin, reach), _lag(heard.tail, end, reach)
    return SoundLag(rate, begin_lag, end_lag, begin_alike, end_alike)


def _lag(film: NDArray[np.float32], song: NDArray[np.float32], reach: int) -> tuple[int | None, float]:
    """Samples by which ``film`` is late against ``song``, which begins ``reach`` before it, and their correlation.

    Of several places that fit nearly as well (clicks), the one that is nearest counts. None where there is silence.
    """
    from scipy.signal import correlate

    if np.sqrt(np.mean(film**2)) < SILENT_RMS:
        return None, 0.0
    reaches = 2 * reach + 1
    song = np.pad(song, (0, max(0, len(film) + reaches - 1 - len(song))))[: len(film) + reaches - 1]
    products = correlate(song.astype(np.float64), film.astype(np.float64), mode="valid", method="fft")
    power = np.concatenate([[0.0], np.cumsum(song.astype(np.float64) ** 2)])
    under = np.sqrt(np.maximum(power[len(film) :] - power[: -len(film)], 1e-12) * np.sum(film.astype(np.float64) ** 2))
    alike = products / under
    best = float(alike.max())
    if best <= 0:
        return 0, 0.0
    lags = reach - np.arange(len(alike))
    near = np.flatnonzero(alike >= NEARLY * best)
    peaks = [at for at in near if alike[at] >= alike[max(0, at - 8) : at + 9].max()]
    chosen = min(peaks, key=lambda at: abs(int(lags[at])))
    return int(lags[chosen]), float(alike[chosen])


def _sound_faults(sound: SoundLag, fps: Fraction) -> list[str]:
    heard = [alike for lag, alike in _ends(sound) if lag is not None]
    if heard and min(heard) < SAME_SOUND:
        where = "its beginning" if heard[0] < SAME_SOUND else "its end"
        return [f"{where} does not sound like the song (alike {min(heard):.2f}); is it another song, or another start?"]
    if sound.worst_s > HALF_FRAME / float(fps):
        lags = [lag for lag, _ in _ends(sound) if lag is not None]
        worst = max(lags, key=abs) / sound.rate_hz
        drift = sound.drift_samples or 0
        drifts = f", and drifts by {1000 * drift / sound.rate_hz:+.1f} ms" if abs(drift) > sound.rate_hz // 1000 else ""
        return [f"its sound is {1000 * abs(worst):.1f} ms {'late' if worst > 0 else 'early'}{drifts}"]
    return []


def _ends(sound: SoundLag) -> tuple[tuple[int | None, float], tuple[int | None, float]]:
    return (sound.begin_samples, sound.begin_alike), (sound.end_samples, sound.end_alike)


def _level(energy: NDArray[np.float64], edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root mean square of the sound between the edges [shape=(n - 1,)]."""
    grid_s = np.arange(len(energy) + 1) / ENERGY_HZ
    total = np.interp(edges_s, grid_s, np.concatenate([[0.0], np.cumsum(energy)]))
    level: NDArray[np.float64] = np.sqrt(np.maximum(np.diff(total), 0) / np.maximum(np.diff(edges_s), 1e-9))
    return level
