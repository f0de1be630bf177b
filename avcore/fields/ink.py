"""One ink of a field as a picture in grey: what masks and maps are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from avcore.compute.device import Device
from avcore.fields.moment import Inker, Picture, Tile
from avcore.fields.paint import Paint

Ink = Literal["height", "light", "glow"]


@dataclass(frozen=True)
class InkPicture:
    """The ``ink`` of a picture as red, green and blue in [0, 1]."""

    picture: Picture
    ink: Ink

    @property
    def paint(self) -> Paint:
        """See ``Picture.paint``; an ink is seen before it is painted."""
        return self.picture.paint

    def painted(self, paint: Paint) -> InkPicture:
        """See ``Picture.painted``."""
        return InkPicture(self.picture.painted(paint), self.ink)

    @property
    def mirrors(self) -> tuple[bool, bool]:
        """See ``Picture.mirrors``."""
        return self.picture.mirrors

    def equals(self, other: InkPicture) -> bool:
        """See ``Picture.equals``."""
        return self.ink == other.ink and self.picture.equals(other.picture)

    def toward(self, other: InkPicture, share: float) -> InkPicture:
        """See ``Picture.toward``."""
        return InkPicture(self.picture.toward(other.picture, share), self.ink)

    def inks(self, device: Device) -> Inker:
        """See ``Picture.inks``."""
        return self.picture.inks(device)

    def tile(self, device: Device) -> Tile:
        """See ``Picture.tile``."""
        xp, inks = device.xp, self.picture.inks(device)

        def tile(u: Any, v: Any) -> Any:
            seen = inks(u, v)
            value = seen.height if seen.level is None or self.ink != "height" else seen.level
            value = xp.clip(value if self.ink == "height" else getattr(seen, self.ink), 0.0, 1.0)
            return xp.stack([value, value, value])

        return tile
