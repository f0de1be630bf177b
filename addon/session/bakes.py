"""One bake under way: asked of the worker, watched by the panel, and made into datablocks when it is done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import bpy

from ..bake import InTheWay, Made
from ..engine.contract import Baked, Cancelled, Failed, Progress
from . import refresh
from .engine import Call, session
from .plans import Plan

SAY_EVERY_S = 1.0
REDRAWS_PER_S = 3.0  # a window that is drawn by the processor takes it from the bake


@dataclass
class Run:
    """A bake under way or over. Exactly one of ``baked``, ``failed`` and ``is_cancelled`` is set at its end."""

    plan: Plan
    call: Call | None = None
    progress: Progress | None = None
    baked: Baked | None = None
    failed: Failed | None = None
    is_cancelled: bool = False
    made: Made | None = None
    in_the_way: InTheWay | None = None

    @property
    def is_over(self) -> bool:
        """Whether the worker has answered."""
        return self.baked is not None or self.failed is not None or self.is_cancelled

    @property
    def fraction(self) -> float:
        """How much of the frames is done, in [0, 1]."""
        progress = self.progress
        return progress.done / progress.total if progress and progress.stage == "frames" and progress.total else 0.0

    @property
    def text(self) -> str:
        """How far it is, for the panel and the status bar."""
        if self.progress is None:
            return "starting"
        if self.progress.stage != "frames":
            return self.progress.stage
        left = "" if self.progress.left_s is None else f", {duration_text(self.progress.left_s)} left"
        return f"{self.progress.done:.0f} of {self.progress.total:.0f} frames{left}"

    def start(self) -> None:
        """Ask for it, again after it has stopped; whole frames are kept."""
        self.progress = self.baked = self.failed = None
        self.is_cancelled = False
        self.call = session.ask(self.plan.request, self._done, failed=self._failed, progress=self._progress)

    def cancel(self) -> None:
        """Stop it; what has been baked stays."""
        if self.call is not None and not self.is_over:
            session.cancel(self.call)

    def wait(self, say: Any) -> None:
        """Bake and wait, with progress to ``say``.

        Raises:
            WorkerError: it failed.
        """
        self.baked = session.wait(self.plan.request, progress=lambda progress: (self._progress(progress), say(self)))

    def _progress(self, progress: Progress) -> None:
        self.progress = progress
        refresh.redraw(at_most_per_s=REDRAWS_PER_S)

    def _done(self, baked: Baked) -> None:
        self.baked = baked
        refresh.redraw()

    def _failed(self, why: Failed | Cancelled) -> None:
        if isinstance(why, Failed):
            self.failed = why
        else:
            self.is_cancelled = True
        refresh.redraw()


class Printer:
    """Progress of a waiting bake on standard output, once a second."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, run: Run) -> None:
        now = time.monotonic()
        if bpy.app.background and now - self._said >= SAY_EVERY_S:
            self._said = now
            print(f"avcore: {run.plan.name}: {run.text}", flush=True)


def say_status(context: bpy.types.Context, text: str) -> None:
    """Say something in the status bar, where it is new; empty text gives the bar back to Blender."""
    now = time.monotonic()
    if text != current.status and (not text or now - current.said >= 1 / REDRAWS_PER_S):
        current.status, current.said = text, now
        context.workspace.status_text_set(text or None)


class Current:
    """The bake that the panel shows, if any."""

    run: Run | None = None
    status: str = ""
    said: float = 0.0


current = Current()


def duration_text(seconds: float) -> str:
    """``42 s``, ``3:05 min`` or ``2:10 h``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"
