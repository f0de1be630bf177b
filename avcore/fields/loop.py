"""Perfect loops, and the time that goes round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from avcore.spec import setting
from avcore.timebase import Duration

LoopSound = Literal["fold", "live"]

# Ratio of the two periods of a field's time where it does not loop: the golden ratio, so that it never repeats.
APART = (1.0 + math.sqrt(5.0)) / 2.0


@dataclass(frozen=True)
class LoopSpec:
    """A perfect loop: the frame after the last is the first."""

    period: Duration = setting(help="length of the loop (8 bars, 10 s); rounded to whole frames", low=0.001)
    sound: LoopSound = setting(
        "fold", help="fold: hear the loop's own stretch of the song again and again; live: follow the whole song"
    )
    crossfade: Duration = setting(Duration(0.5), help="how long the folded sound takes to flow back to its beginning")
