"""An analysis in a few lines."""

from __future__ import annotations

import numpy as np

from avcore.audio.catalogue import SILENCE_RMS
from avcore.audio.spectrum import PITCH_CLASSES
from avcore.audio.structure import find_sections
from avcore.audio.track import FeatureTrack

MOST_SECTIONS = 16


def summarize(track: FeatureTrack) -> dict[str, str]:
    """Names and values for people: length, tempo, events, sections, loudness, balance, brightness, pitch classes."""
    rms = track.feature("rms").raw
    audible = rms >= SILENCE_RMS
    minutes, seconds = divmod(track.duration_s, 60)
    rows = {
        "length": f"{int(minutes)}:{seconds:05.2f} ({len(track)} samples of each feature, 100 a second)",
        "sound": f"{track.source_rate_hz} Hz, {track.channels} channel{'s' if track.channels > 1 else ''}",
        "tempo": _tempo(track),
        "beats": f"{len(track.beats_s)}, {len(track.downbeats_s)} of them first in a bar of {track.beats_per_bar}",
        "onsets": f"{len(track.onsets_s)} ({len(track.onsets_s) / track.duration_s:.1f} a second)",
        "sections": _sections(track),
    }
    if not audible.any():
        return rows | {"loudness": "silence"}
    energy = {
        name: float((track.feature(name).raw.astype(np.float64) ** 2).mean()) for name in ("bass", "mid", "treble")
    }
    total = max(sum(energy.values()), 1e-20)
    drums, tones = (float((track.feature(name).raw ** 2).mean()) for name in ("percussive", "harmonic"))
    pitches = {pitch: float(track.feature(f"chroma_{pitch}").raw.mean()) for pitch in PITCH_CLASSES}
    strongest = sorted(pitches, key=lambda pitch: -pitches[pitch])[:4]
    return rows | {
        "loudness": f"{_dbfs(float(np.sqrt((rms.astype(np.float64) ** 2).mean()))):.1f} dBFS on average, "
        f"{_dbfs(track.feature('rms').reference):.1f} where loud, {100 * float(1 - audible.mean()):.0f} % silence",
        "balance": ", ".join(f"{name} {100 * part / total:.0f} %" for name, part in energy.items()),
        "drums": f"{100 * drums / max(drums + tones, 1e-20):.0f} % percussive",
        "brightness": f"{float(np.median(track.feature('centroid').raw[audible])):.0f} Hz (median centroid)",
        "pitch classes": " ".join(pitch.replace("s", "#") for pitch in strongest) + " (strongest first)",
    }


def _tempo(track: FeatureTrack) -> str:
    if not len(track.beats_s):
        return f"no beat found ({track.tempo_bpm:.0f} BPM is assumed where a preset counts beats)"
    sure = "sure" if track.tempo_confidence > 0.6 else "fair" if track.tempo_confidence > 0.35 else "a guess"
    return f"{track.tempo_bpm:.2f} BPM, {sure} (confidence {track.tempo_confidence:.2f})"


def _sections(track: FeatureTrack) -> str:
    sections = find_sections(track)
    named = [f"{part.label} {int(part.start_s // 60)}:{part.start_s % 60:04.1f}" for part in sections[:MOST_SECTIONS]]
    rest = len(sections) - len(named)
    return f"{len(sections)}: {', '.join(named)}" + (f" and {rest} more" if rest else "")


def _dbfs(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-10)))
