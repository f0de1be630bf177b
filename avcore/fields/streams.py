"""Random numbers that are the same on every machine and in every version.

Each purpose draws from a stream of its own, so that changing one setting does not reshuffle the rest. Only the raw
bits of Philox are used, which NumPy keeps stable across releases (NEP 19); its distributions are not.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


def uniform(seed: int, purpose: str, count: int) -> NDArray[np.float64]:
    """``count`` numbers in [-1, 1) [shape=(count,)] that depend on ``seed`` and ``purpose`` alone.

    A longer draw starts with the numbers of a shorter one.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    bits = np.random.Philox(key=np.frombuffer(digest[:16], dtype="<u8")).random_raw(count)
    return np.asarray((bits >> np.uint64(11)) * 2.0**-52 - 1.0, dtype=np.float64)
