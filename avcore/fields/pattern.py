"""What all patterns share: settings, motion, and the way from a look's inks to a picture.

A *look* is one kind of pattern (Julia sets, cells, ribbons): a dataclass of settings with a method ``draw``, written
once against the Python array API standard, so that NumPy and torch run it on any device. Looks stand together in
families, one module or folder each, and beside the neural field in ``avcore.fields.families.FIELDS``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from avcore.compute.device import Device
from avcore.errors import PresetError
from avcore.fields.between import CannotMixError, between
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import Camera, CoordsSpec, Space
from avcore.fields.loop import APART, LoopSpec
from avcore.fields.moment import Inker, Moment, Tile
from avcore.fields.paint import RING_STEPS, Inks, Paint, inked
from avcore.fields.palette import ring
from avcore.signals.spec import Driven
from avcore.spec import setting
from avcore.timebase import Duration

TAU = 2.0 * math.pi

# Steps of this angle never come near to where they have been (Vogel 1979, a sunflower's), in radians.
GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))


@dataclass(frozen=True)
class Place:
    """Pixels on the plane of a pattern, and the moment.

    ``x``, ``y`` [shape=(n,), float32] are the position (right, up; see ``Camera.position``) and ``pixel`` the distance
    between two samples there, to smooth edges by. ``turn`` and ``wander`` are the two angles of the pattern's own
    motion, in radians in [0, 2 pi): a look is periodic in both, so that loops close; outside of loops ``wander`` is
    slower by the golden ratio, so that the pair never repeats.
    """

    x: Any
    y: Any
    pixel: float
    turn: float
    wander: float
    space: Space
    aspect: float

    @property
    def width(self) -> float:
        """Picture heights in one unit of ``x``; in the tunnel, ways round it."""
        return self.aspect if self.space == "tile" else 1.0

    def lattice(self, cells: float) -> tuple[Any, Any, tuple[int, int]]:
        """``x`` and ``y`` in units of a cell, ``cells`` of them down the picture, and after how many they repeat.

        (0, 0) where they do not repeat. Tiles hold a whole number of cells both ways, the tunnel around.
        """
        if self.space == "plane":
            return self.x * cells, self.y * cells, (0, 0)
        if self.space == "tunnel":
            around = max(1, round(cells))
            return self.x * around, self.y * around, (around, 0)
        across, down = max(1, round(cells * self.aspect)), max(1, round(cells))
        return self.x * across, self.y * down, (across, down)

    def pixel_of(self, cells: float) -> float:
        """``pixel`` in units of a cell of ``lattice``."""
        return self.pixel * cells


@dataclass(frozen=True)
class PatternSpec:
    """Settings that every pattern has. A look adds its own, sets the class variables and defines ``draw``."""

    seed: int = setting(0, help="which one of its kind", low=0, high=2**32 - 1)
    coords: CoordsSpec = setting(CoordsSpec(), help="space, symmetry and camera")
    period: Duration = setting(
        Duration(40.0), help="time of one round of its own motion, unless `loop` says otherwise", low=0.001
    )
    clock: Driven = setting(
        Driven.fixed(1.0),
        help="seconds of motion: base counts the song's own seconds, signals (with integrate: true) add theirs",
    )
    loop: LoopSpec | None = setting(None, help="make it a perfect loop")

    family: ClassVar[str]
    """The family that the look belongs to."""

    likes: ClassVar[str]
    """The setting that sound should move first."""

    spaces: ClassVar[tuple[Space, ...]] = ("plane", "tile", "tunnel")
    """The spaces that it can lie in; without ``tile`` it has edges."""

    def build(
        self,
        colour: ColourSpec,
        *,
        seconds: Callable[[Duration], float],
        file: Callable[[str], Path],
    ) -> Pattern:
        """The field itself. ``seconds`` measures durations; ``file`` finds a file that the preset names.

        Raises:
            PresetError: the look cannot lie in that space.
        """
        if self.coords.space not in self.spaces:
            raise PresetError(
                f"field.coords.space: this look cannot {_DOES[self.coords.space]}; choose {' or '.join(self.spaces)}"
            )
        return Pattern(self, colour, seconds=seconds)

    @property
    def fixed(self) -> tuple[Any, ...]:
        """The look and those of its settings that no signal drives, by which ``draw`` tells one from another."""
        moving = {item.name for item in fields(PatternSpec)} - {"seed"}
        own = [getattr(self, item.name) for item in fields(self) if item.name not in moving]
        return (type(self), *(value for value in own if not isinstance(value, Driven)))

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """What the look says about the pixels ``at``.

        ``xp`` is the array namespace. ``knobs`` has the value of each ``Driven`` setting at this moment under its name,
        and of each that names signals a tuple of their values; other settings are those of ``self``.
        """
        raise NotImplementedError


_DOES: Mapping[Space, str] = {
    "plane": "lie in the plane",
    "tile": "repeat without a seam",
    "tunnel": "go around a tunnel",
}


class Pattern:
    """A look ready to be evaluated: palette made, durations in seconds."""

    def __init__(self, spec: PatternSpec, colour: ColourSpec, *, seconds: Callable[[Duration], float]) -> None:
        self.spec = spec
        self.colour = replace(colour, mode="palette")  # a look has no red, green and blue of its own
        self._ring = ring(colour.palette, RING_STEPS)
        self._period_s = seconds(spec.period if spec.loop is None else spec.loop.period)
        self._driven = [item.name for item in fields(spec) if isinstance(getattr(spec, item.name), Driven)]
        self._heard = [item.name for item in fields(spec) if item.metadata.get("refers") == "signals"]

    @property
    def weights_sha256(self) -> str:
        """A pattern has no weights: the hash of nothing."""
        return hashlib.sha256().hexdigest()

    def frame(self, moment: Moment, *, aspect: float, pixel: float) -> PatternFrame:
        """See ``Field.frame``."""
        spec = self.spec
        turns = moment.turns(spec.clock, self._period_s)
        apart = 1.0 if moment.loop_phase is not None else APART  # a layer is in the loop of the lowest field
        camera = spec.coords.at(moment.controls)
        return PatternFrame(
            spec=spec,
            knobs={name: getattr(spec, name).at(moment.controls) for name in self._driven}
            | {name: tuple(moment.controls[signal] for signal in getattr(spec, name)) for name in self._heard},
            turn=TAU * (turns % 1.0),
            wander=TAU * ((turns / apart) % 1.0),
            camera=camera,
            paint=self.colour.at(moment.controls, self._ring),
            aspect=aspect,
            pixel=pixel * camera.extent,
        )


@dataclass(frozen=True)
class PatternFrame:
    """A look at one moment, as plain numbers. ``pixel`` is the distance of two samples on the pattern's plane."""

    spec: PatternSpec
    knobs: Mapping[str, float | tuple[float, ...]]
    turn: float
    wander: float
    camera: Camera
    paint: Paint
    aspect: float
    pixel: float

    @property
    def mirrors(self) -> tuple[bool, bool]:
        """Whether the picture is its own mirror image: left and right, top and bottom. Relief has a side of its own."""
        return self.camera.mirrors if self.paint.relief == 0.0 else (False, False)

    def equals(self, other: PatternFrame) -> bool:
        """Whether both are the same picture, number by number."""
        return self == other and bool((self.paint.ring == other.paint.ring).all())

    def painted(self, paint: Paint) -> PatternFrame:
        """See ``Picture.painted``."""
        return replace(self, paint=paint)

    def toward(self, other: PatternFrame, share: float) -> PatternFrame:
        """See ``Picture.toward``; looks mix where they differ in nothing but what may be driven."""
        if type(self) is not type(other) or self.spec.fixed != other.spec.fixed:
            raise CannotMixError
        turn, wander = _near(self.turn, other.turn), _near(self.wander, other.wander)
        return between(self, replace(other, spec=self.spec, turn=turn, wander=wander), share)

    def tile(self, device: Device) -> Tile:
        """See ``Picture.tile``."""
        return inked(self.inks(device), self.paint, device, aspect=self.aspect)

    def inks(self, device: Device) -> Inker:
        """See ``Picture.inks``."""
        xp, knobs = device.xp, SimpleNamespace(**self.knobs)

        def inks(u: Any, v: Any) -> Inks:
            x, y = self.camera.position(xp, u, v, aspect=self.aspect)
            at = Place(
                x,
                y,
                pixel=self.pixel,
                turn=self.turn,
                wander=self.wander,
                space=self.camera.space,
                aspect=self.aspect,
            )
            return self.spec.draw(xp, at, knobs)

        return inks


def _near(angle: float, other: float) -> float:
    """``other``, whole turns away from where it was, as near to ``angle`` as can be."""
    return other + TAU * round((angle - other) / TAU)
