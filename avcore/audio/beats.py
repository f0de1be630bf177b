"""Beats: the path through the accents that is both loud and even.

D. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.audio.meter import find_meter
from avcore.audio.tempo import accents, local_tempo
from avcore.audio.track import RATE_HZ

FALLBACK_BPM = 120.0
TIGHTNESS = 100.0
# A beat takes the exact time of an onset this near.
SNAP_S = 0.035
MIN_BEATS = 4

Array = NDArray[np.float64]
Features = NDArray[np.float32]


@dataclass(frozen=True)
class Beats:
    """Beats and downbeats in seconds, the tempo that fits them, and how sure it is, in [0, 1].

    Without beats (silence, less than a few seconds) the tempo is 120 BPM with confidence 0 in bars of four.
    """

    times_s: Array
    downbeats_s: Array
    tempo_bpm: float
    confidence: float
    beats_per_bar: int


def find_beats(
    rises: Features,
    onsets_s: Array,
    *,
    bass: Features,
    chroma: Features,
    audible: NDArray[np.bool_],
    known_bpm: float = 0.0,
    known_beats_per_bar: int = 0,
) -> Beats:
    """Beats under the rises of bass, mid and treble [shape=(n, 3)], snapped to ``onsets_s`` where one is near.

    ``bass`` [shape=(n,)] and ``chroma`` [shape=(12, n)] tell the bars; ``audible`` [shape=(n,)] bounds the beats: none
    before the first sound or after the last. The tempo may vary.
    """
    by_band = accents(rises)
    none = Beats(np.empty(0), np.empty(0), known_bpm or FALLBACK_BPM, 0.0, known_beats_per_bar or 4)
    if len(onsets_s) < MIN_BEATS or not by_band.any():
        return none
    tempo = local_tempo(by_band, known_bpm=known_bpm)
    loudness = by_band.sum(axis=0)
    frames = _best_path(loudness / loudness.std(), tempo.period_frames)
    heard = np.flatnonzero(audible)
    frames = frames[(frames >= heard[0] - 1) & (frames <= heard[-1])]
    if len(frames) < MIN_BEATS:
        return none
    beats_s = _refine(frames, onsets_s)
    beats_per_bar, is_downbeat = find_meter(
        frames, bass_rise=rises[:, 0], bass=bass, chroma=chroma, known_beats_per_bar=known_beats_per_bar
    )
    confidence = _confidence(tempo.periodicity, loudness, frames)
    return Beats(beats_s, beats_s[is_downbeat], fit_tempo_bpm(beats_s), confidence, beats_per_bar)


def fit_tempo_bpm(beats_s: Array) -> float:
    """The tempo that most of the beats keep [at least two beats]: the median over spans of up to 8 beats."""
    span = min(8, len(beats_s) - 1)
    return float(60.0 * span / np.median(beats_s[span:] - beats_s[:-span]))


def _best_path(loudness: Array, period_frames: Array) -> NDArray[np.int64]:
    """Frames of the beats [shape=(m,)] that have the largest sum of loudness less the cost of uneven steps."""
    n = len(loudness)
    total = loudness.copy()
    previous = np.full(n, -1, np.int64)
    costs: dict[int, tuple[int, int, Array]] = {}
    for frame in range(n):
        # Periods to a quarter of a frame share a table of costs.
        period = round(4 * float(period_frames[frame]))
        if period not in costs:
            near, far = round(period / 8), round(period / 2)
            steps = np.arange(far, near - 1, -1)
            costs[period] = near, far, TIGHTNESS * np.log(steps * 4 / period) ** 2
        near, far, cost = costs[period]
        first = frame - far
        if frame - near < 0:
            continue
        scores = total[max(0, first) : frame - near + 1] - cost[max(0, -first) :]
        best = int(scores.argmax())
        # A path may also begin here, which is better than a step that costs more than it has gained.
        if scores[best] > 0:
            total[frame] += scores[best]
            previous[frame] = max(0, first) + best
    last_period = int(period_frames[-1])
    frame = n - 1 - int(total[::-1][: last_period + 1].argmax())
    path = [frame]
    while previous[path[-1]] >= 0:
        path.append(int(previous[path[-1]]))
    return np.array(path[::-1])


def _refine(frames: NDArray[np.int64], onsets_s: Array) -> Array:
    """Beat times in seconds: of the nearest onset where one is near, else between those of the beats around."""
    coarse_s = frames / RATE_HZ
    after = np.clip(np.searchsorted(onsets_s, coarse_s), 1, len(onsets_s) - 1)
    before_is_nearer = coarse_s - onsets_s[after - 1] < onsets_s[after] - coarse_s
    nearest_s = onsets_s[after - before_is_nearer]
    snapped = np.abs(nearest_s - coarse_s) <= SNAP_S
    if not snapped.any():
        return np.asarray(coarse_s, dtype=np.float64)
    index = np.arange(len(frames))
    between_s = np.interp(index, index[snapped], nearest_s[snapped])
    even = np.abs(between_s - coarse_s) <= SNAP_S
    times_s = np.where(snapped, nearest_s, np.where(even, between_s, coarse_s))
    return np.asarray(np.maximum.accumulate(times_s))


def _confidence(periodicity: float, loudness: Array, frames: NDArray[np.int64]) -> float:
    """How periodic the accents are, times how much louder they are on the beats than elsewhere; in [0, 1]."""
    near = np.max([loudness[np.clip(frames + shift, 0, len(loudness) - 1)] for shift in (-1, 0, 1)], axis=0)
    contrast = 1 - loudness.mean() / max(float(near.mean()), 1e-9)
    return float(np.clip(periodicity * contrast * 1.25, 0.0, 1.0))
