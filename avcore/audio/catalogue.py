"""Every feature of the contract: its unit, what it says, and which raw value becomes 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.audio.events import FAR_S
from avcore.audio.spectrum import PITCH_CLASSES
from avcore.audio.track import Feature

# Frames below this RMS (-80 dBFS) are silence: every feature of sound is 0 there.
SILENCE_RMS = 1e-4
PERCENTILE = 99.0
HISS = 0.01
# One click fills this many frames: a window of 46 ms in steps of 10 ms.
CLICK_FRAMES = 6

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    """What a feature is. ``natural`` is its largest value, where it has one.

    Otherwise 1 is the track's own 99th percentile, but never less than ``least``, so that noise is not blown up.
    """

    unit: str
    description: str
    natural: float | None = None
    least: float = 0.0


def _amplitude(description: str) -> Kind:
    return Kind("amplitude", description, least=SILENCE_RMS)


KINDS: dict[str, Kind] = {
    "rms": _amplitude("loudness: RMS over 46 ms"),
    "bass": _amplitude("RMS from 20 to 250 Hz"),
    "mid": _amplitude("RMS from 250 to 4000 Hz"),
    "treble": _amplitude("RMS from 4 to 20 kHz"),
    "harmonic": _amplitude("RMS of what is steady: tones, chords"),
    "percussive": _amplitude("RMS of what is sudden: drums, attacks"),
    "flux": _amplitude("spectral flux: RMS of what is new since the sample before"),
    "onset": Kind("dB", "onset strength: mean rise of 96 narrow bands over 30 ms", least=1.0),
    "centroid": Kind("Hz", "brightness: centre of mass of the spectrum", least=20.0),
    "rolloff": Kind("Hz", "frequency below which 85 % of the magnitude lies", least=20.0),
    "zcr": Kind("crossings per sample", "roughness: part of the samples where the sign changes", least=1e-3),
    "flatness": Kind(
        "ratio", "0 for a tone, 1 for white noise: geometric by arithmetic mean of the power", natural=1.0
    ),
    "beat_pulse": Kind("ratio", "1 at a beat, falling to 1/e in 150 ms", natural=1.0),
    "beat_phase": Kind("ratio", "0 at a beat, rising to 1 just before the next", natural=1.0),
    "bar_phase": Kind("ratio", "0 at the first beat of a bar, rising to 1 just before the next", natural=1.0),
    "since_onset": Kind("s", "time since the last onset, at most 10 s", natural=FAR_S),
    "until_onset": Kind("s", "time until the next onset, at most 10 s", natural=FAR_S),
    "since_beat": Kind("s", "time since the last beat, at most 10 s", natural=FAR_S),
    "until_beat": Kind("s", "time until the next beat, at most 10 s", natural=FAR_S),
    "position": Kind("ratio", "place in the track", natural=1.0),
}
for _pitch in PITCH_CLASSES:
    KINDS[f"chroma_{_pitch}"] = Kind(
        "ratio", f"strength of the pitch class {_pitch.replace('s', ' sharp')}, 1 for the strongest", natural=1.0
    )


def kind_of(name: str) -> Kind:
    """The kind of a feature of the contract."""
    if name.startswith("mel_"):
        return Kind("power", f"mean square in mel band {int(name[4:])}, lowest first", least=SILENCE_RMS**2)
    return KINDS[name]


def make_features(raw: Mapping[str, Array]) -> dict[str, Feature]:
    """Features with their references, from raw values by name [shape=(n,) each]."""
    telling = telling_frames(raw["rms"])
    features = {}
    for name, values in raw.items():
        kind = kind_of(name)
        reference = kind.natural if kind.natural is not None else reference_level(values, telling, least=kind.least)
        features[name] = Feature(name, kind.unit, kind.description, values, reference)
    return features


def telling_frames(rms: Array) -> NDArray[np.bool_]:
    """Frames that decide references: not silent, nor 40 dB below the loud ones, where only hiss is left."""
    audible = rms >= SILENCE_RMS
    return audible & (rms >= HISS * reference_level(rms, audible, least=SILENCE_RMS))


def reference_level(raw: Array, telling: NDArray[np.bool_], *, least: float) -> float:
    """The raw value that becomes 1: the 99th percentile of the ``telling`` frames, and at least ``least``.

    The loudest frames that one click can fill never decide, however short the track is.
    """
    heard = np.sort(raw[telling])
    if not len(heard):
        return least
    above = max(int(len(heard) * (1 - PERCENTILE / 100)), min(CLICK_FRAMES, len(heard) // 2))
    return max(least, float(heard[len(heard) - 1 - above]))
