"""Frames: frame N as a pure function of (preset, weights, track, timebase, N)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import FeatureTrack
from avcore.compute.choose import Precision, choose_painter
from avcore.compute.device import Device
from avcore.encode.sink import Pixel
from avcore.errors import PresetError
from avcore.fields.moment import Field, Moment, Picture
from avcore.presets.preset import Preset
from avcore.signals.controls import compute_controls
from avcore.timebase import Duration, Timebase

Quality = Literal["draft", "final"]


class Frames:
    """The frames of one job. Any frame, in any order, in any process gives the same pixels."""

    def __init__(
        self,
        preset: Preset,
        track: FeatureTrack,
        timebase: Timebase,
        *,
        size: tuple[int, int],
        device: Device,
        quality: Quality = "final",
        precision: Precision = "auto",
        threads: int | None = None,
    ) -> None:
        """Prepare the signals and the field for frames of ``size`` (width, height) pixels.

        Raises:
            PresetError: the preset's signals or weights do not fit.
        """
        self.preset, self.track, self.timebase = preset, track, timebase
        self.size, self.device = size, device
        self._render = preset.render
        self._supersample = preset.render.supersample if quality == "final" else 1
        self._blur = preset.render.motion_blur if quality == "final" else 1
        self._frame_s = float(1 / timebase.fps)
        try:
            self.controls = compute_controls(preset.signals, track, fps=timebase.fps)
            self.loop_frames = self._fold()
            self.field: Field = preset.field.build(preset.colour, seconds=self._seconds, file=preset.file)
        except PresetError as error:
            raise PresetError(f"{preset.path or preset.name}: {error}") from error
        self.painter = choose_painter(self.field, device, precision=precision, threads=threads)
        self._last: tuple[list[Picture], NDArray[Any]] = [], np.empty(0)
        self.painter.check(self._picture(timebase.start_frame))

    def close(self) -> None:
        """Let go of threads and memory."""
        self.painter.close()

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _seconds(self, duration: Duration) -> float:
        track = self.track
        return duration.seconds(tempo_bpm=track.tempo_bpm, beats_per_bar=track.beats_per_bar, fps=self.timebase.fps)

    def _fold(self) -> int | None:
        """Frames of the perfect loop, where the preset asks for one; folds the sound if it asks for that."""
        loop = self.preset.field.loop
        if loop is None:
            return None
        frames = max(1, round(self._seconds(loop.period) * self.timebase.fps))
        if loop.sound == "fold":
            self.controls = self.controls.fold(
                frames * self._frame_s, start_s=float(self.timebase.start_s), crossfade_s=self._seconds(loop.crossfade)
            )
        return frames

    def moment(self, number: int, *, late: float = 0.0) -> Moment:
        """What the field sees at frame ``number``, or ``late`` frames after it."""
        time_s = self.timebase.time_s(number) + late * self._frame_s
        if self.loop_frames is None:
            return Moment(time_s, self.controls.at(time_s, span_s=self._frame_s))
        place = (number - self.timebase.start_frame) % self.loop_frames
        folded_s = self.timebase.time_s(self.timebase.start_frame + place) + late * self._frame_s
        heard_s = folded_s if self.preset.field.loop.sound == "fold" else time_s
        phase = (place + late) / self.loop_frames
        return Moment(folded_s, self.controls.at(heard_s, span_s=self._frame_s), phase)

    def frame(self, number: int, pixel: Pixel = "uint8") -> NDArray[Any]:
        """The frame that carries ``number`` [shape=(height, width, 3)].

        Display-referred sRGB: full-range integers, or float32 in [0, 1]. Read-only: the next frame may be the same.
        """
        width, height = self.size
        out = np.empty((height, width, 3), dtype=pixel)
        late = [self._render.shutter * (i - (self._blur - 1) / 2) / self._blur for i in range(self._blur)]
        pictures = [self._picture(number, offset) for offset in late]
        before, drawn = self._last
        if drawn.dtype == out.dtype and _same(before, pictures):
            return drawn  # nothing has moved since the frame before
        self.painter.paint(pictures, out, supersample=self._supersample)
        out.flags.writeable = False
        self._last = pictures, out
        return out

    def _picture(self, number: int, late: float = 0.0) -> Picture:
        return self.field.frame(self.moment(number, late=late), aspect=self.size[0] / self.size[1])


def _same(before: Sequence[Picture], now: Sequence[Picture]) -> bool:
    return len(before) == len(now) and all(a.equals(b) for a, b in zip(before, now, strict=True))
