"""The numbers of a sound strip that decide what is heard of it. Knows nothing of Blender."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from .hearing import Piece


@dataclass(frozen=True)
class StripState:
    """A sound strip on the timeline; frames as whole numbers, as Blender hears them.

    ``content_start`` is where the sound would begin if nothing were trimmed, ``content_end`` where it ends;
    ``[left, right)`` is what the handles of the strip, and of the metas that hold it, leave of it. ``skipped`` frames
    are cut off the sound's beginning for good, ``late_s`` delays the sound within the strip. ``retiming`` are the
    frames of its speed keys, empty at its own speed.
    """

    content_start: int
    content_end: int
    left: int
    right: int
    skipped: int = 0
    late_s: Fraction = Fraction(0)
    retiming: tuple[int, ...] = ()

    def piece(self, fps: Fraction) -> Piece | None:
        """What is heard of a strip at its own speed, None where nothing is."""
        whole = Piece(self.content_start, self.content_end, self.skipped / fps - self.late_s, 1 / fps)
        silent = max(0, math.ceil(-whole.sound_s * fps))
        return whole.within(max(self.left, self.content_start + silent), self.right)

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
