"""How far the work is, in the words of whoever listens: a person, a farm's log reader, a script.

Lines are written to standard output, flushed, from the start of a line. The classic lines of Blender (``Fra:``,
``Saved:``, ``Time:``, ``skipping existing frame``) come in every style but ``json``: Flamenco counts steps and shows
previews by them, and people know them.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, get_args

from avcore.cli.progress import Progress as Bar

Style = Literal["auto", "openjd", "flamenco", "deadline10", "alf", "cgru", "json"]
STYLES: tuple[Style, ...] = get_args(Style)
FARM = "HEADLESS_FARM"  # what the environment of a task names its style by

_PERCENT = {
    "openjd": "openjd_progress: {:.1f}",
    "deadline10": "Progress: {:.0f}%",
    "alf": "ALF_PROGRESS {:.0f}%",
    "cgru": "PROGRESS: {:.0f}%",
}
_BEFORE = ("analysis", "compiling")  # what comes before the frames has no percentage of its own
_EVERY_S = 1.0  # of what is said more often than once a frame


def choose_style(asked: Style, *, as_json: bool = False) -> str:
    """The style that ``auto`` stands for: the farm's, else a ``bar`` for people, or classic lines for a log.

    With ``as_json``, standard output is for the result alone.
    """
    if asked != "auto":
        return asked
    farm = os.environ.get(FARM, "")
    if farm in STYLES and farm != "auto":
        return farm
    return "bar" if as_json or sys.stdout.isatty() else "flamenco"


class Progress:
    """Tells how far the work is; a context manager. ``total`` frames are to be made, in one or more stages."""

    def __init__(self, style: str, *, write: Callable[[str], None] | None = None) -> None:
        self.style = style
        self._write = write or _print
        self._bar = Bar() if style == "bar" else None
        self._stage, self._done, self._total = "", 0.0, 0.0
        self._said_s = -_EVERY_S

    def __call__(self, stage: str, done: float, total: float) -> None:
        """``done`` of ``total`` of a stage: the shape of ``avcore.render.job.Progress``."""
        if stage != self._stage and self.style == "openjd":
            self._write(f"openjd_status: {stage}")
        is_new = (stage, total) != (self._stage, self._total)
        self._stage, self._done, self._total = stage, done, total
        now = time.monotonic()
        if self._bar is not None:
            self._bar(stage, done, total)
        elif stage in _BEFORE:
            return
        elif is_new or done >= total or now - self._said_s >= _EVERY_S:
            self._said_s = now
            self._percent(100 * done / total if total else 100.0)

    def _percent(self, percent: float) -> None:
        if self.style in _PERCENT:
            self._write(_PERCENT[self.style].format(min(100.0, max(0.0, percent))))

    def rendering(
        self, number: int, *, seconds: float, sample: int = 0, samples: int = 0, scene: str = "", layer: str = ""
    ) -> None:
        """A frame is being rendered; said at most once a second."""
        now = time.monotonic()
        if now - self._said_s < _EVERY_S:
            return
        self._said_s = now
        if self.style == "json":
            self.event("rendering", frame=number, sample=sample, samples=samples)
        elif self._bar is None:
            of = f" | Sample {sample}/{samples}" if samples else ""
            self._write(f"Fra:{number} Mem:{_memory()} | Time:{_clock(seconds)} | {scene}, {layer}{of}")

    def saved(self, number: int, path: Path, *, seconds: float | None = None) -> None:
        """A frame is whole in ``path``; ``seconds`` is what it took."""
        if self.style == "json":
            self.event("saved", frame=number, path=str(path), seconds=seconds)
        elif self._bar is None:
            # In one piece: frames become whole in several threads.
            self._write(f"Saved: '{path.absolute()}'\nTime: {_clock(seconds or 0.0)} (Saving: 00:00.00)")

    def skipped(self, number: int, path: Path) -> None:
        """A frame was whole already."""
        if self.style == "json":
            self.event("skipped", frame=number, path=str(path))
        elif self._bar is None:
            self._write(f'skipping existing frame "{path.absolute()}"')

    def note(self, sentence: str) -> None:
        """Something to know that does not stop the work."""
        if self.style == "json":
            self.event("note", text=sentence)
        elif self.style == "openjd":
            self._write(f"openjd_status: {sentence}")
        else:
            print(f"avcore-headless: {sentence}", file=sys.stderr, flush=True)

    def failed(self, sentence: str) -> None:
        """The work ends here; the exit code says so too."""
        one_line = " ".join(sentence.split())
        if self.style == "json":
            self.event("failed", text=one_line)
        elif self.style == "openjd":
            self._write(f"openjd_fail: {one_line}")

    def event(self, kind: str, **told: Any) -> None:
        """One line of JSON, for scripts."""
        self._write(f"headless_event: {json.dumps({'event': kind, **told}, default=str)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)


def _print(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever listened has gone; the frames matter more
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _clock(seconds: float) -> str:
    """``01:02.30`` or ``1:01:02.30``, as Blender writes a time."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:05.2f}" if hours else f"{minutes:02d}:{rest:05.2f}"


def _memory() -> str:
    from avcore.render.measure import peak_memory_mb

    peak = peak_memory_mb() or 0.0
    return f"{peak:.2f}M (Peak {peak:.2f}M)"
