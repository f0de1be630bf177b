"""Fewer keys are never further off than was stated."""

from __future__ import annotations

import numpy as np
import pytest

from addon.keys.decimate import decimate


def curve(name: str, n: int = 5000) -> np.ndarray:
    rng = np.random.default_rng(3)
    x = np.arange(n)
    return {
        "noise": rng.uniform(0, 1, n),
        "walk": np.cumsum(rng.normal(0, 0.02, n)),
        "pulses": np.exp(-(x % 240) / 20.0),
        "steps": (x // 100 % 2).astype(float),
        "flat": np.full(n, 0.25),
    }[name]


@pytest.mark.parametrize("name", ["noise", "walk", "pulses", "steps", "flat"])
@pytest.mark.parametrize("max_error", [0.0, 1e-3, 0.02, 0.3])
def test_the_error_is_bounded(name: str, max_error: float) -> None:
    frames, values = np.arange(11, 5011), curve(name)
    kept = decimate(frames, values, max_error=max_error)
    assert kept[0] == 0
    assert kept[-1] == 4999
    assert (np.diff(kept) > 0).all()
    assert np.abs(values - np.interp(frames, frames[kept], values[kept])).max() <= max_error


def test_what_can_be_left_out_is() -> None:
    assert list(decimate(np.arange(100), curve("flat", 100), max_error=0.0)) == [0, 99]
    steps = curve("steps", 1000)
    assert len(decimate(np.arange(1000), steps, max_error=0.0)) == 20
    assert len(decimate(np.arange(5000), curve("pulses"), max_error=0.02)) < 400


def test_peaks_keep_a_key_of_their_own() -> None:
    values = np.zeros(1000)
    peaks = [3, 77, 500, 998]
    values[peaks] = 1.0
    assert set(peaks) <= set(decimate(np.arange(1000), values, max_error=0.1))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_short_curves_stay(n: int) -> None:
    assert list(decimate(np.arange(n), np.arange(n), max_error=0.1)) == list(range(n))


def test_uneven_frames() -> None:
    frames = np.cumsum(np.random.default_rng(0).integers(1, 9, 500))
    assert list(decimate(frames, frames * 0.5 + 3, max_error=1e-9)) == [0, 499]
