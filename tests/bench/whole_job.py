"""The whole job: videos against encoding the same frames alone, and a texture bake."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from avcore.audio import analyze
from avcore.audio.demo import write_demo
from avcore.compute.device import cpu
from avcore.encode import ImageSettings, open_video
from avcore.presets import load_preset
from avcore.presets.preset import Preset
from avcore.render.frames import Frames
from avcore.render.job import RenderJob, render
from avcore.timebase import Timebase
from tests.bench.table import Row, in_turn, seconds

SECONDS = 4
PRESETS = ("classic", "ember", "rosette")

# Name, size, frames a second; a texture bake writes PNG, the others H.264.
VIDEOS = (("720p30", (1280, 720), 30), ("1080p60", (1920, 1080), 60))
TEXTURE = (2048, 2048)


def measure() -> list[Row]:
    """Whole jobs; the analysis is cached."""
    with tempfile.TemporaryDirectory() as name:
        song = Path(name) / "demo.wav"
        write_demo(song)
        rows = [
            _video(load_preset(preset), song, Path(name) / "out.mp4", title, size, fps)
            for title, size, fps in VIDEOS
            for preset in (PRESETS if title == "720p30" else PRESETS[:1])
        ]
        return [*rows, _texture(load_preset("azulejo"), song, Path(name))]


def _video(preset: Preset, song: Path, out: Path, title: str, size: tuple[int, int], fps: int) -> Row:
    timebase = Timebase.for_duration(SECONDS, Fraction(fps))
    with Frames(preset, analyze(song), timebase, size=size, device=cpu()) as source:
        pictures = [source.frame(int(number)) for number in timebase.numbers()[: 4 * 30]]
        implementation = source.implementation
    asked = f"1-{len(pictures)}"
    job = RenderJob(song, out, preset, size, Fraction(fps), frames=asked, device="cpu", sound=False, overwrite=True)

    def encode_alone() -> None:
        with open_video(out, size=size, fps=Fraction(fps), overwrite=True) as sink:
            for number, picture in enumerate(pictures, 1):
                sink.write(number, picture)

    whole, alone, ratio = in_turn(lambda: render(job), encode_alone, rounds=3)
    return Row(
        f"whole job, {title}, {preset.name} ({implementation})",
        f"{len(pictures) / whole:.1f} frames/s",
        f"{ratio:.2f} times the time of encoding alone ({len(pictures) / alone:.1f} frames/s)",
    )


def _texture(preset: Preset, song: Path, folder: Path) -> Row:
    frames = 16
    job = RenderJob(
        song,
        folder / "texture",
        preset,
        TEXTURE,
        frames=f"1-{frames}",
        device="cpu",
        overwrite=True,
        images=ImageSettings(),
    )
    render(job)
    whole = min(seconds(lambda: render(job)) for _ in range(3))
    return Row(f"whole job, 2048 x 2048 PNG texture, {preset.name}", f"{frames / whole:.1f} frames/s")
