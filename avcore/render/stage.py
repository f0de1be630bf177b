"""The stage: where scenes are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from avcore.audio.track import FeatureTrack
from avcore.compute.choose import Precision
from avcore.compute.device import Device
from avcore.timebase import Duration, Timebase

Quality = Literal["draft", "final"]


@dataclass(frozen=True)
class Stage:
    """Where scenes are drawn: the song, its frames, and how to draw them."""

    track: FeatureTrack
    timebase: Timebase
    size: tuple[int, int]
    device: Device
    quality: Quality = "final"
    precision: Precision = "auto"
    threads: int | None = None
    compile_kernels: bool = True

    @property
    def frame_s(self) -> float:
        """Seconds that a frame is shown."""
        return float(1 / self.timebase.fps)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.size[0] / self.size[1]

    def seconds(self, duration: Duration) -> float:
        """A duration under the song's tempo and the frame rate."""
        track = self.track
        return duration.seconds(tempo_bpm=track.tempo_bpm, beats_per_bar=track.beats_per_bar, fps=self.timebase.fps)
