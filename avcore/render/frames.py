"""Frames: frame N as a pure function of (preset, weights, track, timebase, N)."""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import FeatureTrack
from avcore.compute.choose import Chosen, Precision
from avcore.compute.device import Device
from avcore.director import DirectorSpec
from avcore.encode.sink import Pixel
from avcore.fields.maps import MapName
from avcore.presets.preset import Preset
from avcore.render.directed import Director
from avcore.render.pixels import put
from avcore.render.scene import Scene
from avcore.render.stage import Quality, Stage
from avcore.timebase import Timebase


class Source(Protocol):
    """Any frame of a preset on a song, plain or directed."""

    loop_frames: int | None
    """Frames of its perfect loop; None where it has none."""

    @property
    def painters(self) -> list[Chosen]:
        """What paints its fields."""
        ...

    @property
    def notes(self) -> list[str]:
        """Sentences about every fallback, and about what is passed over."""
        ...

    @property
    def weights_sha256(self) -> list[str]:
        """Hashes of what decides its pixels beside the preset."""
        ...

    def signals(self, times_s: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Its signals at those times."""
        ...

    def look(self, number: int) -> Any:
        """All that decides the pixels of a frame; has a method ``equals``."""
        ...

    def paint(self, look: Any, out: NDArray[Any]) -> None:
        """Fill ``out`` [shape=(height, width, 3), uint8, uint16 or float32, sRGB] with it."""
        ...

    def map(self, look: Any, name: MapName, shape: tuple[int, int]) -> NDArray[np.float32]:
        """One of its maps [shape=(*shape, 3), 0..1]; see ``avcore.render.maps.make_map``."""
        ...

    def close(self) -> None:
        """Let go of threads and memory."""
        ...


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
        map_name: MapName | None = None,
        compile_kernels: bool = True,
    ) -> None:
        """Prepare the signals and the field for frames of ``size`` (width, height) pixels.

        With ``map_name``, the frames are those of a map for materials. ``compile_kernels`` is that of
        ``choose_painter``.

        Raises:
            PresetError: the preset's signals or weights do not fit.
        """
        self.preset, self.track, self.timebase = preset, track, timebase
        self.size, self.device, self.map_name = size, device, map_name
        stage = Stage(
            *(track, timebase, size, device),
            quality=quality,
            precision=precision,
            threads=threads,
            compile_kernels=compile_kernels,
        )
        self.source: Source = (
            Director(preset, stage) if isinstance(preset.field, DirectorSpec) else Scene(preset, stage)
        )
        self._last: tuple[Any, NDArray[Any]] = None, np.empty(0)

    def close(self) -> None:
        """Let go of threads and memory."""
        self.source.close()

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def implementation(self) -> str:
        """What draws, for the report and the provenance: ``numba float32``."""
        return ", ".join(dict.fromkeys(painter.name for painter in self.source.painters))

    @property
    def notes(self) -> list[str]:
        """Sentences about every fallback, and about what is passed over."""
        return list(dict.fromkeys(self.source.notes))

    @property
    def agreement_db(self) -> float | None:
        """PSNR against the reference, of the painter that agrees least; None where the reference draws all."""
        return min((p.agreement_db for p in self.source.painters if p.agreement_db is not None), default=None)

    @property
    def weights_sha256(self) -> str:
        """Hash of the trained or drawn numbers of all fields."""
        hashes = self.source.weights_sha256
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()

    def frame(self, number: int, pixel: Pixel = "uint8") -> NDArray[Any]:
        """The frame that carries ``number`` [shape=(height, width, 3)].

        Display-referred sRGB: full-range integers, or float32 in [0, 1]. Read-only: the next frame may be the same.
        """
        width, height = self.size
        look = self.source.look(number)
        before, drawn = self._last
        if before is not None and drawn.dtype == pixel and before.equals(look):
            return drawn  # nothing has moved since the frame before
        out = np.empty((height, width, 3), dtype=pixel)
        if self.map_name is None:
            self.source.paint(look, out)
        else:
            put(self.source.map(look, self.map_name, (height, width)), out)
        out.flags.writeable = False
        self._last = look, out
        return out
