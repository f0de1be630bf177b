"""What the torch painters share: the samples of a frame and its pixels.

Nothing here imports torch; the functions take tensors and the module ``torch`` from those that have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.fields.moment import Tile

# Which products between hidden layers are rounded to half precision: none, the last few, or all.
Rounding = Literal["fp32", "mixed", "half"]


@dataclass(frozen=True)
class Raster:
    """The pixels to fill, numbered row by row: the upper left ``rows`` x ``columns`` of ``height`` x ``width``."""

    height: int
    width: int
    rows: int
    columns: int
    supersample: int

    @classmethod
    def over(cls, out: NDArray[Any], region: tuple[int, int] | None, supersample: int) -> Raster:
        """The pixels of ``out`` that ``Painter.paint`` has to fill."""
        height, width = out.shape[:2]
        rows, columns = region or (height, width)
        return cls(height, width, rows, columns, supersample)

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.rows * self.columns

    def blocks(self, size: int) -> Iterator[tuple[int, int]]:
        """Ranges (start, stop) of at most ``size`` pixels that together are all of them."""
        for start in range(0, self.pixels, size):
            yield start, min(start + size, self.pixels)

    def mean(self, torch: Any, tiles: list[Tile], start: int, stop: int, device: str) -> Any:
        """Mean colour [shape=(3, stop - start), sRGB, float32] of those pixels over all samples of all ``tiles``."""
        number = torch.arange(start, stop, device=device)
        row = torch.div(number, self.columns, rounding_mode="floor")
        across, down = (number - row * self.columns).to(torch.float32), row.to(torch.float32)
        offsets = [(index + 0.5) / self.supersample for index in range(self.supersample)]
        total: Any = None
        for dy in offsets:
            v = (down + dy) / self.height
            for dx in offsets:
                u = (across + dx) / self.width
                for tile in tiles:
                    total = tile(u, v) if total is None else total.add_(tile(u, v))
        return total.div_(self.supersample**2 * len(tiles))


def to_pixels(torch: Any, mean: Any, dtype: np.dtype[Any]) -> Any:
    """Colours [shape=(3, n)] as the pixels of an image of ``dtype`` [shape=(n, 3)]: rounded, full range.

    ``uint16`` comes as int32, because not every device of torch knows it.
    """
    if dtype == np.float32:
        return mean.t()
    levels = mean.mul_(np.iinfo(dtype).max).add_(0.5)
    return levels.to(torch.uint8 if dtype == np.uint8 else torch.int32).t()
