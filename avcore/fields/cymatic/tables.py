"""Waves along a line, added up once and looked up by every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.fields.ramps import mix

# Of a line from 0 to 1; a table has one more at each end, so that the last step has a next.
STEPS = 2048


def as_array(xp: Any, values: Any, like: Any) -> Any:
    """Numbers as float32 where the array ``like`` is."""
    # NumPy 1 does not tell; array_api_compat.device does, but cannot be compiled.
    return xp.asarray(values, dtype=xp.float32, device=getattr(like, "device", None))


def places() -> NDArray[np.float64]:
    """Where the entries of a table lie [shape=(STEPS + 2,)]: 0 to 1, and one beyond."""
    return np.arange(STEPS + 2) / STEPS


def look_up(
    xp: Any, tables: NDArray[np.float32], strengths: Any, at: Any, *, members: Sequence[int]
) -> tuple[Any, Any, Any]:
    """Sums of the rows of ``tables`` [shape=(modes, 3, STEPS + 2)] at the places ``at`` [shape=(n,), held to 0 to 1].

    Only the modes in ``members`` count, each by its one of ``strengths`` [shape=(modes,)].
    """
    total: Any = 0.0
    for mode in members:
        total = total + strengths[mode] * as_array(xp, tables[mode], at)
    place = xp.clip(at, 0.0, 1.0) * STEPS
    step = xp.astype(place, xp.int32)
    part = place - xp.astype(step, xp.float32)
    near = xp.take(xp.concat([total[:, :-1], total[:, 1:]], axis=0), step, axis=1)
    return mix(near[0, :], near[3, :], part), mix(near[1, :], near[4, :], part), mix(near[2, :], near[5, :], part)
