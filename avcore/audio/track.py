"""The FeatureTrack: what the analysis of a sound file says, as a versioned contract.

A feature's meaning never changes within a ``CONTRACT_VERSION``. Sample ``k`` of every feature describes the sound
around ``k / RATE_HZ`` seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.errors import UsageError

CONTRACT_VERSION = 1
RATE_HZ = 100

# Names that artists use for features that engineers name otherwise.
ALIASES = {"energy": "rms", "brightness": "centroid", "roughness": "zcr"}


@dataclass(frozen=True)
class Feature:
    """One feature over the track.

    ``raw`` [shape=(n,), float32] is in ``unit``; ``reference`` is the raw value that maps to 1 (the track's own 99th
    percentile, or the natural maximum where there is one) and ``zero`` the one that maps to 0 (silence).
    """

    name: str
    unit: str
    description: str
    raw: NDArray[np.float32]
    reference: float
    zero: float = 0.0

    @property
    def values(self) -> NDArray[np.float32]:
        """Normalised to [0, 1] [shape=(n,), float32]."""
        span = self.reference - self.zero
        if not span > 0:
            return np.zeros_like(self.raw)
        return np.clip((self.raw - self.zero) / span, 0.0, 1.0).astype(np.float32)


@dataclass(frozen=True)
class FeatureTrack:
    """All features of one sound file on the 100 Hz grid, with its events and its tempo."""

    features: Mapping[str, Feature]
    onsets_s: NDArray[np.float64]
    beats_s: NDArray[np.float64]
    downbeats_s: NDArray[np.float64]
    tempo_bpm: float
    tempo_confidence: float
    beats_per_bar: int
    duration_s: float
    audio_sha256: str
    source_rate_hz: int
    channels: int
    rate_hz: int
    settings: Mapping[str, int | float | str]
    contract_version: int = CONTRACT_VERSION

    def __len__(self) -> int:
        """Number of samples of each feature: ``floor(duration_s * RATE_HZ) + 1``."""
        return int(next(iter(self.features.values())).raw.shape[0])

    def feature(self, name: str) -> Feature:
        """The feature of that name or alias.

        Raises:
            UsageError: there is none; suggests the nearest.
        """
        found = self.features.get(ALIASES.get(name, name))
        if found is None:
            raise UsageError(f"there is no feature {name!r}; there are: {', '.join(self.features)}")
        return found
