"""A directed preset on one song: scenes that come and go, each a preset of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.audio.structure import find_sections
from avcore.compute.choose import Chosen
from avcore.director import Cue, DirectorSpec, idle_lines, write_score
from avcore.errors import PresetError
from avcore.fields.between import CannotMixError, between
from avcore.fields.maps import MapName
from avcore.fields.oklab import oklab_to_srgb, srgb_to_oklab
from avcore.presets.hashing import preset_hash
from avcore.presets.loading import load_beside
from avcore.presets.preset import Preset
from avcore.render.look import Exposure, Look
from avcore.render.pixels import Image, bands, put
from avcore.render.scene import Scene
from avcore.render.stage import Stage

# How much earlier the bright parts of a scene come on than its dark ones, in parts of the change.
LIGHT_FIRST = 0.6


@dataclass(frozen=True)
class Shot:
    """One frame of a directed preset: a scene's look, and that of the scene that comes on with its share."""

    scene: str
    look: Look
    next_scene: str = ""
    next_look: Look | None = None
    share: float = 0.0

    def equals(self, other: Shot) -> bool:
        """Whether both are the same picture, number by number."""
        named = (self.scene, self.next_scene, self.share) == (other.scene, other.next_scene, other.share)
        if not named or not self.look.equals(other.look):
            return False
        return self.next_look is None or (other.next_look is not None and self.next_look.equals(other.next_look))


