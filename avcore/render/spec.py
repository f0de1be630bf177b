"""What a preset says about sampling."""

from __future__ import annotations

from dataclasses import dataclass

from avcore.spec import setting


@dataclass(frozen=True)
class RenderSpec:
    """How many samples a pixel takes, in space and in time; a draft takes one."""

    supersample: int = setting(
        1, help="samples a pixel in each direction: 2 smooths fine lines at 4 times the cost", low=1, high=8
    )
    motion_blur: int = setting(1, help="moments averaged in a frame: 1 is sharp", low=1, high=64)
    shutter: float = setting(0.5, help="part of the frame's time that the shutter is open", low=0.0, high=1.0)
