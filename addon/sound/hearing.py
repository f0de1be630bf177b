"""Which moment of a sound is heard at which frame, as exact arithmetic. Knows nothing of Blender.

As in avcore, frame f is centred on its moment: it stands for half a frame before and after.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Piece:
    """Sound heard without a break, from ``frame_start`` until before ``frame_end``.

    ``sound_s`` is the sound's time at ``frame_start``; each frame moves on by ``rate`` seconds of sound.
    """

    frame_start: int
    frame_end: int
    sound_s: Fraction
    rate: Fraction

    @property
    def end_s(self) -> Fraction:
        """The sound's time where the piece ends."""
        return self.sound_s + (self.frame_end - self.frame_start) * self.rate

    def within(self, start: int, end: int) -> Piece | None:
        """The part in frames ``[start, end)``, None where there is none."""
        first, last = max(start, self.frame_start), min(end, self.frame_end)
        if first >= last:
            return None
        return Piece(first, last, self.sound_s + (first - self.frame_start) * self.rate, self.rate)


@dataclass(frozen=True)
class View:
    """How a timeline is seen from another of ``fps``, whose frame ``to`` is shown when its own frame ``at`` is."""

    fps: Fraction
    at: int = 0
    to: int = 0


@dataclass(frozen=True)
class Hearing:
    """What is heard of one sound on a timeline of ``fps`` frames a second: pieces in order, which do not overlap."""

    fps: Fraction
    pieces: tuple[Piece, ...]

    @property
    def frame_start(self) -> int:
        """The first frame with sound; 0 where nothing is heard."""
        return self.pieces[0].frame_start if self.pieces else 0

    @property
    def frame_end(self) -> int:
        """The frame after the last one with sound; 0 where nothing is heard."""
        return self.pieces[-1].frame_end if self.pieces else 0

    @property
    def is_plain(self) -> bool:
        """Whether it is one piece at its own speed, so that a bake needs a start and a length alone."""
        return len(self.pieces) == 1 and self.pieces[0].rate * self.fps == 1

    def frames(self) -> NDArray[np.int64]:
        """All frame numbers from the first with sound to the last, gaps included [shape=(n,)]."""
        return np.arange(self.frame_start, self.frame_end, dtype=np.int64)

    def time_of_frame(self, frame: int) -> Fraction | None:
        """The sound's time at a frame in seconds, None where nothing is heard."""
        for piece in self.pieces:
            if piece.frame_start <= frame < piece.frame_end:
                return piece.sound_s + (frame - piece.frame_start) * piece.rate
        return None

    def times(self, frames: ArrayLike) -> NDArray[np.float64]:
        """The sound's times at frames [shape=(n,)] in seconds, NaN where nothing is heard."""
        at = np.asarray(frames, dtype=np.float64)
        times = np.full(at.shape, np.nan)
        if self.pieces:
            starts = np.array([piece.frame_start for piece in self.pieces])
            ends = np.array([piece.frame_end for piece in self.pieces])
            sound_s = np.array([float(piece.sound_s) for piece in self.pieces])
            rates = np.array([float(piece.rate) for piece in self.pieces])
            index = np.searchsorted(starts, at, side="right") - 1
            heard = (index >= 0) & (at < ends[index])
            piece = index[heard]
            times[heard] = sound_s[piece] + (at[heard] - starts[piece]) * rates[piece]
        return times

    def frames_of(self, times_s: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where moments of the sound [shape=(m,)] are heard: frames, and the index of the moment of each.

        A moment in two pieces is heard twice, one that was cut away never. Sorted by frame.
        """
        moments = np.asarray(times_s, dtype=np.float64)
        frames, indices = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for piece in self.pieces:
            if piece.rate == 0:  # a freeze: nothing new is heard
                continue
            # A moment a rounding before the piece belongs to it; its nearest frame must not lie in the next piece.
            heard = np.flatnonzero((moments > float(piece.sound_s) - 1e-6) & (moments < float(piece.end_s) - 1e-6))
            at = piece.frame_start + (moments[heard] - float(piece.sound_s)) / float(piece.rate)
            frames.append(np.clip(np.floor(at + 0.5), piece.frame_start, piece.frame_end - 1).astype(np.int64))
            indices.append(heard)
        every, index = np.concatenate(frames), np.concatenate(indices)
        order = np.lexsort((index, every))
        return every[order], index[order]

    def moved(self, by: int) -> Hearing:
        """The same, ``by`` frames later."""
        return replace(
            self,
            pieces=tuple(
                replace(piece, frame_start=piece.frame_start + by, frame_end=piece.frame_end + by)
                for piece in self.pieces
            ),
        )

    def seen_in(self, fps: Fraction, *, at: int = 0, to: int | Fraction = 0) -> Hearing:
        """The same on another timeline of ``fps``, whose frame ``to`` is shown when this one's frame ``at`` is."""
        pieces = []
        for piece in self.pieces:
            ratio = fps / self.fps
            start = to + (piece.frame_start - at) * ratio
            first, last = math.ceil(start), math.ceil(to + (piece.frame_end - at) * ratio)
            if first < last:
                rate = piece.rate / ratio
                pieces.append(Piece(first, last, piece.sound_s + (first - start) * rate, rate))
        return Hearing(fps, tuple(pieces))


def layered(fps: Fraction, pieces: Iterable[Piece]) -> Hearing:
    """The hearing of pieces that may overlap: an earlier one in the list covers a later one."""
    kept: list[Piece] = []
    for piece in pieces:
        parts = [piece]
        for other in kept:
            parts = [
                part
                for each in parts
                for part in (
                    each.within(each.frame_start, other.frame_start),
                    each.within(other.frame_end, each.frame_end),
                )
                if part is not None
            ]
        kept += parts
    return Hearing(fps, tuple(sorted(kept, key=lambda piece: piece.frame_start)))
