"""From a sound file to its FeatureTrack."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from avcore.audio import cache, events
from avcore.audio.beats import find_beats
from avcore.audio.catalogue import SILENCE_RMS, make_features
from avcore.audio.decode import file_sha256, open_mono
from avcore.audio.hpss import harmonic_percussive
from avcore.audio.onsets import band_rises, onset_envelope, pick_onsets
from avcore.audio.settings import AnalysisSettings
from avcore.audio.spectrum import NARROW_EDGES_HZ, PITCH_CLASSES, measure
from avcore.audio.track import FeatureTrack, NarrowBands

# The pass over the sound is most of the work.
_READING = 0.8


def analyze(
    path: Path | str,
    *,
    settings: AnalysisSettings | None = None,
    use_cache: bool = True,
    progress: Callable[[float], None] | None = None,
) -> FeatureTrack:
    """The features, beats and onsets of a sound or video file, from the cache where it was analysed before.

    ``progress`` is called with the part done in [0, 1].

    Raises:
        InputError: the file is missing, empty, has no sound, is cut short, or holds samples that are not numbers.
    """
    path = Path(path)
    settings = settings or AnalysisSettings()
    audio_sha256 = file_sha256(path)
    track = cache.fetch(audio_sha256, settings) if use_cache else None
    if track is None:
        track = _analyze(path, audio_sha256, settings, progress or (lambda part: None))
        if use_cache:
            cache.keep(track, settings)
    if progress is not None:
        progress(1.0)
    return track


def _analyze(
    path: Path, audio_sha256: str, settings: AnalysisSettings, progress: Callable[[float], None]
) -> FeatureTrack:
    with open_mono(path) as stream:
        spectra = measure(stream, settings, progress=lambda part: progress(_READING * part))
    raw = spectra.columns
    audible = raw["rms"] >= SILENCE_RMS
    raw["harmonic"], raw["percussive"] = harmonic_percussive(spectra.narrow_rms)
    for values in raw.values():
        values[~audible] = 0
    spectra.narrow_rms[~audible] = 0
    progress(0.9)
    rises = band_rises(spectra.narrow_rms, audible)
    raw["onset"] = onset_envelope(rises)
    onsets_s = pick_onsets(raw["onset"], spectra.energy_per_ms)
    beats = find_beats(
        rises,
        onsets_s,
        bass=raw["bass"],
        chroma=np.stack([raw[f"chroma_{pitch}"] for pitch in PITCH_CLASSES]),
        audible=audible,
        known_bpm=settings.tempo_bpm,
        known_beats_per_bar=settings.beats_per_bar,
    )
    n = len(audible)
    raw["beat_pulse"] = events.pulse(n, beats.times_s)
    raw["beat_phase"] = events.phase(n, beats.times_s)
    raw["bar_phase"] = events.phase(n, beats.downbeats_s)
    raw["since_onset"] = events.since_s(n, onsets_s)
    raw["until_onset"] = events.until_s(n, onsets_s)
    raw["since_beat"] = events.since_s(n, beats.times_s)
    raw["until_beat"] = events.until_s(n, beats.times_s)
    raw["position"] = events.position(n)
    return FeatureTrack(
        features=make_features(raw),
        onsets_s=onsets_s,
        beats_s=beats.times_s,
        downbeats_s=beats.downbeats_s,
        tempo_bpm=beats.tempo_bpm,
        tempo_confidence=beats.confidence,
        beats_per_bar=beats.beats_per_bar,
        duration_s=stream.duration_s,
        audio_sha256=audio_sha256,
        source_rate_hz=stream.info.rate_hz,
        channels=stream.info.channels,
        analysis_rate_hz=stream.rate_hz,
        settings=dataclasses.asdict(settings),
        narrow=NarrowBands(NARROW_EDGES_HZ, spectra.narrow_rms),
    )
