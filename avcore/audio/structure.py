"""Sections of a song: where the music changes, and which parts are the same music."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.audio.novelty import group, novelty
from avcore.audio.spectrum import PITCH_CLASSES
from avcore.audio.track import RATE_HZ, FeatureTrack
from avcore.errors import UsageError

SHORTEST_S = 8.0
# Beats that are less sure than this are chance: time is counted in half seconds, four of which are as long as a bar.
LEAST_CONFIDENCE = 0.2
STEP_S, STEPS_PER_BAR = 0.5, 4

# A band is heard down to this far below its own loud parts, and one this far below the loudest band hardly at all.
RANGE_DB, UNHEARD_DB = 40.0, 50.0
# One other note differs as much as a spectrum that differs by this.
NOTE_DB = 6.0

# Two checkerboards: one tells where exactly the music changes, the other whether it lasts.
NEAR_S, FAR_S = 4.0, 16.0
FEWEST, MOST = 4, 24
LEAST_NOVELTY, LEAST_RISE = 0.1, 0.05
# Novelty elsewhere must be larger by this than on the bar line beside it. Bars are sometimes counted from a wrong beat.
ON_BAR = 0.1
SAME_MUSIC = 0.12

MEANS = ("rms", "bass", "mid", "treble", "harmonic", "percussive", "onset", "flux", "centroid", "flatness")

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Section:
    """A part of a song that holds together; ``label`` ("A", "B", ...) is the same for the same music.

    ``novelty`` in [0, 1] says how much the music changes where it begins; 1 for the first. ``level``, ``brightness``
    and ``density`` (onsets) are percentiles within the song: the part of it, in [0, 1], whose bars have less than the
    median bar of the section. ``means`` are mean values of features, in [0, 1] as in the track.
    """

    start_s: float
    end_s: float
    label: str
    novelty: float
    level: float
    brightness: float
    density: float
    onsets_per_s: float
    means: Mapping[str, float]


@dataclass(frozen=True)
class _Grid:
    """Cells of half a beat, the smallest that a section may begin with.

    The edges of the n cells are ``times_s`` [shape=(n + 1,)], which are ``samples`` of the track; ``is_bar`` says where
    a bar begins. ``per_bar`` cells of ``cell_s`` are a bar.
    """

    times_s: Array
    samples: Indices
    is_bar: NDArray[np.bool_]
    per_bar: int
    cell_s: float


def find_sections(track: FeatureTrack, *, shortest_s: float = SHORTEST_S) -> tuple[Section, ...]:
    """The sections of a song, which cover it without a gap; one where nothing changes, as in silence.

    They begin on bar lines; where the music clearly changes on another beat or halfway between two, they begin there,
    and in music without beats on half seconds. None is shorter than ``shortest_s`` less half a bar, but a song may be.

    Raises:
        UsageError: ``shortest_s`` is not positive, or the track lacks features of the contract.
    """
    if not shortest_s > 0:
        raise UsageError(f"the shortest section cannot be {shortest_s:g} s; it must be longer than 0 s")
    grid = _grid(track)
    cells = _describe(track, grid)
    edges, strength = _pick(grid, cells, shortest_s=shortest_s)
    bars, starts = _bars(grid, edges)
    groups = group(_mean(cells, bars), starts, nearest=SAME_MUSIC)
    # Neighbours that are the same music are one section: what parted them was a fill or a breath.
    begins = np.flatnonzero(np.diff(groups, prepend=-1))
    edges = np.append(edges[begins], edges[-1])
    return _sections(track, grid, edges, strength[begins], groups[begins])


def _grid(track: FeatureTrack) -> _Grid:
    beats_s, per_bar, duration_s = track.beats_s, track.beats_per_bar, track.duration_s
    if len(beats_s) < 2 or track.tempo_confidence < LEAST_CONFIDENCE:
        times_s, cell_s, per_bar = np.arange(0.0, duration_s, STEP_S), STEP_S, STEPS_PER_BAR
        is_bar = np.zeros(len(times_s), np.bool_)
    else:
        # The count goes on at the same pace before the first beat and after the last.
        step_s = float(np.median(np.diff(beats_s)))
        before, after = int(beats_s[0] / step_s), int((duration_s - beats_s[-1]) / step_s)
        is_first = np.pad(np.isin(beats_s, track.downbeats_s), (before, after))
        firsts = np.flatnonzero(is_first)
        if len(firsts):
            is_first[firsts[0] % per_bar : firsts[0] : per_bar] = True
            is_first[firsts[-1] :: per_bar] = True
        early_s, late_s = np.arange(-before, 0) * step_s, np.arange(1, after + 1) * step_s
        beats_s = np.concatenate((beats_s[0] + early_s, beats_s, beats_s[-1] + late_s))
        times_s = np.interp(np.arange(2 * len(beats_s) - 1) / 2, np.arange(len(beats_s)), beats_s)
        is_bar = np.zeros(len(times_s), np.bool_)
        is_bar[::2] = is_first
        cell_s, per_bar = step_s / 2, 2 * per_bar
    inside = (np.diff(times_s, prepend=0.0) > cell_s / 2) & (times_s < duration_s - cell_s / 2)
    times_s = np.concatenate(([0.0], times_s[inside], [duration_s]))
    samples = np.rint(times_s * RATE_HZ).astype(np.int64)
    samples[-1] = len(track)
    return _Grid(times_s, samples, np.concatenate(([False], is_bar[inside], [False])), per_bar, cell_s)


def _mean(values: NDArray[Any], starts: Indices) -> Array:
    """Means of the spans of ``values`` [shape=(n, ...)] that begin at ``starts`` [shape=(m,)], as [shape=(m, ...)]."""
    length = np.diff(np.append(starts, len(values)))
    sums = np.add.reduceat(values, starts, axis=0, dtype=np.float64)
    return np.asarray(sums / length.reshape(-1, *[1] * (values.ndim - 1)))


def _describe(track: FeatureTrack, grid: _Grid) -> Array:
    """Spectrum and harmony of each cell [shape=(n, dims)]; the distance of two is their difference in dB (RMS)."""
    starts = grid.samples[:-1]
    mels = [feature for name, feature in track.features.items() if name.startswith("mel_")]
    if not mels:
        raise UsageError("this track has no mel bands (mel_00 ...) to find sections by; analyse the song again")
    power = np.stack([_mean(mel.raw, starts) for mel in mels], axis=1)
    loud = np.array([mel.reference for mel in mels])
    loud = np.maximum(loud, loud.max() * 10 ** (-UNHEARD_DB / 10))
    level_db = 10 * np.log10(np.maximum(power / loud, 10 ** (-RANGE_DB / 10)))
    chroma = np.stack([_mean(track.feature(f"chroma_{pitch}").raw, starts) for pitch in PITCH_CLASSES], axis=1)
    return np.hstack((level_db / np.sqrt(len(mels)), NOTE_DB * chroma))


def _pick(grid: _Grid, cells: Array, *, shortest_s: float) -> tuple[Indices, Array]:
    """Edges of sections [shape=(k + 1,), as edges of cells] and the novelty where each begins [shape=(k,)]."""
    n, bar_s = len(cells), grid.per_bar * grid.cell_s
    near = novelty(cells, half=int(np.clip(NEAR_S / grid.cell_s, FEWEST, MOST)))
    far = novelty(cells, half=int(np.clip(FAR_S / bar_s, FEWEST, MOST)), pool=grid.per_bar)
    both = np.sqrt(near * far)
    exact = near + ON_BAR * grid.is_bar
    edges = [0, n]
    strength = {0: 1.0}
    for peak in _peaks(both, width=max(1, round(FAR_S / 2 / grid.cell_s))):
        around = np.arange(max(0, peak - grid.per_bar // 2), min(n, peak + grid.per_bar // 2) + 1)
        edge = int(around[exact[around].argmax()])
        if np.abs(grid.times_s[edge] - grid.times_s[edges]).min() >= max(grid.cell_s / 2, shortest_s - bar_s / 2):
            edges.append(edge)
            strength[edge] = float(both[peak])
    return np.sort(edges), np.array([strength[edge] for edge in sorted(strength)])


def _peaks(values: Array, *, width: int) -> list[int]:
    """Where ``values`` [shape=(n,)] stands out from the lowest value within ``width`` on either side, highest first."""
    lowest = np.lib.stride_tricks.sliding_window_view(np.pad(values, width, mode="edge"), width + 1).min(axis=1)
    rise = values - np.maximum(lowest[: len(values)], lowest[width:])
    left, right = np.diff(values, prepend=0.0), np.diff(values, append=0.0)
    found = np.flatnonzero((values >= LEAST_NOVELTY) & (rise >= LEAST_RISE) & (left >= 0) & (right <= 0))
    return [int(peak) for peak in found[np.argsort(-values[found], kind="stable")]]


def _bars(grid: _Grid, edges: Indices) -> tuple[Indices, Indices]:
    """Cells with which bars begin, counted anew in each section, and the bars with which the sections begin."""
    bars = [np.arange(start, end, grid.per_bar) for start, end in pairwise(edges)]
    return np.concatenate(bars), np.cumsum([0, *(len(some) for some in bars[:-1])])


def _sections(
    track: FeatureTrack, grid: _Grid, edges: Indices, strength: Array, groups: Indices
) -> tuple[Section, ...]:
    n, starts = len(track), grid.samples[edges[:-1]]
    bars, first_bars = _bars(grid, edges)
    bar_samples = np.diff(grid.samples[np.append(bars, edges[-1])])
    # Onsets in each sample of the track; their mean is onsets per sample.
    onsets = np.bincount(np.clip(np.rint(track.onsets_s * RATE_HZ), 0, n - 1).astype(np.int64), minlength=n)

    def percentile(values: NDArray[Any]) -> Array:
        by_bar = _mean(values, grid.samples[bars])
        typical = np.array([np.median(part) for part in np.split(by_bar, first_bars[1:])])
        return np.asarray(((by_bar < typical[:, None]) * bar_samples).sum(axis=1) / n)

    level, brightness = (percentile(track.feature(name).values) for name in ("rms", "centroid"))
    density, per_sample = percentile(onsets), _mean(onsets, starts)
    means = {name: _mean(track.feature(name).values, starts) for name in MEANS}
    return tuple(
        Section(
            start_s=float(grid.times_s[edges[i]]),
            end_s=float(grid.times_s[edges[i + 1]]),
            label=_letter(int(groups[i])),
            novelty=float(strength[i]),
            level=float(level[i]),
            brightness=float(brightness[i]),
            density=float(density[i]),
            onsets_per_s=float(per_sample[i] * RATE_HZ),
            means={name: float(mean[i]) for name, mean in means.items()},
        )
        for i in range(len(groups))
    )


def _letter(index: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)
