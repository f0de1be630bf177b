"""The numbers of a sound strip that decide what is heard of it. Knows nothing of Blender."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from .hearing import Piece


@dataclass(frozen=True)
class StripState:
    """A sound strip on the timeline; frames as whole numbers, as Blender hears them.

    At ``content_start`` the sound is ``skipped`` frames old, at ``content_end`` it ends; both ``late_s`` later.
    ``[left, right)`` is what the handles of the strip, and of the metas that hold it, leave of it. ``retiming`` are
    the frames of its speed keys, empty at its own speed. ``loudness`` tells volumes and pans apart, where several
    strips are mixed; it is text, and empty where they do not matter.
    """

    content_start: int
    content_end: int
    left: int
    right: int
    skipped: int = 0
    late_s: Fraction = Fraction(0)
    retiming: tuple[int, ...] = ()
    loudness: str = ""

    def piece(self, fps: Fraction) -> Piece | None:
        """What is heard of a strip at its own speed, None where nothing is."""
        begin = self.content_start - self.skipped + self.late_s * fps  # of the sound, and its end
        end = self.content_end + self.late_s * fps
        first, last = max(self.left, math.ceil(begin)), min(self.right, math.ceil(end))
        return Piece(first, last, (first - begin) / fps, 1 / fps) if first < last else None

    def moved(self, by: int) -> StripState:
        """The same strip, ``by`` frames later."""
        return replace(
            self,
            content_start=self.content_start + by,
            content_end=self.content_end + by,
            left=self.left + by,
            right=self.right + by,
            retiming=tuple(frame + by for frame in self.retiming),
        )
