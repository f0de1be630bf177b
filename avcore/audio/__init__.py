"""Sound in: decoding, features on an exact 100 Hz grid, beats, sections, and the FeatureTrack that presets rely on."""

from avcore.audio.analysis import analyze
from avcore.audio.decode import AudioInfo, file_sha256, probe
from avcore.audio.settings import AnalysisSettings
from avcore.audio.structure import Section, find_sections
from avcore.audio.track import RATE_HZ, Feature, FeatureTrack

__all__ = [
    "RATE_HZ",
    "AnalysisSettings",
    "AudioInfo",
    "Feature",
    "FeatureTrack",
    "Section",
    "analyze",
    "file_sha256",
    "find_sections",
    "probe",
]
