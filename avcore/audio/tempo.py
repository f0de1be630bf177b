"""Tempo over time, from the autocorrelation of the onset envelope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import RATE_HZ

MIN_BPM, MAX_BPM = 40.0, 240.0
# Listeners prefer tempi around 120 BPM; deviation in octaves of the log-normal prior (D. Ellis, "Beat tracking by
# dynamic programming", 2007; L. van Noorden and D. Moelants, "Resonance in the perception of musical pulse", 1999).
PRIOR_BPM, PRIOR_OCTAVES = 120.0, 0.8
WINDOW_FRAMES = 1600
HOP_FRAMES = 100
MAX_LAG_FRAMES = 1000
MULTIPLES = 8
LOUDEST_ACCENT = 4.0
CANDIDATES_BPM = np.geomspace(MIN_BPM, MAX_BPM, 320)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LocalTempo:
    """Beat period in frames around each frame [shape=(n,)], and how periodic the onsets are, in [0, 1]."""

    period_frames: Array
    periodicity: float


def accents(rises: NDArray[np.float32]) -> Array:
    """Accents of each group of bands [shape=(groups, n)]: its rises [shape=(n, groups)] without their slow part.

    Each has the same mean square, so that a bass drum speaks as loud as all the hats, and none stands out by more than
    four times that, so that one crash does not; a silent group stays 0.
    """
    import scipy.ndimage

    local_mean = scipy.ndimage.uniform_filter1d(rises.astype(np.float64), size=RATE_HZ, axis=0, mode="nearest")
    sharp = scipy.ndimage.gaussian_filter1d(np.maximum(0.0, rises - local_mean), sigma=1.5, axis=0, mode="constant")
    scaled = sharp / np.maximum(np.sqrt((sharp**2).mean(axis=0)), 1e-9)
    return np.asarray(np.minimum(scaled, LOUDEST_ACCENT).T)


def local_tempo(accents: Array, *, known_bpm: float = 0.0) -> LocalTempo:
    """The most likely course of the tempo under ``accents`` [shape=(groups, n)], which are not all 0.

    Every second, the periods from 40 to 240 BPM are weighed over 16 seconds; the best path through them changes
    slowly or not at all (Viterbi). ``known_bpm`` above 0 keeps the path within a few percent of it.
    """
    windows = [_windows(group) for group in accents]
    energy = sum((rows**2).sum(axis=1, keepdims=True) for rows in windows)
    correlation = sum((rows**2).sum(axis=1, keepdims=True) * _autocorrelation(rows) for rows in windows)
    correlation = correlation / np.maximum(energy, 1e-12)
    lags = 60.0 * RATE_HZ / CANDIDATES_BPM
    salience = _salience(correlation, lags)
    preferred, octaves = (known_bpm, 0.03) if known_bpm else (PRIOR_BPM, PRIOR_OCTAVES)
    prior = np.exp(-0.5 * (np.log2(CANDIDATES_BPM / preferred) / octaves) ** 2)
    # A window says as much as it is loud: pauses follow their neighbours.
    weight = np.sqrt(energy / energy.max())
    # The whole track speaks too: a passage alone often leaves open which multiple of the pulse is the beat.
    overall = np.average(salience, axis=0, weights=weight[:, 0])
    # The constant lets a known tempo stand where nothing is heard on its period.
    path = _smoothest_path(weight * (salience + overall + 0.05) * prior)
    periods = lags[path]
    strength = _at(correlation, periods[:, None])[:, 0]
    centres = np.arange(len(path)) * HOP_FRAMES
    frames = np.interp(np.arange(accents.shape[1]), centres, periods)
    return LocalTempo(frames, float(np.clip(np.average(strength, weights=energy[:, 0]), 0.0, 1.0)))


def _windows(accents: Array) -> Array:
    """Hann-weighted pieces of the accents around every second [shape=(seconds, WINDOW_FRAMES)]."""
    padded = np.pad(accents, WINDOW_FRAMES // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_FRAMES)[::HOP_FRAMES]
    return np.asarray(pieces * np.hanning(WINDOW_FRAMES))


def _autocorrelation(windows: Array) -> Array:
    """Autocorrelation of each row by lag, 1 at lag 0 and without the taper of its window."""
    import scipy.fft

    def correlate(rows: Array) -> Array:
        spectrum = scipy.fft.rfft(rows, n=2 * WINDOW_FRAMES)
        return np.asarray(scipy.fft.irfft(np.abs(spectrum) ** 2)[:, : MAX_LAG_FRAMES + 2])

    centred = windows - windows.mean(axis=1, keepdims=True)
    taper = correlate(np.hanning(WINDOW_FRAMES)[None, :])
    own = correlate(centred)
    return np.asarray(own / np.maximum(own[:, :1], 1e-12) * (taper[:, :1] / taper))


def _at(correlation: Array, lags: Array) -> Array:
    """``correlation`` [shape=(rows, lags)] at fractional ``lags`` [shape=(m,) or (rows, m)]."""
    whole = np.floor(lags).astype(int)
    part = lags - whole
    rows = np.arange(len(correlation))[:, None]
    return np.asarray((1 - part) * correlation[rows, whole] + part * correlation[rows, whole + 1])


def _salience(correlation: Array, lags: Array) -> Array:
    """How well each period explains each window [shape=(rows, m)]: onsets one, two ... eight periods apart."""
    total = np.zeros((len(correlation), len(lags)))
    counted = np.zeros(len(lags))
    for multiple in range(1, MULTIPLES + 1):
        within = lags * multiple <= MAX_LAG_FRAMES
        total[:, within] += _at(correlation, lags[within] * multiple)
        counted += within
    own = np.maximum(0.0, _at(correlation, lags))

    def shorter(part: float) -> Array:
        return _at(correlation, lags * part) / np.maximum(own, 0.05)

    # Where onsets half a period apart are as strong, the half is the beat: a metronome has no other sign of its level.
    # Where those two thirds apart are, the period is a dotted beat.
    too_slow = np.clip((shorter(1 / 2) - 0.8) / 0.2, 0.0, 1.0)
    dotted = np.clip((shorter(2 / 3) - 0.9) / 0.2, 0.0, 1.0)
    salience = np.sqrt(own * np.maximum(0.0, total / counted))
    return np.asarray(salience * (1 - 0.3 * np.maximum(too_slow, dotted)))


def _smoothest_path(score: Array) -> NDArray[np.int64]:
    """Index of a candidate per row [shape=(rows,)]: the largest sum of scores minus the cost of changes."""
    octaves = np.log2(CANDIDATES_BPM)
    # A change by 4 % within a second costs as much as a third of a second of clear pulse; a jump, several seconds.
    change = np.abs(octaves[:, None] - octaves[None, :])
    cost = 0.3 * np.minimum(change / 0.06, 1.0) + 8.0 * np.minimum(change, 1.0)
    best = score[0]
    steps = []
    for row in score[1:]:
        reached = best[None, :] - cost
        steps.append(reached.argmax(axis=1))
        best = reached.max(axis=1) + row
    path = [int(best.argmax())]
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1])
