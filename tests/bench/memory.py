"""Peak memory of analysis and render, for songs of 1, 10 and 60 minutes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from tests.bench.table import Row, peak_mb

MINUTES = (1, 10, 60)
RATE_HZ = 44100


def measure() -> list[Row]:
    """One row a length, each against the shortest."""
    peaks: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "AVCORE_CACHE": f"{name}/cache"}
        for minutes in MINUTES:
            song = Path(name) / f"{minutes}.flac"
            _write_song(song, minutes)
            analysis = peak_mb(["analyze", song], environment=environment)
            out = Path(name) / f"{minutes}.mp4"
            render = peak_mb(["render", song, out, "-r", "64x36", "--fps", "4"], environment=environment)
            peaks[minutes] = analysis, render
    first = peaks[MINUTES[0]]
    return [
        Row(
            f"peak memory, {minutes} minutes of stereo",
            f"analysis {analysis:.0f} MB, render {render:.0f} MB",
            f"{analysis / first[0]:.2f} and {render / first[1]:.2f} times those of {MINUTES[0]} minute",
        )
        for minutes, (analysis, render) in peaks.items()
    ]


def _write_song(path: Path, minutes: int) -> None:
    rng = np.random.default_rng(0)
    beat = (rng.normal(0, 0.2, (RATE_HZ // 2, 2)) * np.exp(-np.arange(RATE_HZ // 2) / 4000)[:, None]).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2) as file:
        for _ in range(minutes * 120):
            file.write(beat)
