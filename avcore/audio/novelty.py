"""How much music differs: around each moment, and between whole sections.

J. Foote, "Automatic audio segmentation using a measure of audio novelty" (ICME 2000) moves a checkerboard along the
diagonal of the self-similarity matrix. With a Gaussian kernel as similarity, and without the diagonal itself, what that
measures is half the squared maximum mean discrepancy (MMD) of A. Gretton et al., "A kernel two-sample test" (JMLR 13,
2012): 0 where both sides are alike, however much they vary, and 1 where they are steady and have nothing in common.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Cells whose spectra differ by this are similar by 0.6.
SCALE_DB = 6.0
# The checkerboard fades from its centre to 1/e at its border.
FADE = 1.0
AT_ONCE = 1024

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
_windows = np.lib.stride_tricks.sliding_window_view


def similarity(a: Array, b: Array) -> Array:
    """Similarity in [0, 1] of cells [shape=(..., n, dims)] and [shape=(..., m, dims)], as [shape=(..., n, m)]."""
    across = a @ np.swapaxes(b, -1, -2)
    squared = (a**2).sum(axis=-1)[..., :, None] + (b**2).sum(axis=-1)[..., None, :] - 2 * across
    return np.asarray(np.exp(-np.maximum(squared, 0.0) / (2 * SCALE_DB**2)))


def novelty(cells: Array, *, half: int, pool: int = 1) -> Array:
    """Novelty in [0, 1] at the edges of cells [shape=(n, dims)], as [shape=(n + 1,)].

    ``half`` pools of ``pool`` cells are compared on either side, fewer near the ends; 0 where there are less than two.
    """
    n, span = len(cells), half * pool
    total = np.cumsum(np.pad(cells, ((span + 1, span), (0, 0))), axis=0)
    pooled = (total[pool:] - total[:-pool]) / pool
    whole = np.convolve(np.pad(np.ones(n), span), np.ones(pool), "valid") > pool - 0.5
    around = _windows(pooled, 2 * span - pool + 1, axis=0)[..., ::pool]
    is_there = _windows(whole, 2 * span - pool + 1)[:, ::pool]
    place = (np.arange(2 * half) + 0.5) / half - 1
    taper = np.exp(-FADE * place**2)
    found = np.zeros(n + 1)
    for first in range(2 * pool, n - 2 * pool + 1, AT_ONCE):
        edges = slice(first, min(first + AT_ONCE, n - 2 * pool + 1))
        cells_around = np.swapaxes(around[edges], 1, 2)
        weight = is_there[edges].astype(np.float64) * taper
        found[edges] = _checkerboard(
            cells_around, before=np.where(place < 0, weight, 0.0), after=np.where(place > 0, weight, 0.0)
        )
    # Rounded, so that rounding errors of an even stretch are no peaks.
    return np.asarray(np.round(np.clip(found, 0.0, 1.0), 6))


def _checkerboard(cells: Array, *, before: Array, after: Array) -> Array:
    """Half the MMD of cells [shape=(m, k, dims)] under two sets of weights [shape=(m, k)], as [shape=(m,)]."""
    similar = similarity(cells, cells)
    diagonal = np.arange(similar.shape[1])
    similar[:, diagonal, diagonal] = 0.0

    def mean(a: Array, b: Array) -> Array:
        total = np.einsum("mi,mij,mj->m", a, similar, b, optimize=True)
        return np.asarray(total / (a.sum(axis=1) * b.sum(axis=1) - (a * b).sum(axis=1)))

    return (mean(before, before) + mean(after, after)) / 2 - mean(before, after)


def group(cells: Array, starts: Indices, *, nearest: float) -> Indices:
    """Which group each section belongs to [shape=(k,)], counted from 0 in the order of their first sections.

    Section ``i`` is the cells from ``starts[i]`` [shape=(k,)] to the next. The two groups with the least novelty
    between them become one, again and again, while that is less than ``nearest``.
    """
    similar = np.stack(
        [np.add.reduceat(similarity(part, cells).sum(axis=0), starts) for part in np.split(cells, starts[1:])]
    )
    count = np.diff(np.append(starts, len(cells))).astype(np.float64)
    member = np.arange(len(starts))
    while len(count) > 1:
        mean = similar / np.outer(count, count)
        between = (np.diag(mean)[:, None] + np.diag(mean)) / 2 - mean
        between[np.tril_indices(len(count))] = np.inf
        kept, gone = np.unravel_index(int(between.argmin()), between.shape)
        if between[kept, gone] >= nearest:
            break
        for axis in (0, 1):
            summed = similar.take([kept, gone], axis=axis).sum(axis=axis)
            similar = np.delete(similar, gone, axis=axis)
            similar[(kept, slice(None)) if axis == 0 else (slice(None), kept)] = summed
        count[kept] += count[gone]
        count = np.delete(count, gone)
        member[member == gone] = kept
        member[member > gone] -= 1
    return member
