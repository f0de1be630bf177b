"""What a preset says about sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from avcore.spec import setting
from avcore.timebase import Duration


@dataclass(frozen=True)
class TrailsSpec:
    """Fading images of the moments before, each drawn anew: any frame is the same without those before it."""

    count: int = setting(4, help="images behind the newest; each costs as much as a frame", low=1, high=16)
    spacing: Duration = setting(Duration(0.08), help="time between two of them", low=0.001)
    fade: float = setting(0.65, help="strength of an image in parts of the one after it", low=0.0, high=1.0)
    blend: Literal["lighten", "screen", "add"] = setting("lighten", help="how they meet")


@dataclass(frozen=True)
class RenderSpec:
    """How many samples a pixel takes, in space and in time; a draft takes one."""

    supersample: int = setting(
        1, help="samples a pixel in each direction: 2 smooths fine lines at 4 times the cost", low=1, high=8
    )
    motion_blur: int = setting(1, help="moments averaged in a frame: 1 is sharp", low=1, high=64)
    shutter: float = setting(0.5, help="part of the frame's time that the shutter is open", low=0.0, high=1.0)
    trails: TrailsSpec | None = setting(None, help="fading images of the moments before; none where it is left out")
