"""Frames: frame N as a pure function of (preset, weights, track, timebase, N)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import FeatureTrack
from avcore.compute.device import Device
from avcore.encode.sink import Pixel
from avcore.errors import PresetError
from avcore.fields.cppn import Cppn, CppnSpec
from avcore.fields.moment import Moment, Tile
from avcore.fields.weights import Weights
from avcore.presets.preset import Preset
from avcore.signals.controls import compute_controls
from avcore.timebase import Duration, Timebase

Quality = Literal["draft", "final"]

# Pixels of a tile on the processor: its planes stay in the second-level cache.
CPU_TILE_PIXELS = 16384
GPU_TILE_PIXELS = 4_000_000


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
            self.weights = self._weights()
        except PresetError as error:
            raise PresetError(f"{preset.path or preset.name}: {error}") from error
        self._field = Cppn(preset.field, preset.colour, self.weights, seconds=self._seconds)
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1) if device.name == "cpu" else None

    def close(self) -> None:
        """End the worker threads."""
        if self._pool:
            self._pool.shutdown()

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

    def _weights(self) -> Weights:
        spec: CppnSpec = self.preset.field
        if spec.weights is None:
            return spec.draw_weights()
        return spec.load_weights(self.preset.file(spec.weights))

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

        Display-referred sRGB: full-range integers, or float32 in [0, 1].
        """
        width, height = self.size
        out = np.empty((height, width, 3), dtype=pixel)
        late = [self._render.shutter * (i - (self._blur - 1) / 2) / self._blur for i in range(self._blur)]
        tiles = [
            self._field.frame(self.moment(number, late=offset), aspect=width / height).tile(self.device)
            for offset in late
        ]
        rows = max(1, (CPU_TILE_PIXELS if self._pool else GPU_TILE_PIXELS) // width)
        blocks = range(0, height, rows)

        def fill(top: int) -> None:
            bottom = min(top + rows, height)
            out[top:bottom] = self._block(tiles, top, bottom, out.dtype)

        for _ in self._pool.map(fill, blocks) if self._pool else map(fill, blocks):
            pass
        return out

    def _block(self, tiles: list[Tile], top: int, bottom: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Rows ``top`` to ``bottom`` [shape=(rows, width, 3)], averaged over all samples."""
        width, height = self.size
        total: Any = None
        offsets = (np.arange(self._supersample) + 0.5) / self._supersample
        for dy in offsets:
            for dx in offsets:
                u = np.tile((np.arange(width) + dx) / width, bottom - top)
                v = np.repeat((np.arange(top, bottom) + dy) / height, width)
                u, v = self.device.asarray(u), self.device.asarray(v)
                for tile in tiles:
                    colour = tile(u, v)
                    total = colour if total is None else total + colour
        average = total / (len(offsets) ** 2 * len(tiles))
        if dtype != np.float32:
            average = self.device.xp.astype(
                average * np.iinfo(dtype).max + 0.5, self.device.xp.uint8 if dtype == np.uint8 else self.device.xp.int32
            )
        return self.device.to_numpy(average).T.reshape(bottom - top, width, 3)
