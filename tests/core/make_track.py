"""Feature tracks made by hand, for tests of what is made from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from avcore.audio.track import RATE_HZ, Feature, FeatureTrack


def make_track(*, tempo_bpm: float = 120.0, beats_per_bar: int = 4, **levels: ArrayLike) -> FeatureTrack:
    """A track whose features have the given normalised values on the 100 Hz grid."""
    features = {
        name: Feature(name, "1", f"made by hand: {name}", np.asarray(level, dtype=np.float32), reference=1.0)
        for name, level in levels.items()
    }
    n = len(next(iter(features.values())).raw)
    beats_s = np.arange(0.0, (n - 1) / RATE_HZ, 60.0 / tempo_bpm)
    return FeatureTrack(
        features=features,
        onsets_s=beats_s,
        beats_s=beats_s,
        downbeats_s=beats_s[::beats_per_bar],
        tempo_bpm=tempo_bpm,
        tempo_confidence=1.0,
        beats_per_bar=beats_per_bar,
        duration_s=(n - 1) / RATE_HZ,
        audio_sha256="0" * 64,
        source_rate_hz=44100,
        channels=1,
        analysis_rate_hz=44100,
        settings={},
    )
