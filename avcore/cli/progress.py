"""Progress: a bar with rate and time left on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

PLAIN_EVERY_S = 5.0


class Progress:
    """Call it with ``(stage, done, total)``; each stage gets a bar of its own."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._stage = ""
        self._bar: Any = None
        self._began = self._said = time.monotonic()

    def __call__(self, stage: str, done: float, total: float) -> None:
        if stage != self._stage:
            self._close()
            self._stage, self._began, self._said = stage, time.monotonic(), time.monotonic()
            if self._terminal:
                self._bar = self._new_bar(stage, total)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._said >= PLAIN_EVERY_S:
            self._said = time.monotonic()
            print(self._line(done, total), file=sys.stderr, flush=True)

    def _new_bar(self, stage: str, total: float) -> Any:
        from tqdm import tqdm

        counts = total != 1.0
        shape = "{desc} {percentage:3.0f}% {bar} " + (
            "{n:.0f}/{total:.0f} [{remaining} left, {rate_fmt}]" if counts else "[{elapsed}]"
        )
        return tqdm(total=total, desc=stage, bar_format=shape, unit="frame", leave=False, dynamic_ncols=True)

    def _line(self, done: float, total: float) -> str:
        elapsed = time.monotonic() - self._began
        left = elapsed * (total - done) / done if done else 0.0
        if total == 1.0:
            return f"avcore: {self._stage} {100 * done:.0f} %"
        return (
            f"avcore: {self._stage} {done:.0f} of {total:.0f}, {done / elapsed:.1f} a second, "
            f"{int(left) // 60}:{int(left) % 60:02d} left"
        )

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._close()
