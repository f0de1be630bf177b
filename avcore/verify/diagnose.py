"""Diagnosis: is a preset responsive, and to what?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from avcore.audio.track import FeatureTrack
from avcore.presets.preset import Preset
from avcore.verify.layers import LayerHealth, layer_health
from avcore.verify.probe import Probe
from avcore.verify.sweeps import SignalResponse, sweep
from avcore.verify.verdict import Finding, judge, notes
from avcore.verify.watching import Progress, Scenes, Watched, watch


@dataclass(frozen=True)
class Diagnosis:
    """What was measured and what follows from it.

    ``variance_sound`` is the variance of a pixel over what the song does while time holds still; ``signals`` and
    ``features`` (shares, which add up to 1) come strongest first. ``findings`` is empty where the preset is fine.
    """

    preset: str
    duration_s: float
    fps: float
    watched: Watched
    variance_sound: float
    signals: tuple[SignalResponse, ...]
    features: Mapping[str, float]
    layers: tuple[LayerHealth, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def verdict(self) -> str:
        """The findings in a word or two each, or what the picture follows."""
        if self.findings:
            return ", ".join(dict.fromkeys(finding.kind for finding in self.findings))
        return f"fine: moves most with {' and '.join(signal.name for signal in self.signals[:2])}"


def diagnose(
    preset: Preset,
    track: FeatureTrack,
    *,
    fps: Fraction = Fraction(30),
    progress: Progress = lambda *_: None,
) -> tuple[Diagnosis, Scenes]:
    """Watch the preset on a song, sweep its signals and look into its layers; also what a plot needs.

    The work does not grow with the song's length: of a song longer than half a minute, six stretches are watched.

    Raises:
        PresetError: the preset's signals or weights do not fit.
    """
    with Probe(preset, track, fps=fps) as probe:
        watched, scenes = watch(probe, progress)
        responses = sweep(probe, watched.correlations, progress)
        layers = layer_health(probe)
    diagnosis = Diagnosis(
        preset=preset.name,
        duration_s=track.duration_s,
        fps=float(fps),
        watched=watched,
        variance_sound=responses.variance_sound,
        signals=responses.signals,
        features=responses.features,
        layers=layers,
        findings=judge(preset, watched, responses, layers, fps=float(fps)),
        notes=notes(watched, responses),
    )
    return diagnosis, scenes
