"""What a job has to ask of presets and songs before its shots are known."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headless.job_text import ShotText

if TYPE_CHECKING:
    from avcore.audio import FeatureTrack
    from avcore.presets.preset import Preset


class Lookup:
    """Presets and songs that shots of one job share, looked at once."""

    def __init__(self) -> None:
        self._presets: dict[str, Preset] = {}
        self._song: tuple[Path, FeatureTrack] | None = None

    def preset(self, name: str, overrides: Mapping[str, Any]) -> Preset:
        """The preset with these settings; see ``avcore.worker.library.load`` for what it raises."""
        from avcore.worker.library import load

        key = repr((name, overrides))
        if key not in self._presets:
            self._presets[key] = load(name, overrides)
        return self._presets[key]

    def n_frames(self, text: ShotText, song: Path, preset: Preset, fps: Fraction, start_s: Fraction) -> int:
        """How many frames a shot has, as its bake will have."""
        from avcore.audio import analyze
        from avcore.cli.options import parse_duration
        from avcore.render.job import RenderJob, excerpt

        if self._song is None or self._song[0] != song:
            self._song = song, analyze(song)
        duration = None if text.duration is None else parse_duration(text.duration)
        return excerpt(
            self._song[1], RenderJob(song, Path(), preset, fps=fps, start_s=start_s, duration=duration)
        ).n_frames
