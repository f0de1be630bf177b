"""Sounds with known answers, made with numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

RATE_HZ = 44_100
Sound = NDArray[np.float32]


def write(path: Path, samples: ArrayLike, *, rate_hz: int = RATE_HZ, subtype: str = "FLOAT") -> Path:
    """Write samples [shape=(n,) or (n, channels)] as the format of the path's ending."""
    import soundfile

    soundfile.write(path, np.asarray(samples), rate_hz, subtype=subtype)
    return path


def sine(hz: float, duration_s: float, *, gain: float = 0.5, rate_hz: int = RATE_HZ) -> Sound:
    """A steady tone."""
    t = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (gain * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def noise(duration_s: float, *, gain: float = 0.1, seed: int = 0) -> Sound:
    """White noise."""
    samples = np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ))
    return (gain * samples).astype(np.float32)


def place(hits: list[tuple[float, Sound]], duration_s: float) -> Sound:
    """Sounds at their times."""
    samples = np.zeros(round(duration_s * RATE_HZ), np.float32)
    for at_s, hit in hits:
        first = round(at_s * RATE_HZ)
        room = max(0, len(samples) - first)
        samples[first : first + len(hit)] += hit[:room]
    return samples


def click() -> Sound:
    """A short ping at 1 kHz."""
    t = np.arange(round(0.03 * RATE_HZ)) / RATE_HZ
    return (0.8 * np.sin(2 * np.pi * 1000 * t) * np.exp(-t / 0.005)).astype(np.float32)


def click_track(times_s: ArrayLike, duration_s: float) -> Sound:
    """A click at each time."""
    return place([(float(at_s), click()) for at_s in np.asarray(times_s)], duration_s)


def drum_track(bpm: float, duration_s: float, *, beats_per_bar: int) -> tuple[Sound, NDArray[np.float64]]:
    """Kick, snare and hats, and the times of the beats; every bar begins with the loudest kick."""
    rng = np.random.default_rng(0)
    t = np.arange(round(0.25 * RATE_HZ)) / RATE_HZ
    kick = np.sin(2 * np.pi * (50 * t + 1.2 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.09)
    snare = (0.6 * rng.standard_normal(len(t)) + np.sin(2 * np.pi * 190 * t)) * np.exp(-t / 0.06)
    hat = np.diff(rng.standard_normal(len(t) + 1)) * np.exp(-t / 0.02)
    beats_s = np.arange(0.25, duration_s - 0.1, 60 / bpm)
    hits: list[tuple[float, Sound]] = []
    for beat, at_s in enumerate(beats_s):
        place_in_bar = beat % beats_per_bar
        hits += [(at_s, (0.12 * hat).astype(np.float32)), (at_s + 30 / bpm, (0.12 * hat).astype(np.float32))]
        if place_in_bar == 0:
            hits.append((at_s, (0.9 * kick).astype(np.float32)))
        elif beats_per_bar == 4 and place_in_bar == 2:
            hits.append((at_s, (0.6 * kick).astype(np.float32)))
        else:
            hits.append((at_s, (0.4 * snare).astype(np.float32)))
    return place(hits, duration_s), beats_s
