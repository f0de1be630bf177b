"""Bars: how many beats they have and which beat is the first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Losing count (a bar of another length) costs as much as this many standard deviations of evidence.
SLIP_COST = 6.0
TRIPLE_MARGIN = 0.1
# Accents are compared with those around them: twelve beats are whole bars of three and of four.
AROUND_BEATS = 13

Array = NDArray[np.float64]
Features = NDArray[np.float32]


def find_meter(
    frames: NDArray[np.int64], *, bass_rise: Features, bass: Features, chroma: Features, known_beats_per_bar: int = 0
) -> tuple[int, NDArray[np.bool_]]:
    """Beats per bar, 3 or 4 unless known, and which of the beats at ``frames`` [shape=(m,)] begin one [shape=(m,)].

    A bar begins with a bass note, a louder bass or a change of harmony, and these return bar by bar. ``bass_rise``
    (dB) and ``bass`` (amplitude) are [shape=(n,)], ``chroma`` is [shape=(12, n)].
    """
    evidence = (
        _standing_out(_near(frames, bass_rise))
        + _standing_out(_near(frames, bass))
        + _standing_out(_harmonic_change(frames, chroma), least=0.05)
    )
    beats_per_bar = known_beats_per_bar or (3 if _returns(evidence, 3) > _returns(evidence, 4) + TRIPLE_MARGIN else 4)
    return beats_per_bar, _count(evidence, beats_per_bar) == 0


def _near(frames: NDArray[np.int64], feature: Features) -> Array:
    """The largest value of a feature from 20 ms before to 60 ms after each beat."""
    shifted = [feature[np.clip(frames + shift, 0, len(feature) - 1)] for shift in range(-2, 7)]
    return np.asarray(np.max(shifted, axis=0), dtype=np.float64)


def _harmonic_change(frames: NDArray[np.int64], chroma: Features) -> Array:
    """Cosine distance between the chroma of the beat that begins and the one that ends at each beat."""
    edges = np.unique(np.concatenate(([0], frames, [chroma.shape[1]])))
    sums = np.add.reduceat(chroma.astype(np.float64), edges[:-1], axis=1)
    unit = sums / np.maximum(np.linalg.norm(sums, axis=0), 1e-9)
    change = np.concatenate(([0.0], 1 - (unit[:, 1:] * unit[:, :-1]).sum(axis=0)))
    return np.asarray(change[np.clip(np.searchsorted(edges, frames), 0, len(change) - 1)])


def _standing_out(strength: Array, *, least: float = 0.0) -> Array:
    """Deviation from the mean of the beats around, in standard deviations.

    Beats that are all the same differ only by where they fall between frames, which says nothing: the deviation counts
    as at least ``least`` and a tenth of the mean.
    """
    import scipy.ndimage

    deviation = strength - scipy.ndimage.uniform_filter1d(strength, size=AROUND_BEATS, mode="nearest")
    return np.asarray(deviation / (deviation.std() + least + 0.1 * float(strength.mean()) + 1e-9))


def _returns(evidence: Array, beats: int) -> float:
    """How much more the evidence resembles itself one, two and four bars later than a beat before or after that."""

    def resemblance(lag: int) -> float:
        return float(np.mean(evidence[lag:] * evidence[:-lag]))

    lags = [lag for lag in (beats, 2 * beats, 4 * beats) if lag + 1 <= len(evidence) // 2]
    peaks = [resemblance(lag) - (resemblance(lag - 1) + resemblance(lag + 1)) / 2 for lag in lags]
    return sum(peaks) / max(1, len(peaks))


def _count(evidence: Array, beats_per_bar: int) -> NDArray[np.int64]:
    """Place of each beat in its bar, 0 first [shape=(m,)]: the count with the strongest first beats (Viterbi)."""
    places = np.arange(beats_per_bar)
    is_next = places[:, None] == (places[None, :] + 1) % beats_per_bar
    best = np.where(places == 0, evidence[0], 0.0)
    steps = []
    for strength in evidence[1:]:
        reached = best[None, :] - np.where(is_next, 0.0, SLIP_COST)
        steps.append(reached.argmax(axis=1))
        best = reached.max(axis=1) + np.where(places == 0, strength, 0.0)
    count = [int(best.argmax())]
    for step in reversed(steps):
        count.append(int(step[count[-1]]))
    return np.array(count[::-1])
