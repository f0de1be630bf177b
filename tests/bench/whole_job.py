"""The whole job, 720p30 H.264, against encoding the same frames alone."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from avcore.audio import analyze
from avcore.audio.demo import write_demo
from avcore.compute.device import cpu
from avcore.encode import open_video
from avcore.presets import load_preset
from avcore.presets.preset import Preset
from avcore.render.frames import Frames
from avcore.render.job import RenderJob, render
from avcore.timebase import Timebase
from tests.bench.table import Row, in_turn

SECONDS = 5
SIZE = (1280, 720)
PRESETS = ("classic", "ember", "rosette")


def measure() -> list[Row]:
    """One row a preset; the analysis is cached in both."""
    with tempfile.TemporaryDirectory() as name:
        song = Path(name) / "demo.wav"
        write_demo(song)
        return [_row(load_preset(preset), song, Path(name) / "out.mp4") for preset in PRESETS]


def _row(preset: Preset, song: Path, out: Path) -> Row:
    track = analyze(song)
    timebase = Timebase.for_duration(SECONDS, Fraction(30))
    with Frames(preset, track, timebase, size=SIZE, device=cpu()) as source:
        pictures = [source.frame(int(number)) for number in timebase.numbers()]
    job = RenderJob(song, out, preset, SIZE, duration_s=Fraction(SECONDS), device="cpu", sound=False, overwrite=True)

    def encode_alone() -> None:
        with open_video(out, size=SIZE, fps=Fraction(30), overwrite=True) as sink:
            for number, picture in enumerate(pictures, 1):
                sink.write(number, picture)

    whole, alone, ratio = in_turn(lambda: render(job), encode_alone, rounds=3)
    return Row(
        f"whole job, 720p30, {preset.name}",
        f"{len(pictures) / whole:.1f} frames/s",
        f"{ratio:.2f} times the time of encoding alone ({len(pictures) / alone:.1f} frames/s)",
    )
