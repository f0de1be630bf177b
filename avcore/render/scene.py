"""A scene: one preset on one song, any frame of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.choose import Chosen, choose_painter
from avcore.compute.reference import ReferencePainter
from avcore.errors import PresetError
from avcore.fields.ink import Ink, InkPicture
from avcore.fields.layers import BLENDS, LayerSpec, MaskSpec, blend
from avcore.fields.maps import MapName
from avcore.fields.moment import Field, Moment, Picture
from avcore.presets.images import read_images
from avcore.presets.preset import Preset
from avcore.render.look import Exposure, Look
from avcore.render.maps import make_map
from avcore.render.pixels import Image, bands, put
from avcore.render.stage import Stage
from avcore.signals.controls import compute_controls


@dataclass(frozen=True)
class Sheet:
    """A field of a scene, with what paints it; a layer's also has its settings and what masks it."""

    field: Field
    painter: Chosen
    layer: LayerSpec | None = None
    mask: Field | None = None


class Scene:
    """The frames of one preset that is no director."""

    def __init__(self, preset: Preset, stage: Stage) -> None:
        """Prepare the signals and the fields.

        Raises:
            PresetError: the preset's signals, weights, images or spaces do not fit.
        """
        self.stage = stage
        spec, final = preset.render, stage.quality == "final"
        self._supersample = spec.supersample if final else 1
        self._blur = spec.motion_blur if final else 1
        self._trails = spec.trails
        try:
            preset = self.preset = read_images(preset)
            self.controls = compute_controls(preset.signals, stage.track, fps=stage.timebase.fps)
            self.loop_frames = self._fold()
            self.sheets = [self._sheet(preset.field, preset.colour)]
            self.sheets += [self._sheet(layer.field, layer.colour, layer) for layer in preset.layers]
        except PresetError as error:
            raise PresetError(f"{preset.path or preset.name}: {error}") from error
        self._grey = ReferencePainter(stage.device, threads=stage.threads)
        for sheet, exposure in zip(self.sheets, self.look(stage.timebase.start_frame).now, strict=True):
            sheet.painter.check(exposure.pictures[0])

    def close(self) -> None:
        """Let go of threads and memory."""
        for sheet in self.sheets:
            sheet.painter.close()
        self._grey.close()

    @property
    def painters(self) -> list[Chosen]:
        """What paints the sheets."""
        return [sheet.painter for sheet in self.sheets]

    @property
    def notes(self) -> list[str]:
        """Sentences about every fallback."""
        return [note for painter in self.painters for note in painter.notes]

    @property
    def layout(self) -> tuple[object, ...]:
        """How the sheets become a picture: scenes that differ in this cannot pass into each other."""
        blends = [sheet.layer.blend for sheet in self.sheets if sheet.layer is not None]
        return self._supersample, self._trails, *blends

    @property
    def weights_sha256(self) -> list[str]:
        """Hashes of the fields' numbers."""
        fields = chain.from_iterable((sheet.field, sheet.mask) for sheet in self.sheets)
        return [field.weights_sha256 for field in fields if field is not None]

    def signals(self, times_s: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """The preset's signals at those times."""
        return self.controls.frames(times_s, span_s=self.stage.frame_s)

    def _sheet(self, spec: Any, colour: Any, layer: LayerSpec | None = None) -> Sheet:
        stage = self.stage
        field: Field = spec.build(colour, seconds=stage.seconds, file=self.preset.file)
        painter = choose_painter(
            field,
            stage.device,
            precision=stage.precision,
            threads=stage.threads,
            compile_kernels=stage.compile_kernels,
        )
        if layer is None or layer.mask is None or layer.mask.field is None:
            return Sheet(field, painter, layer)
        mask = layer.mask.field.build(colour, seconds=stage.seconds, file=self.preset.file)
        return Sheet(field, painter, layer, mask)

    def _fold(self) -> int | None:
        """Frames of the perfect loop, where the preset asks for one; folds the sound if it asks for that."""
        loop, stage = self.preset.field.loop, self.stage
        if loop is None:
            return None
        frames = max(1, round(stage.seconds(loop.period) * stage.timebase.fps))
        if loop.sound == "fold":
            self.controls = self.controls.fold(
                frames * stage.frame_s,
                start_s=float(stage.timebase.start_s),
                crossfade_s=stage.seconds(loop.crossfade),
            )
        return frames

    def moment(self, number: int, *, late: float = 0.0) -> Moment:
        """What the fields see at frame ``number``, or ``late`` frames after it."""
        timebase, frame_s = self.stage.timebase, self.stage.frame_s
        time_s = timebase.time_s(number) + late * frame_s
        if self.loop_frames is None:
            return Moment(time_s, self.controls.at(time_s, span_s=frame_s))
        whole = math.floor(late)
        place = (number + whole - timebase.start_frame) % self.loop_frames
        folded_s = timebase.time_s(timebase.start_frame + place) + (late - whole) * frame_s
        heard_s = folded_s if self.preset.field.loop.sound == "fold" else time_s
        phase = (place + late - whole) / self.loop_frames
        return Moment(folded_s, self.controls.at(heard_s, span_s=frame_s), phase)

    def look(self, number: int) -> Look:
        """All that decides the pixels of frame ``number``."""
        shutter = self.preset.render.shutter
        late = [shutter * (i - (self._blur - 1) / 2) / self._blur for i in range(self._blur)]
        behind = 0.0 if self._trails is None else self.stage.seconds(self._trails.spacing) / self.stage.frame_s
        count = 0 if self._trails is None else self._trails.count
        now, *trails = (
            self.exposures([self.moment(number, late=at - step * behind) for at in late]) for step in range(count + 1)
        )
        return Look(now, tuple(trails))

    def exposures(self, moments: Sequence[Moment]) -> tuple[Exposure, ...]:
        """What the sheets show while the shutter is open at ``moments``."""
        return tuple(self._exposure(sheet, moments) for sheet in self.sheets)

    def _exposure(self, sheet: Sheet, moments: Sequence[Moment]) -> Exposure:
        stage = self.stage
        how = {"aspect": stage.aspect, "pixel": 1.0 / (stage.size[1] * self._supersample)}
        pictures = tuple(sheet.field.frame(moment, **how) for moment in moments)
        layer, middle = sheet.layer, moments[len(moments) // 2]
        if layer is None:
            return Exposure(pictures)
        shown = Exposure(pictures, opacity=float(np.clip(layer.opacity.at(middle.controls), 0.0, 1.0)))
        if layer.mask is None:
            return shown
        mask = pictures[len(pictures) // 2] if sheet.mask is None else sheet.mask.frame(middle, **how)
        low, high = layer.mask.low.at(middle.controls), layer.mask.high.at(middle.controls)
        return replace(shown, mask=mask, low=low, high=high)

    def paint(self, look: Look, out: NDArray[Any]) -> None:
        """Fill ``out`` [shape=(height, width, 3), uint8, uint16 or float32, sRGB] with one frame."""
        if not look.trails and len(self.sheets) == 1:
            self.sheets[0].painter.paint(look.now[0].pictures, out, supersample=self._supersample)
            return
        image = self._composed(look.now, out.shape)
        if self._trails is not None:
            for step, exposures in enumerate(look.trails, 1):
                before, strength = self._composed(exposures, out.shape), np.float32(self._trails.fade**step)
                for rows in bands(out.shape[0]):
                    image[rows] = BLENDS[self._trails.blend](image[rows], before[rows] * strength)
        put(image, out)

    def map(self, look: Look, name: MapName, shape: tuple[int, int]) -> Image:
        """A map of the lowest field [shape=(*shape, 3), 0..1]; see ``avcore.render.maps.make_map``."""

        def colour() -> Image:
            image = np.empty((*shape, 3), dtype=np.float32)
            self.paint(look, image)
            return image

        tiles = self.preset.field.coords.space == "tile"
        return make_map(name, self.preset.maps, ink=lambda ink: self.ink(look, ink, shape), colour=colour, tiles=tiles)

    def _composed(self, exposures: Sequence[Exposure], shape: tuple[int, ...]) -> Image:
        image: Image = np.empty(shape, dtype=np.float32)
        for sheet, exposure in zip(self.sheets, exposures, strict=True):
            if sheet.layer is None:
                sheet.painter.paint(exposure.pictures, image, supersample=self._supersample)
            elif exposure.opacity > 0.0:
                share = self._share(sheet.layer.mask, exposure, shape)
                above: Image = np.empty(shape, dtype=np.float32)
                sheet.painter.paint(exposure.pictures, above, supersample=self._supersample)
                for rows in bands(shape[0]):
                    part = share if isinstance(share, float) else share[rows]
                    image[rows] = blend(image[rows], above[rows], sheet.layer.blend, part)
        return image

    def _share(self, mask: MaskSpec | None, exposure: Exposure, shape: tuple[int, ...]) -> float | Image:
        if mask is None or exposure.mask is None:
            return exposure.opacity
        ink = self._ink(exposure.mask, mask.ink, (shape[0], shape[1]))[:, :, :1]
        share = np.clip((ink - exposure.low) / max(exposure.high - exposure.low, 1e-6), 0.0, 1.0)
        return np.asarray(exposure.opacity * (1.0 - share if mask.invert else share), dtype=np.float32)

    def ink(self, look: Look, ink: Ink, shape: tuple[int, int]) -> Image:
        """An ink of the lowest field [shape=(*shape, 3), 0..1, the same in all channels]; shape is (height, width)."""
        pictures = look.now[0].pictures
        return self._ink(pictures[len(pictures) // 2], ink, shape)

    def _ink(self, picture: Picture, ink: Ink, shape: tuple[int, int]) -> Image:
        out = np.empty((*shape, 3), dtype=np.float32)
        self._grey.paint([InkPicture(picture, ink)], out, supersample=self._supersample)
        return out
