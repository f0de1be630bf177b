"""A probe: small pictures of a preset at any moment, also at moments that no song has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import FeatureTrack
from avcore.compute.device import cpu
from avcore.director import DirectorSpec
from avcore.errors import UsageError
from avcore.fields.cppn import CppnSpec
from avcore.fields.moment import Moment, Picture
from avcore.presets.preset import Preset
from avcore.render.look import Look
from avcore.render.scene import Scene
from avcore.render.stage import Stage
from avcore.timebase import Timebase

Image = NDArray[np.float32]  # [shape=(height, width, 3), sRGB, 0..1]

# Large enough to see what the field does, small enough for hundreds of pictures a second; a network with more weights
# than a processor evaluates that fast gets the smaller one.
SIZE, WIDE_SIZE = (96, 54), (48, 27)
WIDE_WEIGHTS = 20_000


class Probe:
    """Pictures of ``preset`` on ``track`` at ``fps`` frames a second, one sample a pixel.

    They are drawn in float32: half precision would be coarser than the changes that are looked for.
    """

    def __init__(self, preset: Preset, track: FeatureTrack, *, fps: Fraction) -> None:
        """Prepare signals and network.

        Raises:
            PresetError: the preset's signals or weights do not fit.
            UsageError: the preset is directed.
        """
        self.preset, self.track = preset, track
        self.size = WIDE_SIZE if _weights(preset) > WIDE_WEIGHTS else SIZE
        self.timebase = Timebase.for_duration(track.duration_s, fps)
        if isinstance(preset.field, DirectorSpec):
            names = ", ".join(scene.preset for scene in preset.field.scenes.values())
            raise UsageError(f"{preset.name} is directed and has no picture of its own; diagnose its scenes: {names}")
        stage = Stage(track, self.timebase, self.size, cpu(), quality="draft", precision="fp32")
        self.scene = Scene(preset, stage)

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: object) -> None:
        self.scene.close()

    @property
    def frame_s(self) -> float:
        """Seconds that a frame is shown."""
        return float(1 / self.timebase.fps)

    def moment(self, number: int, **controls: float) -> Moment:
        """The moment of frame ``number``, with other values for some of its signals."""
        moment = self.scene.moment(number)
        return dataclasses.replace(moment, controls={**moment.controls, **controls})

    def pictures(self, moment: Moment) -> list[Picture]:
        """The fields at a moment, as plain numbers, the lowest first."""
        return [exposure.pictures[0] for exposure in self.scene.exposures([moment])]

    def draw(self, moment: Moment) -> Image:
        """What is seen at a moment."""
        width, height = self.size
        out = np.empty((height, width, 3), dtype=np.float32)
        self.scene.paint(Look(self.scene.exposures([moment])), out)
        return out

    def controls(self, moments: Sequence[Moment]) -> dict[str, NDArray[np.float64]]:
        """Every signal at those moments [shape=(n,) each]."""
        return {name: np.array([moment.controls[name] for moment in moments]) for name in self.preset.signals}


def _weights(preset: Preset) -> int:
    specs = [preset.field, *(layer.field for layer in preset.layers)]
    return sum(spec.layers * spec.width**2 for spec in specs if isinstance(spec, CppnSpec))
