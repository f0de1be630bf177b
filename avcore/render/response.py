"""Does the picture move, and does it move with the sound? Statistics gathered while frames go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Grid of pixels that is looked at, and what counts as uniform or as following the sound.
LOOK = (36, 64)
UNIFORM_STD = 0.02
FOLLOWS_MARGIN = 0.1
SHUFFLES = 32
ENOUGH_FRAMES = 50


@dataclass(frozen=True)
class Response:
    """What the frames of a job did.

    ``correlation`` is Pearson's, between the change from frame to frame and ``signal`` (its value or its speed,
    whichever fits best); ``shuffled`` is the mean of the same best fit against the track turned round by random
    amounts, so that a picture which moves by itself scores no more than that.
    """

    frames: int
    mean_contrast: float
    uniform_frames: int
    mean_change: float
    signal: str | None
    correlation: float
    shuffled: float

    @property
    def can_judge(self) -> bool:
        """Whether there are enough frames to speak of motion."""
        return self.frames >= ENOUGH_FRAMES

    def warnings(self) -> list[str]:
        """What an artist should know, as sentences."""
        found = []
        if self.uniform_frames > 0.05 * self.frames:
            found.append(
                f"{self.uniform_frames} of {self.frames} frames are nearly uniform; raise its contrast "
                "(`avcore diagnose` says how), or look whether the song is silent there"
            )
        if self.can_judge and self.mean_change < 1e-4:
            found.append("the picture hardly moves; let signals drive more of it, with wider ranges")
        elif self.can_judge and self.correlation < self.shuffled + FOLLOWS_MARGIN:
            found.append("the picture does not follow the sound; let signals drive more of its settings")
        return found


class ResponseMeter:
    """Looks at the frames of a job, in order, and keeps a few numbers of each."""

    def __init__(self) -> None:
        self._contrast: list[float] = []
        self._change: list[float] = []
        self._changed: list[int] = []
        self._before: NDArray[np.float32] | None = None

    def look(self, frame: NDArray[Any]) -> None:
        """Take in the next frame [shape=(height, width, 3)], any pixel type."""
        height, width = frame.shape[:2]
        thumb = frame[:: max(1, height // LOOK[0]), :: max(1, width // LOOK[1])].astype(np.float32)
        if np.issubdtype(frame.dtype, np.integer):
            thumb /= np.iinfo(frame.dtype).max
        if self._before is not None:
            self._change.append(float(np.abs(thumb - self._before).mean()))
            self._changed.append(len(self._contrast))
        self._contrast.append(float(thumb.std(axis=(0, 1)).max()))
        self._before = thumb

    def cut(self) -> None:
        """The next frame does not follow the last one; the change between them does not count."""
        self._before = None

    def changes(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Mean absolute change of the picture (0 to 1) and the index of the frame that brought it [shape=(n,) each]."""
        return np.array(self._changed, dtype=np.intp), np.array(self._change, dtype=np.float64)

    def correlations(self, controls: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
        """Pearson's r of the change with each signal or its speed, whichever is higher."""
        change = self.changes()[1]
        return {
            name: max(_correlation(change, drive) for drive in drives)
            for name, drives in self._drives(controls).items()
        }

    def response(self, controls: Mapping[str, NDArray[np.float64]]) -> Response:
        """The verdict, given each signal at the frames that were looked at [shape=(frames,)]."""
        change = self.changes()[1]
        scores = self.correlations(controls)
        best = max(scores, key=lambda name: scores[name], default=None)
        drives = [drive for pair in self._drives(controls).values() for drive in pair]
        return Response(
            frames=len(self._contrast),
            mean_contrast=float(np.mean(self._contrast)) if self._contrast else 0.0,
            uniform_frames=int(np.sum(np.array(self._contrast) < UNIFORM_STD)),
            mean_change=float(change.mean()) if len(change) else 0.0,
            signal=best,
            correlation=scores[best] if best is not None else 0.0,
            shuffled=_shuffled(change, drives),
        )

    def _drives(
        self, controls: Mapping[str, NDArray[np.float64]]
    ) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Value and speed of each signal at the frames that brought a change."""
        changed = self.changes()[0]
        return {
            name: (values[changed], np.abs(values[changed] - values[changed - 1])) for name, values in controls.items()
        }


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's r; 0 where either does not vary."""
    if len(a) < 3 or np.std(a) < 1e-9 or np.std(b) < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _shuffled(change: NDArray[np.float64], drives: list[NDArray[np.float64]]) -> float:
    """Mean best correlation with the signals turned round by amounts that keep their rhythm but lose the place."""
    if len(change) < 3 or not drives:
        return 0.0
    turns = np.random.default_rng(0).integers(len(change) // 10 + 1, max(2, len(change)), SHUFFLES)
    return float(np.mean([max(_correlation(change, np.roll(drive, turn)) for drive in drives) for turn in turns]))
