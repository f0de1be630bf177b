"""Where a pixel is: the coordinates that a neural field or a pattern sees.

A picture is addressed by ``u`` (left to right) and ``v`` (top to bottom), both 0 to 1 across the picture, pixel
centres at ``(i + 0.5) / size``. A *space* turns them into the inputs of a network, or a
position on the plane of a pattern.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from avcore.errors import PresetError
from avcore.signals.spec import Driven
from avcore.spec import setting

Space = Literal["plane", "tile", "tunnel"]
Symmetry = Literal["none", "mirror", "quad", "radial"]

TAU = 2.0 * math.pi

# Smallest radius that the tunnel's logarithm sees; the end of the tunnel is a point.
TUNNEL_END = 1e-3

# How far out a pattern is seen, in its own units.
FARTHEST = 1e5


@dataclass(frozen=True)
class CoordsSpec:
    """Which space the picture lies in, and how the camera moves through it."""

    space: Space = setting(
        "plane",
        help="plane: a flat picture; tile: repeats without a seam in both directions; tunnel: rings that fly inwards",
    )
    scale: float = setting(
        1.0, help="how much of the field is seen; 1 is half a unit from the centre", low=0.01, high=50
    )
    radius: bool = setting(False, help="give the network the distance from the centre as well")
    symmetry: Symmetry = setting("none", help="mirror: left and right; quad: both ways; radial: a kaleidoscope")
    folds: int = setting(6, help="mirrors of the radial symmetry", low=1, high=48)
    zoom: Driven = setting(Driven.fixed(1.0), help="magnification; in the tunnel, in e-folds of depth beyond 1")
    rotate: Driven = setting(Driven.fixed(0.0), help="turns, anti-clockwise")
    pan_x: Driven = setting(Driven.fixed(0.0), help="way to the right, in picture heights (tile: in picture widths)")
    pan_y: Driven = setting(Driven.fixed(0.0), help="way up, in picture heights")
    swirl: Driven = setting(Driven.fixed(0.0), help="turns that the rotation gains from the centre to the edge")

    def __post_init__(self) -> None:
        """Refuse what cannot repeat without a seam."""
        if self.space == "tile":
            if self.symmetry == "radial":
                raise PresetError("radial symmetry cannot tile: choose space plane, or symmetry mirror or quad")
            for name in ("zoom", "rotate", "swirl"):
                driven: Driven = getattr(self, name)
                if driven != type(self).__dataclass_fields__[name].default:
                    raise PresetError(f"{name} does not tile: remove it, or choose space plane")

    def inputs(self) -> tuple[str, ...]:
        """Names of the planes that ``Camera.planes`` returns, in order; weights are drawn by these names."""
        names = {
            "plane": ("x", "y"),
            "tile": ("x.cos", "x.sin", "y.cos", "y.sin"),
            "tunnel": ("depth", "angle.cos", "angle.sin"),
        }[self.space]
        return (*names, "r") if self.radius else names

    def at(self, controls: Mapping[str, float]) -> Camera:
        """The camera of one frame, where the signals have the values ``controls``."""
        return Camera(
            space=self.space,
            symmetry=self.symmetry,
            folds=self.folds,
            radius=self.radius,
            scale=self.scale,
            zoom=self.zoom.at(controls) if self.space == "tunnel" else max(1e-3, self.zoom.at(controls)),
            turn=TAU * self.rotate.at(controls),
            pan_x=self.pan_x.at(controls),
            pan_y=self.pan_y.at(controls),
            bend=2.0 * TAU / self.scale * self.swirl.at(controls),
        )


@dataclass(frozen=True)
class Camera:
    """The way from pixels to coordinates in one frame, as plain numbers.

    ``turn`` is the rotation in radians, ``bend`` what it gains per unit of distance; the rest as in ``CoordsSpec``.
    """

    space: Space
    symmetry: Symmetry
    folds: int
    radius: bool
    scale: float
    zoom: float
    turn: float
    pan_x: float
    pan_y: float
    bend: float

    @property
    def mirrors(self) -> tuple[bool, bool]:
        """Whether the coordinates are their own mirror image: left and right, top and bottom."""
        if self.turn or self.bend:
            return False, False
        left_right = self.symmetry in ("mirror", "quad") or (self.symmetry == "radial" and self.folds % 2 == 0)
        top_bottom = self.symmetry in ("quad", "radial")
        return left_right and self.pan_x == 0.0, top_bottom and self.pan_y == 0.0

    @property
    def extent(self) -> float:
        """How much of a pattern's plane lies along the height of the picture; in the tunnel, a sixth from its end."""
        return self.scale / self.zoom if self.space == "plane" else 1.0

    def planes(self, xp: Any, u: Any, v: Any, *, aspect: float) -> Any:
        """The network's coordinate inputs [shape=(inputs, n), see ``CoordsSpec.inputs``] of pixels [shape=(n,)].

        ``aspect`` is width over height; the upper edge of the plane is 0.5 * scale / zoom from the centre.
        """
        if self.space == "tile":
            return self._tile(xp, u, v)
        x, y, r, angle = self._folded(xp, u, v, aspect)
        if self.space == "tunnel":
            return self._tunnel(xp, r, angle)
        return xp.stack([x, y, r] if self.radius else [x, y])

    def position(self, xp: Any, u: Any, v: Any, *, aspect: float) -> tuple[Any, Any]:
        """Where pixels [shape=(n,)] are on the plane, as a pattern sees it: right and up, 0 in the middle.

        In the plane, the upper edge is 0.5 * scale / zoom from the middle. Where the picture tiles, both coordinates go
        from 0 to 1 across it and begin again. In the tunnel they are the angle in turns, and the depth: rings that are
        a turn apart are as far from each other as the circle is long.
        """
        if self.space == "tile":
            return self._tile_position(xp, u, v)
        x, y, r, angle = self._folded(xp, u, v, aspect)
        if self.space == "tunnel":
            x, y = angle / TAU, self._depth(xp, r) / TAU
        # So far out float32 has lost all detail; further out lattices would have more cells than int32 can count.
        return xp.clip(x, -FARTHEST, FARTHEST), xp.clip(y, -FARTHEST, FARTHEST)

    def _folded(self, xp: Any, u: Any, v: Any, aspect: float) -> tuple[Any, Any, Any, Any]:
        """Coordinates of the plane under the symmetry, Cartesian and polar; the angle only where it is needed."""
        x, y = self._place(xp, u, v, aspect)
        if self.symmetry in ("mirror", "quad"):
            x = xp.abs(x)
            y = xp.abs(y) if self.symmetry == "quad" else y
        r = xp.sqrt(x * x + y * y)
        if self.symmetry != "radial" and self.space != "tunnel":
            return x, y, r, None
        angle = xp.atan2(y, x)
        if self.symmetry == "radial":
            sector = TAU / self.folds
            angle = xp.abs(angle - sector * xp.floor(angle / sector + 0.5))
            x, y = r * xp.cos(angle), r * xp.sin(angle)
        return x, y, r, angle

    def _place(self, xp: Any, u: Any, v: Any, aspect: float) -> tuple[Any, Any]:
        size = self.scale if self.space == "tunnel" else self.scale / self.zoom
        x = (u - 0.5) * (aspect * size) - self.pan_x * size
        y = (0.5 - v) * size - self.pan_y * size
        if self.bend:
            bend = self.bend * xp.sqrt(x * x + y * y) - self.turn
            c, s = xp.cos(bend), xp.sin(bend)
            return c * x - s * y, s * x + c * y
        if self.turn:
            c, s = math.cos(self.turn), math.sin(self.turn)
            return c * x + s * y, c * y - s * x
        return x, y

    def _tunnel(self, xp: Any, r: Any, angle: Any) -> Any:
        # The angle goes in as a point on a circle, so that the tunnel has no seam; the depth goes on for ever.
        depth = 0.5 * self.scale * self._depth(xp, r)
        planes = [xp.sin(depth), 0.5 * xp.cos(angle), 0.5 * xp.sin(angle)]
        return xp.stack([*planes, r] if self.radius else planes)

    def _depth(self, xp: Any, r: Any) -> Any:
        return xp.log(r / self.scale + TUNNEL_END) + (self.zoom - 1.0)

    def _tile_position(self, xp: Any, u: Any, v: Any) -> tuple[Any, Any]:
        # Folding into [0, 1) before anything else makes opposite edges equal to the last bit.
        x, y = u - xp.floor(u) - self.pan_x, xp.floor(v) - v - self.pan_y
        x, y = x - xp.floor(x), y - xp.floor(y)
        if self.symmetry in ("mirror", "quad"):
            # There and back along a wave: a sharp fold would show as a seam where light falls on the relief.
            x = 0.25 + 0.25 * xp.cos(x * TAU)
            y = 0.25 + 0.25 * xp.cos(y * TAU) if self.symmetry == "quad" else y
        return x, y

    def _tile(self, xp: Any, u: Any, v: Any) -> Any:
        x, y = self._tile_position(xp, u, v)
        # A circle whose way round is as long as the plane is wide.
        size = self.scale / TAU
        planes = [size * wave(plane * TAU) for plane in (x, y) for wave in (xp.cos, xp.sin)]
        if self.radius:
            sx, sy = xp.sin((x - 0.5) * math.pi), xp.sin((y - 0.5) * math.pi)
            planes.append((self.scale / math.pi) * xp.sqrt(sx * sx + sy * sy))
        return xp.stack(planes)
