"""One fused kernel for narrow networks on the processor: a tile of pixels goes from coordinates to packed colours
without leaving the first-level cache. Compiled by Numba on first use and kept on disk; importing this loads nothing.
"""

from avcore.compute.fused.painter import FusedPainter, supports

__all__ = ["FusedPainter", "supports"]
