"""Long arrays in overlapping blocks, so that intermediate results stay small."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK = 4096


def overlapping(n: int, *, halo: int) -> Iterator[tuple[slice, slice]]:
    """Slices that cover ``range(n)``: what to read (``halo`` more on both sides), and the part of that to keep."""
    for start in range(0, n, BLOCK):
        stop = min(n, start + BLOCK)
        first = max(0, start - halo)
        yield slice(first, min(n, stop + halo)), slice(start - first, stop - first)
