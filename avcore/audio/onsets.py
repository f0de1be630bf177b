"""Onsets: where sounds begin, as an envelope on the 100 Hz grid and as times to the millisecond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from avcore.audio.blocks import overlapping
from avcore.audio.spectrum import BAND_EDGES_HZ, NARROW_EDGES_HZ
from avcore.audio.track import RATE_HZ

# The window is 46 ms long: three frames back it has half left the attack, and the rise peaks on the attack itself.
LAG_FRAMES = 3
RANGE_DB = 60.0
QUIETEST_RMS = 1e-5
# An onset rises this much above the local mean, on average over all bands.
THRESHOLD_DB = 1.0
THRESHOLD_PART = 0.08
PEAK_FRAMES = 3
MEAN_FRAMES = 15
SEARCH_MS = 40
# The first millisecond after an attack weighs most, so that a click of one sample has one best place.
AFTER = np.array([1.0, 2.0, 3.0, 4.0]) / 10

# The narrow bands below 250 Hz, up to 4 kHz, and above.
GROUP_STARTS = np.searchsorted(NARROW_EDGES_HZ, BAND_EDGES_HZ[:-1])
GROUP_SIZES = np.diff(GROUP_STARTS, append=len(NARROW_EDGES_HZ) - 1)

Array = NDArray[np.float32]


def band_rises(narrow_rms: NDArray[np.float16], audible: NDArray[np.bool_]) -> Array:
    """Mean rise over 30 ms, in dB, of the narrow bands in bass, mid and treble [shape=(n, 3)]; 0 where not ``audible``.

    Spectral flux of the logarithmic spectrum with the maximum over neighbouring bands three frames before, so that
    vibrato is no onset (S. Boeck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013).
    What lies 60 dB below the loudest band does not count.
    """
    import scipy.ndimage

    rises = np.zeros((len(narrow_rms), len(GROUP_STARTS)), np.float32)
    if not audible.any():
        return rises
    loudest = float(np.percentile(narrow_rms[audible].max(axis=1), 99))
    floor = max(QUIETEST_RMS, loudest * 10 ** (-RANGE_DB / 20))
    for read, keep in overlapping(len(narrow_rms), halo=LAG_FRAMES):
        level_db = 20 * np.log10(np.maximum(narrow_rms[read].astype(np.float32), floor))
        before = scipy.ndimage.maximum_filter1d(level_db, size=3, axis=1)
        silence = np.full((LAG_FRAMES, before.shape[1]), 20 * np.log10(floor), np.float32)
        before = np.concatenate((silence, before[:-LAG_FRAMES]))[: len(level_db)]
        rise = np.add.reduceat(np.maximum(0.0, level_db - before), GROUP_STARTS, axis=1) / GROUP_SIZES
        rises[read.start + keep.start : read.start + keep.stop] = rise[keep]
    rises[~audible] = 0
    return rises


def onset_envelope(rises: Array) -> Array:
    """Mean rise of all narrow bands in dB [shape=(n,)], from ``band_rises``."""
    return np.asarray(rises @ (GROUP_SIZES / GROUP_SIZES.sum()), dtype=np.float32)


def pick_onsets(envelope: Array, energy_per_ms: Array) -> NDArray[np.float64]:
    """Times in seconds [shape=(m,)], rising, of the peaks of an ``onset_envelope``, refined to the millisecond.

    A peak is the largest within 30 ms and stands above the mean of the 300 ms around it (S. Boeck, F. Krebs and
    M. Schedl, "Evaluating the online capabilities of onset detection methods", ISMIR 2012). None in silence.
    """
    import scipy.ndimage

    if not envelope.any():
        return np.empty(0)
    peak = scipy.ndimage.maximum_filter1d(envelope, size=2 * PEAK_FRAMES + 1)
    mean = scipy.ndimage.uniform_filter1d(envelope, size=2 * MEAN_FRAMES + 1)
    strong = float(np.percentile(envelope[envelope == peak], 95))
    frames = np.flatnonzero((envelope == peak) & (envelope > mean + max(THRESHOLD_DB, THRESHOLD_PART * strong)))
    times_s = np.array([refine(int(frame), energy_per_ms) for frame in frames])
    times_s.sort()
    apart = np.diff(times_s, prepend=-1.0) > PEAK_FRAMES / RATE_HZ
    return times_s[apart]


def refine(frame: int, energy_per_ms: Array) -> float:
    """The time in seconds, near a frame, after which the energy per millisecond rises most.

    Compares the 4 ms after the begin of each millisecond with the 8 ms before it. Without a rise of at least 3 dB the
    frame's own time stays.
    """
    centre = frame * 1000 // RATE_HZ
    first = centre - SEARCH_MS
    at = np.arange(first - 8, centre + SEARCH_MS + 4)
    inside = (at >= 0) & (at < len(energy_per_ms))
    energy = np.where(inside, energy_per_ms[np.clip(at, 0, len(energy_per_ms) - 1)], 0.0).astype(np.float64)
    after = np.convolve(energy[8:], AFTER, mode="valid")
    before = np.convolve(energy[:-4], np.full(8, 1 / 8), mode="valid")[: len(after)]
    floor = 1e-3 * energy.max()
    rise = (after + floor) / (before + floor)
    best = int(np.argmax(rise))
    return (first + best) / 1000 if rise[best] > 2 else frame / RATE_HZ
