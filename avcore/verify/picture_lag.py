"""How late the picture of a film is against its sound, where that can be told at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.verify.film import Look

REACH_S = 0.75
PEAK_S = 0.12
"""Lags this near to the best one belong to the same peak."""
CLEAR_CORRELATION = 0.5
CLEAR_LEAD = 0.15
"""How far the best lag stands above all others that are not its neighbours."""
ALLOWED_S = 0.1
"""A picture may follow its sound so late: releases and glows begin with the beat and last longer."""
LEAST_FRAMES = 48


@dataclass(frozen=True)
class PictureLag:
    """Frames by which the picture is late, and how sure that is; ``drift_frames`` is end less beginning, if clear.

    ``correlation`` is Pearson's at that lag, ``lead`` how far it stands above the other lags.
    """

    lag_frames: int
    correlation: float
    lead: float
    drift_frames: int | None
    fps: float

    @property
    def is_clear(self) -> bool:
        """Whether the lag can be told."""
        return self.correlation >= CLEAR_CORRELATION and self.lead >= CLEAR_LEAD

    def faults(self) -> list[str]:
        """What is wrong, as sentences; nothing where the lag is not clear."""
        if not self.is_clear:
            return []
        allowed = max(1, math.floor(ALLOWED_S * self.fps))
        if abs(self.lag_frames) > allowed:
            late = "late" if self.lag_frames > 0 else "early"
            return [f"its picture is {abs(self.lag_frames)} frames {late} against its sound"]
        if self.drift_frames is not None and abs(self.drift_frames) > 1:
            return [f"its picture drifts by {self.drift_frames:+d} frames against its sound"]
        return []

    def text(self) -> str:
        """The lag for people."""
        if not self.is_clear:
            return f"its lag against the sound is not clear (correlation {self.correlation:.2f})"
        drift = "" if self.drift_frames is None else f", drift {self.drift_frames:+d}"
        return f"{self.lag_frames:+d} frames against the sound (correlation {self.correlation:.2f}){drift}"


def picture_lag(look: Look, level: NDArray[np.float64], *, fps: float) -> PictureLag:
    """Compare what the frames show with the level of the sound while each is shown [shape=(n,)].

    A picture may follow a sound by its brightness or by how much it changes, and its level or its rise; the pair that
    agrees best counts.
    """
    reach = max(2, round(REACH_S * fps))
    n = min(len(level), len(look.change))
    if n < max(LEAST_FRAMES, 4 * reach):
        return PictureLag(0, 0.0, 0.0, None, fps)
    best = max((_lag(seen, heard, reach, fps) for seen, heard in _pairs(look, level, n)), key=_sureness)
    lag, correlation, lead, (seen, heard) = best
    third = n // 3
    drift = None
    if third >= max(LEAST_FRAMES, 4 * reach):
        ends = [_lag(seen[part], heard[part], reach, fps) for part in (slice(0, third), slice(n - third, n))]
        if all(each[1] >= CLEAR_CORRELATION and each[2] >= CLEAR_LEAD for each in ends):
            drift = ends[1][0] - ends[0][0]
    return PictureLag(lag, correlation, lead, drift, fps)


_Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
_Found = tuple[int, float, float, _Pair]


def _sureness(found: _Found) -> float:
    return min(found[1], found[2])


def _pairs(look: Look, level: NDArray[np.float64], n: int) -> Iterator[_Pair]:
    level = np.sqrt(level[:n])  # a beat's tail counts too
    rise = np.maximum(np.diff(level, prepend=level[0]), 0)
    flash = np.maximum(np.diff(look.brightness[:n], prepend=look.brightness[0]), 0)
    yield look.brightness[:n], level
    yield look.change[:n], level
    yield look.change[:n], rise
    yield flash, rise


def _lag(seen: NDArray[np.float64], heard: NDArray[np.float64], reach: int, fps: float) -> _Found:
    """The lag with the highest correlation, that, and how far it stands above the lags that are not beside it."""
    lags = np.arange(-reach, reach + 1)
    middle = slice(reach, len(heard) - reach)
    scores = np.array([_correlation(np.roll(seen, -lag)[middle], heard[middle]) for lag in lags])
    best = int(np.argmax(scores))
    away = np.abs(lags - lags[best]) > max(1, round(PEAK_S * fps))
    lead = float(scores[best] - scores[away].max()) if away.any() else 0.0
    return int(lags[best]), float(scores[best]), lead, (seen, heard)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's r; 0 where either does not vary."""
    if np.std(a) < 1e-6 or np.std(b) < 1e-6:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
