"""What a preset says about its signals, and numbers that signals drive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from avcore.spec import setting
from avcore.timebase import Duration

Curve = Literal["linear", "smooth", "square", "cube", "root"]
Sample = Literal["max", "mean", "linear"]
Combine = Literal["sum", "max", "product"]


def parse_band(text: str) -> tuple[float, float] | None:
    """The limits in Hz of a band such as ``60-120 Hz`` or ``2-6 kHz``; None where the text names a feature.

    Raises:
        ValueError: it looks like a band and is none.
    """
    if not re.match(r"\s*[\d.-]", text) and not re.search(r"\d\s*k?hz\s*$", text, re.IGNORECASE):
        return None
    number = r"(\d+(?:\.\d+)?)\s*"
    match = re.fullmatch(rf"\s*{number}(k?)(?:hz)?\s*-\s*{number}(k?)hz\s*", text, re.IGNORECASE)
    if not match:
        raise ValueError(f"{text[:20]!r} is not a band; write 60-120 Hz or 2-6 kHz")
    high_unit = 1000.0 if match[4] else 1.0
    # In "2-6 kHz" the unit stands for both; "200 Hz-6 kHz" names each.
    low_unit = 1000.0 if match[2] else 1.0 if "hz" in text[: match.start(3)].lower() else high_unit
    low_hz, high_hz = float(match[1]) * low_unit, float(match[3]) * high_unit
    if not 0.0 <= low_hz < high_hz:
        raise ValueError(f"the band {text[:20]!r} is empty; its first limit must be the lower one")
    return low_hz, high_hz


def _check_source(source: str | dict[str, float]) -> None:
    names = [source] if isinstance(source, str) else list(source)
    if not names or not all(name.strip() for name in names):
        raise ValueError(
            "names no feature; write a feature (bass), a band (60-120 Hz) or a mix ({bass: 0.7, onset: 0.3})"
        )
    for name in names:
        parse_band(name)
    if not isinstance(source, str) and not any(source.values()):
        raise ValueError("all weights of the mix are 0")


@dataclass(frozen=True)
class SignalSpec:
    """One control curve: a feature (or a mix), shaped step by step in the order of these settings."""

    source: str | dict[str, float] = setting(
        help="a feature (bass), a band (60-120 Hz), or a mix of these with weights ({bass: 0.7, onset: 0.3})",
        check=_check_source,
    )
    combine: Combine = setting(
        "sum",
        help="how a mix comes together: weighted mean, largest weighted part, or product with weights as exponents",
    )
    normalise: bool = setting(
        True, help="stretch so that the track's own 1st to 99th percentile fills 0 to 1 (a nearly constant level stays)"
    )
    threshold: float = setting(0.0, help="what lies below counts as 0; the rest is stretched", low=0.0, high=0.99)
    compress: float = setting(
        0.0, help="above 0 lifts quiet parts, below 0 keeps only loud ones (exponent 4^-compress)", low=-1.0, high=1.0
    )
    attack: Duration = setting(Duration(0.0), help="time to follow a rise (one-pole time constant)")
    release: Duration = setting(Duration(0.0), help="time to fall to 1/e after a peak")
    lookahead: Duration = setting(
        Duration(0.0),
        help="how long before a peak its swell begins (at 5 %), to end exactly on it: the song is known ahead",
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

    def __post_init__(self) -> None:
        """Refuse a product with negative weights: silence would be infinite."""
        if self.combine == "product" and not isinstance(self.source, str) and min(self.source.values()) < 0:
            raise ValueError("combine: product needs weights of 0 or more, because they are exponents")


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
