"""What the seed of a fractal does."""

from __future__ import annotations

from functools import lru_cache

from avcore.fields.streams import uniform


@lru_cache(maxsize=256)
def departures(seed: int, purpose: str, count: int) -> tuple[float, ...]:
    """How far the ``count`` parts of a figure depart from its settings, each in [-1, 1); not at all with seed 0."""
    return tuple(uniform(seed, f"fractal/{purpose}", count).tolist()) if seed else (0.0,) * count
