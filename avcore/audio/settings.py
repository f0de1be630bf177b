"""What a person may change about the analysis."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from avcore.errors import UsageError
from avcore.spec import setting

# What the settings are called on the command line.
OPTIONS = {
    "n_mels": "--mels",
    "tuning_semitones": "--tuning",
    "tempo_bpm": "--tempo",
    "beats_per_bar": "--beats-per-bar",
}


@dataclass(frozen=True)
class AnalysisSettings:
    """Settings of an analysis; each set of values has its own entry in the cache."""

    n_mels: int = setting(32, help="number of mel bands from 20 Hz to 20 kHz", low=4, high=128)
    tuning_semitones: float = setting(0.0, help="how far the music is tuned from A = 440 Hz", low=-0.5, high=0.5)
    tempo_bpm: float = setting(0.0, help="the tempo where it is known; 0 finds it", low=0.0, high=300.0)
    beats_per_bar: int = setting(
        0, help="the metre where it is known, 2 to 12; 0 decides between 3 and 4", low=0, high=12
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, low, high = getattr(self, field.name), field.metadata["low"], field.metadata["high"]
            if not low <= value <= high:
                raise UsageError(
                    f"{field.name} ({OPTIONS[field.name]}) is {value}; it must be from {low:g} to {high:g}"
                )
        if 0 < self.tempo_bpm < 30 or self.beats_per_bar == 1:
            raise UsageError(
                "tempo_bpm (--tempo) must be 0 or at least 30, beats_per_bar (--beats-per-bar) 0 or at least 2"
            )
