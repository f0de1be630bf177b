"""Maps for materials: what a preset says about the surface that its picture is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from avcore.fields.ink import Ink
from avcore.spec import setting

MapName = Literal["height", "normal", "roughness", "emission", "mask"]
MAPS: tuple[MapName, ...] = get_args(MapName)


@dataclass(frozen=True)
class InkRange:
    """Values made from an ink of the field: ``low`` where it is 0, ``high`` where it is 1."""

    ink: Ink = setting("height", help="which of the field's inks: height, light (0 in its shadows) or glow")
    low: float = setting(0.0, help="value where the ink is 0", low=0.0, high=1.0)
    high: float = setting(1.0, help="value where the ink is 1", low=0.0, high=1.0)


@dataclass(frozen=True)
class MapsSpec:
    """The surface, for the maps that are baked beside the picture; those of the lowest layer."""

    depth: float = setting(0.05, help="height of the relief in the normal map, in picture heights", low=0.0, high=2.0)
    roughness: InkRange = setting(InkRange("light", 0.8, 0.3), help="how rough the surface is")
    mask: InkRange = setting(InkRange("light"), help="what the mask shows")
    emission: Ink = setting("glow", help="where the surface gives light of its own, in the picture's colour")
