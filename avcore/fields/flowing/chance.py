"""Random numbers for the plan of a pattern: a few for each wave, drop or ribbon, the same on every machine."""

from __future__ import annotations


class Chance:
    """A row of random numbers, by SplitMix64 (Steele, Lea and Flood 2014).

    Arithmetic alone, so that compilers which trace a look (``torch.compile``) see constants; ``random.Random`` stops
    them.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed

    def random(self) -> float:
        """The next number, in [0, 1)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) % 2**64
        bits = self._state
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % 2**64
        return float((bits ^ (bits >> 31)) >> 11) * 2.0**-53
