"""The FeatureTrack: what the analysis of a sound file says, as a versioned contract.

A feature's meaning never changes within a ``CONTRACT_VERSION``. Sample ``k`` of every feature describes the sound
around ``k / RATE_HZ`` seconds.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
        return np.asarray(np.clip((self.raw - self.zero) / span, 0.0, 1.0), dtype=np.float32)


@dataclass(frozen=True)
class NarrowBands:
    """The spectrum in narrow bands, from which any wider band is made.

    ``rms`` [shape=(n, bands), float16] is the RMS amplitude between successive ``edges_hz`` [shape=(bands + 1,)].
    """

    edges_hz: NDArray[np.float64]
    rms: NDArray[np.float16]


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
    analysis_rate_hz: int
    settings: Mapping[str, int | float | str]
    contract_version: int = CONTRACT_VERSION
    narrow: NarrowBands | None = None

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
            near = difflib.get_close_matches(name, [*self.features, *ALIASES], n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(self.features)}"
            raise UsageError(f"there is no feature {name!r}; {hint}")
        return found

    def band(self, low_hz: float, high_hz: float) -> Feature:
        """RMS amplitude between two frequencies, made from the narrow bands and normalised like the other features.

        Resolution is about 40 Hz below 1 kHz and 4 % above.

        Raises:
            UsageError: the frequencies are not rising or outside 0 Hz to 20 kHz, or the track has no narrow bands.
        """
        from avcore.audio.catalogue import SILENCE_RMS, reference_level, telling_frames

        if not 0 <= low_hz < high_hz or high_hz > 22_050:
            raise UsageError(f"{low_hz:g}-{high_hz:g} Hz is not a band; write two rising frequencies up to 20000 Hz")
        if self.narrow is None:
            raise UsageError(
                f"this track has no narrow bands to make {low_hz:g}-{high_hz:g} Hz from; analyse the song again"
            )
        low, high = self.narrow.edges_hz[:-1], self.narrow.edges_hz[1:]
        share = np.clip((np.minimum(high, high_hz) - np.maximum(low, low_hz)) / (high - low), 0.0, 1.0)
        power = np.zeros(len(self), np.float32)
        for band in np.flatnonzero(share):
            power += np.float32(share[band]) * self.narrow.rms[:, band].astype(np.float32) ** 2
        raw = np.sqrt(power)
        reference = reference_level(raw, telling_frames(self.feature("rms").raw), least=SILENCE_RMS)
        name = f"{low_hz:g}-{high_hz:g} Hz"
        return Feature(name, "amplitude", f"RMS from {low_hz:g} to {high_hz:g} Hz", raw, reference)

    def save(self, path: Path) -> None:
        """Write one ``.avtrack`` file (safetensors), complete or not at all.

        Raises:
            OutputError: it cannot be written.
        """
        from avcore.audio.store import save_track

        save_track(self, path)

    @classmethod
    def load(cls, path: Path) -> FeatureTrack:
        """Read a file that ``save`` wrote.

        Raises:
            InputError: missing, damaged, or of another contract version.
        """
        from avcore.audio.store import load_track

        return load_track(path)

    def to_csv(self, path: Path, *, raw: bool = False) -> None:
        """Write a row per 10 ms: ``time_s`` and every feature, in [0, 1] or ``raw`` in its unit.

        Raises:
            OutputError: it cannot be written.
        """
        from avcore.audio.export import write_csv

        write_csv(self, path, raw=raw)

    def to_json(self, path: Path, *, raw: bool = False) -> None:
        """Write everything: events, sections, tempo, and per feature its unit, reference and values, in [0, 1] or raw.

        Raises:
            OutputError: it cannot be written.
        """
        from avcore.audio.export import write_json

        write_json(self, path, raw=raw)
