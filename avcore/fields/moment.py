"""What a field may know about one frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from avcore.fields.paint import Inks, Paint
from avcore.signals.spec import Driven

# A picture at one moment: u, v [shape=(n,)] -> sRGB [shape=(3, n), 0..1], arrays of the device's namespace.
Tile = Callable[[Any, Any], Any]

# The same before it is painted.
Inker = Callable[[Any, Any], Inks]


@dataclass(frozen=True)
class Moment:
    """One moment of a song: its time and the value of every signal.

    ``loop_phase`` is None, or the place in a perfect loop, in [0, 1).
    """

    time_s: float
    controls: Mapping[str, float]
    loop_phase: float | None = None

    def turns(self, clock: Driven, period_s: float) -> float:
        """Rounds of ``period_s`` that ``clock`` (seconds per second, plus what signals add) has made.

        In a loop the song's own seconds make exactly one round, whatever the period.
        """
        added = clock.at(self.controls) - clock.base
        if self.loop_phase is not None:
            return self.loop_phase + added / period_s
        return (clock.base * self.time_s + added) / period_s


class Picture(Protocol):
    """A field at one moment, as plain numbers."""

    @property
    def paint(self) -> Paint:
        """What it is painted with."""
        ...

    def painted(self, paint: Paint) -> Any:
        """The same picture painted with another paint."""
        ...

    @property
    def mirrors(self) -> tuple[bool, bool]:
        """Whether the picture is its own mirror image: left and right, top and bottom."""
        ...

    def equals(self, other: Any) -> bool:
        """Whether both are the same picture, number by number."""
        ...

    def toward(self, other: Any, share: float) -> Any:
        """What lies between this picture and another of its kind.

        Raises:
            CannotMixError: they differ in more than numbers.
        """
        ...

    def tile(self, device: Any) -> Tile:
        """The reference implementation on a device."""
        ...

    def inks(self, device: Any) -> Inker:
        """What the picture is painted from, by the reference implementation on a device."""
        ...


class Field(Protocol):
    """A family of pictures, ready to be evaluated at any moment."""

    @property
    def weights_sha256(self) -> str:
        """Hash of the trained or drawn numbers, for the provenance."""
        ...

    def frame(self, moment: Moment, *, aspect: float, pixel: float) -> Picture:
        """The picture at one moment, for a frame ``aspect`` times as wide as high.

        ``pixel`` is the size of one sample in picture heights, for fields that smooth their edges by it.
        """
        ...
