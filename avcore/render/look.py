"""Looks: all that decides the pixels of a scene in one frame, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from avcore.fields.moment import Picture


@dataclass(frozen=True)
class Exposure:
    """What a sheet shows in one frame: a picture for each moment of the open shutter.

    A layer's ``mask`` is the picture whose ink masks it, between the values ``low`` and ``high``.
    """

    pictures: tuple[Picture, ...]
    opacity: float = 1.0
    mask: Picture | None = None
    low: float = 0.0
    high: float = 1.0

    def equals(self, other: Exposure) -> bool:
        """Whether both show the same, number by number."""
        pairs = zip(self._all(), other._all(), strict=True)
        return (self.opacity, self.low, self.high) == (other.opacity, other.low, other.high) and all(
            a.equals(b) for a, b in pairs
        )

    def _all(self) -> list[Picture]:
        return [*self.pictures, *([self.mask] if self.mask is not None else [])]


@dataclass(frozen=True)
class Look:
    """All that decides the pixels of a scene in one frame.

    ``now`` are the exposures of its sheets, the lowest first, and ``trails`` those of the moments before, the newest
    first.
    """

    now: tuple[Exposure, ...]
    trails: tuple[tuple[Exposure, ...], ...] = ()

    def equals(self, other: Look) -> bool:
        """Whether both are the same picture, number by number."""
        pairs = zip((self.now, *self.trails), (other.now, *other.trails), strict=True)
        return all(a.equals(b) for mine, theirs in pairs for a, b in zip(mine, theirs, strict=True))