class Director:
    """The frames of a directed preset; it stands where a ``Scene`` does."""

    loop_frames: int | None = None

    def __init__(self, preset: Preset, stage: Stage) -> None:
        """Load the scenes and write the score.

        Raises:
            PresetError: a scene is missing, broken, or directed itself.
        """
        spec: DirectorSpec = preset.field
        self.preset, self.stage = preset, stage
        sections = find_sections(stage.track)
        self.score = write_score(spec, sections, seconds=stage.seconds)
        self._idle = idle_lines(spec, sections, seconds=stage.seconds)
        seen = dict.fromkeys(cue.scene for cue in self.score)
        presets = {name: self._load(name) for name in spec.scenes}
        self._hashes = [f"{name}:{preset_hash(scene)}" for name, scene in presets.items()]
        self.scenes: Mapping[str, Scene] = {name: Scene(presets[name], stage) for name in seen}

    def _load(self, name: str) -> Preset:
        spec = self.preset.field.scenes[name]
        try:
            preset = load_beside(spec.preset, self.preset, overrides=spec.set)
        except PresetError as error:
            raise PresetError(f"{self.preset.path or self.preset.name}: field.scenes.{name}: {error}") from error
        if isinstance(preset.field, DirectorSpec):
            raise PresetError(
                f"{self.preset.path or self.preset.name}: field.scenes.{name}: {preset.name} is directed itself; "
                "name one of its scenes"
            )
        return preset

    def close(self) -> None:
        """Let go of threads and memory."""
        for scene in self.scenes.values():
            scene.close()

    @property
    def painters(self) -> list[Chosen]:
        """What paints the scenes."""
        return [painter for scene in self.scenes.values() for painter in scene.painters]

    @property
    def notes(self) -> list[str]:
        """Sentences about every fallback, and about lines of the score that nothing comes of."""
        return [*self._idle, *(note for scene in self.scenes.values() for note in scene.notes)]

    @property
    def weights_sha256(self) -> list[str]:
        """Hashes of the scenes and of their fields' numbers."""
        return [*self._hashes, *(sha for scene in self.scenes.values() for sha in scene.weights_sha256)]

    def signals(self, times_s: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """The signals of all scenes at those times, named ``scene.signal``."""
        return {
            f"{name}.{signal}": values
            for name, scene in self.scenes.items()
            for signal, values in scene.signals(times_s).items()
        }

    def look(self, number: int) -> Shot:
        """All that decides the pixels of frame ``number``."""
        time_s = self.stage.timebase.time_s(number)
        on, coming = self._cues(time_s)
        share = coming.share(time_s) if coming is not None else 0.0
        if coming is None or share == 0.0:
            return Shot(on.scene, self.scenes[on.scene].look(number))
        looks = [self.scenes[cue.scene].look(number) for cue in (on, coming)]
        return Shot(on.scene, looks[0], coming.scene, looks[1], share)

    def _cues(self, time_s: float) -> tuple[Cue, Cue | None]:
        """The cue whose scene is on, and the one whose scene is coming on."""
        index = max((i for i, cue in enumerate(self.score) if cue.end_s <= time_s), default=0)
        coming = self.score[index + 1] if index + 1 < len(self.score) else None
        return self.score[index], coming if coming is not None and coming.begin_s < time_s else None

    def paint(self, shot: Shot, out: NDArray[Any]) -> None:
        """See ``Scene.paint``.

        Scenes of one kind (a look and its settings, networks of one architecture) pass into each other number by
        number. Others dissolve, the bright parts of the new one first, while their palettes pass into each other.
        """
        scene = self.scenes[shot.scene]
        if shot.next_look is None:
            scene.paint(shot.look, out)
            return
        try:
            if scene.layout != self.scenes[shot.next_scene].layout:
                raise CannotMixError
            scene.paint(_mixed(shot.look, shot.next_look, shot.share), out)
        except CannotMixError:
            here, there = _with_one_palette(shot.look, shot.next_look, shot.share)
            self._dissolve({shot.scene: here, shot.next_scene: there}, shot.share, out)

    def map(self, shot: Shot, name: MapName, shape: tuple[int, int]) -> Image:
        """See ``Scene.map``; the maps of two scenes are mixed."""
        here = self.scenes[shot.scene].map(shot.look, name, shape)
        if shot.next_look is None:
            return here
        there = self.scenes[shot.next_scene].map(shot.next_look, name, shape)
        return np.asarray(here + np.float32(shot.share) * (there - here), dtype=np.float32)

    def _dissolve(self, looks: Mapping[str, Look], share: float, out: NDArray[Any]) -> None:
        images: list[Image] = []
        for name, look in looks.items():
            images.append(np.empty(out.shape, dtype=np.float32))
            self.scenes[name].paint(look, images[-1])
        here, there = images
        for rows in bands(len(out)):
            light = there[rows].mean(axis=2, keepdims=True)
            mask = np.clip(share * (1.0 + LIGHT_FIRST) - LIGHT_FIRST * (1.0 - light), 0.0, 1.0)
            here[rows] += mask * (there[rows] - here[rows])
        put(here, out)


def _mixed(a: Look, b: Look, share: float) -> Look:
    """What lies between two looks.

    Raises:
        CannotMixError: they differ in more than numbers.
    """
    if len(a.now) != len(b.now) or len(a.trails) != len(b.trails):
        raise CannotMixError
    now, *trails = (
        tuple(_mixed_exposure(x, y, share) for x, y in zip(mine, theirs, strict=True))
        for mine, theirs in zip((a.now, *a.trails), (b.now, *b.trails), strict=True)
    )
    return Look(now, tuple(trails))


def _mixed_exposure(a: Exposure, b: Exposure, share: float) -> Exposure:
    if len(a.pictures) != len(b.pictures) or a.mask is not None or b.mask is not None:
        raise CannotMixError
    pictures = tuple(x.toward(y, share) for x, y in zip(a.pictures, b.pictures, strict=True))
    return replace(between(replace(a, pictures=()), replace(b, pictures=()), share), pictures=pictures)


def _with_one_palette(a: Look, b: Look, share: float) -> tuple[Look, Look]:
    """Both looks, the lowest sheet of each painted with the palette between theirs, where both have one."""
    first, second = (look.now[0].pictures[0].paint for look in (a, b))
    if first.mode != "palette" or second.mode != "palette":
        return a, b
    here, there = (srgb_to_oklab(paint.ring.T.astype(np.float64)) for paint in (first, second))
    ring = oklab_to_srgb(here + share * (there - here)).T.astype(np.float32)
    return _repainted(a, ring), _repainted(b, ring)


def _repainted(look: Look, ring: NDArray[np.float32]) -> Look:
    def lowest(exposures: tuple[Exposure, ...]) -> tuple[Exposure, ...]:
        below, *above = exposures
        pictures = tuple(picture.painted(replace(picture.paint, ring=ring)) for picture in below.pictures)
        return replace(below, pictures=pictures), *above

    return Look(lowest(look.now), tuple(lowest(old) for old in look.trails))
