"""How late the sound of a film is against the song that it was made for, at its beginning and at its end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.verify.film import ENERGY_HZ, Ends, hear

WINDOW_S = 8.0
"""Sound that is compared at the beginning and at the end."""
REACH_S = 1.5
"""A sound that is further off is not found."""
SAME_SOUND = 0.5
"""Correlation from which two sounds are the same; a lossy codec leaves 0.98 and more."""
SAME_ENVELOPE = 0.7
"""The same of their loudness, by which a sound is found whose samples are not the song's: slowed down, or mixed."""
ENVELOPE_S = 0.05
NEARLY = 0.98
DRIFT_S = 0.001
SILENT_RMS = 1e-4


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

    def faults(self, allowed_s: float) -> list[str]:
        """What is wrong, as sentences: another sound, or one that is further from its time than is allowed."""
        alike = [
            (alike, where)
            for lag, alike, where in (
                (self.begin_samples, self.begin_alike, "its beginning"),
                (self.end_samples, self.end_alike, "its end"),
            )
            if lag is not None
        ]
        if alike and min(alike)[0] < SAME_SOUND:
            least, where = min(alike)
            return [f"{where} does not sound like the song (alike {least:.2f}); is it another song, or another start?"]
        lags_s = [lag / self.rate_hz for lag in (self.begin_samples, self.end_samples) if lag is not None]
        worst_s = max(lags_s, key=abs, default=0.0)
        if abs(worst_s) <= allowed_s:
            return []
        drift_s = (self.drift_samples or 0) / self.rate_hz
        drifts = f", and drifts by {1000 * drift_s:+.1f} ms" if abs(drift_s) > DRIFT_S else ""
        return [f"its sound is {1000 * abs(worst_s):.1f} ms {'late' if worst_s > 0 else 'early'}{drifts}"]

    def text(self) -> str:
        """The lags for people."""
        ends = [
            f"{name} silent" if lag is None else f"{lag:+d} samples at the {name} (alike {alike:.3f})"
            for name, lag, alike in (
                ("beginning", self.begin_samples, self.begin_alike),
                ("end", self.end_samples, self.end_alike),
            )
        ]
        return f"{', '.join(ends)}, of {self.rate_hz} a second"


def sound_lag(heard: Ends, song: Path, *, start_s: float) -> SoundLag:
    """Compare the ends of a film's sound with those parts of ``song``, which begins ``start_s`` into it.

    Raises:
        InputError: the song is missing or damaged.
    """
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
    if np.sqrt(np.mean(film**2)) < SILENT_RMS:
        return None, 0.0
    length = len(film) + 2 * reach
    song = np.pad(song, (0, max(0, length - len(song))))[:length]
    lag, alike = _nearest(film.astype(np.float64), song.astype(np.float64), reach)
    if alike < SAME_SOUND:
        hop = max(1, reach // round(REACH_S * ENERGY_HZ))
        loud, loud_alike = _nearest(_loudness(film, hop), _loudness(song, hop), reach // hop)
        if loud_alike >= SAME_ENVELOPE:
            return loud * hop, loud_alike
    return lag, alike


def _nearest(film: NDArray[np.float64], song: NDArray[np.float64], reach: int) -> tuple[int, float]:
    """The lag in [-reach, reach] at which ``film`` is most like its part of ``song``, and their correlation there."""
    from scipy.signal import correlate

    song = song[: len(film) + 2 * reach]
    products = correlate(song, film, mode="valid", method="fft")
    power = np.concatenate([[0.0], np.cumsum(song**2)])
    alike = products / np.sqrt(
        np.maximum(power[len(film) :] - power[: -len(film)], 1e-12) * max(np.sum(film**2), 1e-12)
    )
    best = float(alike.max())
    if best <= 0:
        return 0, 0.0
    lags = reach - np.arange(len(alike))
    near = np.flatnonzero(alike >= NEARLY * best)
    peaks = [at for at in near if alike[at] >= alike[max(0, at - 8) : at + 9].max()]
    chosen = min(peaks, key=lambda at: abs(int(lags[at])))
    return int(lags[chosen]), float(alike[chosen])


def _loudness(sound: NDArray[np.float32], hop: int) -> NDArray[np.float64]:
    """How loud a sound is, ``hop`` samples at a time, smoothed, less its mean."""
    whole = sound[: len(sound) - len(sound) % hop].astype(np.float64)
    level = np.sqrt((whole.reshape(-1, hop) ** 2).mean(axis=1))
    width = round(ENVELOPE_S * ENERGY_HZ)
    smooth: NDArray[np.float64] = np.convolve(level, np.full(width, 1 / width), mode="same")
    smooth -= smooth.mean()
    return smooth
