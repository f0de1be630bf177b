"""Analyses kept between runs, by content: the sound's SHA-256, the settings, and the version of the contract.

The folder is ``$AVCORE_CACHE`` or the user's own cache folder.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from avcore.audio.settings import AnalysisSettings
from avcore.audio.track import CONTRACT_VERSION, FeatureTrack
from avcore.errors import InputError, OutputError
from avcore.files import cache_folder

SUFFIX = ".avtrack"
# Raise when the analysis gives other numbers for the same contract.
ANALYSIS_VERSION = 1

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheInfo:
    """What the cache holds."""

    folder: Path
    n_tracks: int
    size_bytes: int


def _tracks_folder() -> Path:
    return cache_folder() / "tracks"


def track_path(audio_sha256: str, settings: AnalysisSettings) -> Path:
    """Where the analysis of a sound under some settings lies, whether or not it is there yet."""
    key = [CONTRACT_VERSION, ANALYSIS_VERSION, audio_sha256, dataclasses.asdict(settings)]
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:40]
    return _tracks_folder() / f"{name}{SUFFIX}"


def fetch(audio_sha256: str, settings: AnalysisSettings) -> FeatureTrack | None:
    """The kept analysis, or None. A damaged file, or that of another song, is announced and counts as none."""
    path = track_path(audio_sha256, settings)
    if not path.is_file():
        return None
    try:
        track = FeatureTrack.load(path)
    except InputError as error:
        logger.warning("the song is analysed again: %s", error)
        return None
    if (track.audio_sha256, track.settings) != (audio_sha256, dataclasses.asdict(settings)):
        logger.warning("the song is analysed again: %s is the analysis of another song or with other settings", path)
        return None
    return track


def keep(track: FeatureTrack, settings: AnalysisSettings) -> None:
    """Keep an analysis; where that cannot be done, say so and go on."""
    path = track_path(track.audio_sha256, settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        track.save(path)
    except (OSError, OutputError) as error:
        logger.warning(
            "the analysis is not kept for next time: %s; set AVCORE_CACHE to a folder that can be written", error
        )


def info() -> CacheInfo:
    """Where the cache is and what it holds."""
    sizes = [path.stat().st_size for path in _files()]
    return CacheInfo(cache_folder(), len(sizes), sum(sizes))


def clear() -> CacheInfo:
    """Delete all kept analyses; returns what was there.

    Raises:
        OutputError: one cannot be deleted.
    """
    before = info()
    for path in _files():
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path} cannot be deleted: {error.strerror}") from error
    return before


def _files() -> list[Path]:
    return sorted(_tracks_folder().glob(f"*{SUFFIX}"))
