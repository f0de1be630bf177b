"""What a preset says about its signals, and numbers that signals drive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from avcore.spec import setting
from avcore.timebase import Duration

Curve = Literal["linear", "smooth", "square", "cube", "root"]
Sample = Literal["max", "mean", "linear"]
Combine = Literal["sum", "max", "product"]


@dataclass(frozen=True)
class SignalSpec:
    """One control curve: a feature (or a mix), shaped step by step in the order of these settings."""

    source: str | dict[str, float] = setting(
        help="a feature (bass), a band (60-120 Hz), or a mix of these with weights ({bass: 0.7, onset: 0.3})"
    )
    combine: Combine = setting("sum", help="how the parts of a mix come together; a sum is divided by its weights")
    normalise: bool = setting(True, help="stretch so that the track's own 1st to 99th percentile fills 0 to 1")
    threshold: float = setting(0.0, help="what lies below counts as 0; the rest is stretched", low=0.0, high=0.99)
    compress: float = setting(
        0.0, help="above 0 lifts quiet parts, below 0 keeps only loud ones (exponent 4^-compress)", low=-1.0, high=1.0
    )
    attack: Duration = setting(Duration(0.0), help="time to follow a rise (one-pole time constant)")
    release: Duration = setting(Duration(0.0), help="time to fall to 1/e after a peak")
    lookahead: Duration = setting(
        Duration(0.0), help="time of the swell before a peak, which ends exactly on it: the song is known ahead"
    )
    smooth: Duration = setting(Duration(0.0), help="smoothing without lag (standard deviation of a Gaussian)")
    curve: Curve = setting("linear", help="shape of the response")
    range: tuple[float, float] = setting((0.0, 1.0), help="what 0 and 1 become")
    integrate: bool = setting(
        False, help="add up over time, in units per second: a speed becomes a position that never runs backwards"
    )
    sample: Sample = setting(
        "mean", help="what a frame takes from its own span of time: max loses no hit, mean and linear are calm"
    )


@dataclass(frozen=True)
class Driven:
    """A number that signals move: ``base + sum(amount * signal)``.

    In a preset it is either a number or a mapping such as ``{base: 1.0, kick: -0.15}``.
    """

    base: float
    by: Mapping[str, float]

    @classmethod
    def fixed(cls, value: float) -> Driven:
        """A number that nothing moves."""
        return cls(value, {})

    def at(self, controls: Mapping[str, float]) -> float:
        """The value where the signals have the values ``controls``."""
        return self.base + sum(amount * controls[name] for name, amount in self.by.items())
