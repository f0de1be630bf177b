"""Analysis of a song, in new processes: cold, from the cache, and against decoding alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import soundfile

from avcore.audio.demo import write_demo
from tests.bench.table import REAL_MUSIC, Row, run_avcore, seconds

SONG = "ambient-awakening.ogg"


def measure() -> list[Row]:
    """Cold and cached, process start and imports included."""
    with tempfile.TemporaryDirectory() as name:
        song = REAL_MUSIC / SONG
        if not song.is_file():
            song = Path(name) / "demo.wav"
            write_demo(song)
        length_s = soundfile.info(song).duration
        decode_s = min(seconds(lambda: soundfile.read(song)) for _ in range(3))
        cold, cached = [], []
        for index in range(5):
            environment = {**os.environ, "AVCORE_CACHE": f"{name}/{index}"}
            cold.append(run_avcore(["analyze", song], environment=environment))
            cached.append(run_avcore(["analyze", song], environment=environment))
        start_s = min(run_avcore(["--help"]) for _ in range(3))
    what = f"analysis of {song.name} ({length_s:.0f} s)"
    return [
        Row(f"{what}, cold", f"{min(cold):.2f} s", f"{min(cold) / decode_s:.1f} times decoding ({decode_s:.2f} s)"),
        Row(f"{what}, cached", f"{min(cached):.2f} s", f"{min(cached) / start_s:.1f} times `avcore --help`"),
        Row("avcore --help", f"{start_s:.2f} s"),
    ]
