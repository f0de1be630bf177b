"""Frames: frame N as a pure function of (preset, weights, track, timebase, N)."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import FeatureTrack
from avcore.compute.choose import Precision
from avcore.compute.device import Device
from avcore.encode.sink import Pixel
from avcore.presets.preset import Preset
from avcore.render.scene import Look, Quality, Scene, Stage
from avcore.timebase import Timebase


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
        stage = Stage(track, timebase, size, device, quality=quality, precision=precision, threads=threads)
        self.scene = Scene(preset, stage)
        self._last: tuple[Look, NDArray[Any]] = (), np.empty(0)

    def close(self) -> None:
        """Let go of threads and memory."""
        self.scene.close()

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def implementation(self) -> str:
        """What draws, for the report and the provenance: ``numba float32``."""
        return ", ".join(dict.fromkeys(painter.name for painter in self.scene.painters))

    @property
    def notes(self) -> list[str]:
        """Sentences about every fallback."""
        return list(dict.fromkeys(note for painter in self.scene.painters for note in painter.notes))

    @property
    def agreement_db(self) -> float | None:
        """PSNR against the reference, of the painter that agrees least; None where the reference draws all."""
        return min((p.agreement_db for p in self.scene.painters if p.agreement_db is not None), default=None)

    @property
    def weights_sha256(self) -> str:
        """Hash of the trained or drawn numbers of all fields."""
        hashes = self.scene.weights_sha256
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()

    def frame(self, number: int, pixel: Pixel = "uint8") -> NDArray[Any]:
        """The frame that carries ``number`` [shape=(height, width, 3)].

        Display-referred sRGB: full-range integers, or float32 in [0, 1]. Read-only: the next frame may be the same.
        """
        width, height = self.size
        look = self.scene.look(number)
        before, drawn = self._last
        if drawn.dtype == pixel and _same(before, look):
            return drawn  # nothing has moved since the frame before
        out = np.empty((height, width, 3), dtype=pixel)
        self.scene.paint(look, out)
        out.flags.writeable = False
        self._last = look, out
        return out


def _same(before: Look, now: Look) -> bool:
    return len(before) == len(now) and all(
        a.equals(b) for then, later in zip(before, now, strict=True) for a, b in zip(then, later, strict=True)
    )
