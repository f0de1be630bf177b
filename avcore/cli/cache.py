"""``avcore cache [clear]``: where analyses and compiled kernels are kept, and how to be rid of them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

HELP = "show or clear the kept analyses and kernels"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with the cache."""
    parser.add_argument(
        "action", nargs="?", choices=("show", "clear"), default="show", help="show (default), or delete them all"
    )


@dataclass(frozen=True)
class Result:
    """What the cache holds, or held before it was cleared."""

    folder: str
    n_tracks: int
    size_bytes: int
    kernels_bytes: int
    cleared: bool

    def text(self) -> str:
        """Place, number and size."""
        tracks = f"{self.n_tracks} analysis" if self.n_tracks == 1 else f"{self.n_tracks} analyses"
        what = f"{tracks}, {self.size_bytes / 1e6:.1f} MB; compiled kernels, {self.kernels_bytes / 1e6:.1f} MB"
        if self.cleared:
            return f"cleared {self.folder}: {what}"
        return f"{self.folder}: {what} (set AVCORE_CACHE to move it, `avcore cache clear` to empty it)"


def run(args: argparse.Namespace) -> Result:
    """Show or clear.

    Raises:
        OutputError: something cannot be deleted.
    """
    from avcore.audio import cache
    from avcore.compute.fused.loading import clear_kernels, kernels_bytes

    is_clear = args.action == "clear"
    compiled = kernels_bytes()
    if is_clear:
        clear_kernels()
    info = cache.clear() if is_clear else cache.info()
    return Result(str(info.folder), info.n_tracks, info.size_bytes, compiled, is_clear)
