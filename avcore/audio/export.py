"""A FeatureTrack for other programs: CSV for spreadsheets, JSON for scripts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from avcore.audio.structure import find_sections
from avcore.audio.track import RATE_HZ, FeatureTrack
from avcore.files import replacing

DIGITS = 6
ROWS_AT_ONCE = 10_000


def write_csv(track: FeatureTrack, path: Path, *, raw: bool = False) -> None:
    """A header and a row per 10 ms: ``time_s`` and every feature, in [0, 1] or ``raw`` in its unit.

    Raises:
        OutputError: it cannot be written.
    """
    columns = [feature.raw if raw else feature.values for feature in track.features.values()]
    row_format = ["%.2f"] + [f"%.{DIGITS}g"] * len(columns)
    with replacing(path) as part, part.open("wb") as file:
        file.write((",".join(["time_s", *track.features]) + "\n").encode())
        for first in range(0, len(track), ROWS_AT_ONCE):
            rows = slice(first, min(first + ROWS_AT_ONCE, len(track)))
            times_s = np.arange(rows.start, rows.stop) / RATE_HZ
            np.savetxt(file, np.column_stack([times_s, *(column[rows] for column in columns)]), row_format, ",")


def write_json(track: FeatureTrack, path: Path, *, raw: bool = False) -> None:
    """Events, sections, tempo, provenance, and per feature its unit, reference and values, in [0, 1] or ``raw``.

    Raises:
        OutputError: it cannot be written.
    """
    content: dict[str, Any] = {
        "contract_version": track.contract_version,
        "audio_sha256": track.audio_sha256,
        "duration_s": track.duration_s,
        "source_rate_hz": track.source_rate_hz,
        "channels": track.channels,
        "samples_per_second": RATE_HZ,
        "settings": dict(track.settings),
        "tempo_bpm": track.tempo_bpm,
        "tempo_confidence": track.tempo_confidence,
        "beats_per_bar": track.beats_per_bar,
        "beats_s": track.beats_s.tolist(),
        "downbeats_s": track.downbeats_s.tolist(),
        "onsets_s": track.onsets_s.tolist(),
        "sections": [dataclasses.asdict(section) for section in find_sections(track)],
        "features": {
            feature.name: {
                "unit": feature.unit,
                "description": feature.description,
                "reference": feature.reference,
                "zero": feature.zero,
                "raw" if raw else "values": _rounded(feature.raw if raw else feature.values),
            }
            for feature in track.features.values()
        },
    }
    with replacing(path) as part:
        part.write_text(json.dumps(content), encoding="utf-8")


def _rounded(values: np.ndarray[Any, np.dtype[np.float32]]) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]
