"""Fewer keys for the same curve, within a stated error. Knows nothing of Blender."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def decimate(frames: ArrayLike, values: ArrayLike, *, max_error: float) -> NDArray[np.int64]:
    """Which points to keep so that straight lines between them are nowhere more than ``max_error`` off.

    Ramer 1972 and Douglas and Peucker 1973, with the distance along the value, all stretches at once: a stretch that
    is too far off is split at its furthest point, so peaks keep a key of their own.

    Args:
        frames: increasing [shape=(n,)].
        values: [shape=(n,)].
        max_error: at least 0, in units of the values.

    Returns:
        Indices in order, with the first and the last [shape=(m,), m <= n].
    """
    x, y = np.asarray(frames, dtype=np.float64), np.asarray(values, dtype=np.float64)
    keep = np.unique([0, len(x) - 1]) if len(x) else np.empty(0, np.int64)
    while len(keep) > 1:
        error = np.abs(y - np.interp(x, x[keep], y[keep]))
        error[keep] = 0.0
        worst = np.maximum.reduceat(error, keep[:-1])
        if worst.max() <= max_error:
            break
        lengths = np.diff(keep)
        lengths[-1] += 1
        is_worst = (error == np.repeat(worst, lengths)) & (error > max_error)
        found = np.flatnonzero(is_worst)
        stretch = np.searchsorted(keep, found, side="right")
        keep = np.union1d(keep, found[np.unique(stretch, return_index=True)[1]])
    return keep.astype(np.int64)
