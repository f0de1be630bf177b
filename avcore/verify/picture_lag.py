"""How late the picture of a film is against its sound, where that can be told at all."""

from __future__ import annotations

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
PART_S = 8.0
MOST_PARTS = 24
LEAST_FRAMES = 48


@dataclass(frozen=True)
class PictureLag:
    """Frames by which the picture is late, the median over parts of the film, of which ``clear_parts`` could be told.

    ``drift_frames`` is its last third less its first, None where one of them is not clear. ``correlation`` is
    Pearson's, the median over the parts.
    """

    lag_frames: float
    drift_frames: float | None
    correlation: float
    clear_parts: int
    parts: int
    fps: float

    @property
    def is_clear(self) -> bool:
        """Whether the lag can be told."""
        return self.parts > 0 and 2 * self.clear_parts >= self.parts

    def faults(self) -> list[str]:
        """What is wrong, as sentences; nothing where the lag is not clear."""
        if not self.is_clear:
            return []
        allowed = max(1.0, ALLOWED_S * self.fps)
        drift = self.drift_frames or 0.0
        if abs(drift) > allowed:
            return [f"its picture drifts by {drift:+.1f} frames against its sound"]
        if abs(self.lag_frames) > allowed:
            late = "late" if self.lag_frames > 0 else "early"
            return [f"its picture is {abs(self.lag_frames):g} frames {late} against its sound"]
        return []

    def text(self) -> str:
        """The lag for people."""
        if not self.parts:
            return "too short to compare with the sound"
        told = f"in {self.clear_parts} of {self.parts} parts, correlation {self.correlation:.2f}"
        if not self.is_clear:
            return f"its lag against the sound, about {self.lag_frames:+g} frames, is not clear (it is {told})"
        drift = "" if self.drift_frames is None else f", drift {self.drift_frames:+g}"
        return f"{self.lag_frames:+g} frames against the sound{drift} (clear {told})"


@dataclass(frozen=True)
class _Part:
    """``lead`` is how far the best lag stands above the lags that are not beside it."""

    lag: int
    correlation: float
    lead: float

    @property
    def is_clear(self) -> bool:
        return self.correlation >= CLEAR_CORRELATION and self.lead >= CLEAR_LEAD


def picture_lag(look: Look, level: NDArray[np.float64], *, fps: float) -> PictureLag:
    """Compare what the frames show with the level of the sound while each is shown [shape=(n,)], part by part.

    A picture may follow a sound by its brightness or by how much it changes, and its level or its rise; the pair that
    is clear most often counts.
    """
    reach = max(2, round(REACH_S * fps))
    n = min(len(level), len(look.change))
    length = max(LEAST_FRAMES, 4 * reach, round(PART_S * fps))
    if n < max(LEAST_FRAMES, 4 * reach):
        return PictureLag(0.0, None, 0.0, 0, 0, fps)
    count = min(MOST_PARTS, max(1, n // length))
    spans = [slice(round(at), round(at) + min(n, length)) for at in np.linspace(0, max(0, n - length), count)]
    pairs = list(_pairs(look, level, n))
    tries = [[_part(seen[span], heard[span], reach, fps) for span in spans] for seen, heard in pairs]
    best = max(tries, key=lambda parts: (sum(p.is_clear for p in parts), sum(p.correlation for p in parts)))
    clear = [(index, part.lag) for index, part in enumerate(best) if part.is_clear]
    lag = float(np.median([lag for _, lag in clear] or [part.lag for part in best]))
    correlation = float(np.median([part.correlation for part in best]))
    return PictureLag(lag, _drift(clear, count), correlation, len(clear), count, fps)


def _drift(clear: list[tuple[int, int]], count: int) -> float | None:
    if count < 3:
        return None
    first = [lag for index, lag in clear if index < count / 3]
    last = [lag for index, lag in clear if index >= count - count / 3]
    return float(np.median(last) - np.median(first)) if first and last else None


def _pairs(look: Look, level: NDArray[np.float64], n: int) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    level = np.sqrt(level[:n])  # a beat's tail counts too
    rise = np.maximum(np.diff(level, prepend=level[0]), 0)
    flash = np.maximum(np.diff(look.brightness[:n], prepend=look.brightness[0]), 0)
    yield look.brightness[:n], level
    yield look.change[:n], level
    yield look.change[:n], rise
    yield flash, rise


def _part(seen: NDArray[np.float64], heard: NDArray[np.float64], reach: int, fps: float) -> _Part:
    """The lag with the highest correlation in one part."""
    lags = np.arange(-reach, reach + 1)
    middle = slice(reach, len(heard) - reach)
    scores = np.array([_correlation(np.roll(seen, -lag)[middle], heard[middle]) for lag in lags])
    best = int(np.argmax(scores))
    away = np.abs(lags - lags[best]) > max(1, round(PEAK_S * fps))
    lead = float(scores[best] - scores[away].max()) if away.any() else 0.0
    return _Part(int(lags[best]), float(scores[best]), lead)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's r; 0 where either does not vary."""
    if np.std(a) < 1e-6 or np.std(b) < 1e-6:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
