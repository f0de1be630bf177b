"""Tools of the marbler, as maps of the plane that keep areas, undone pixel by pixel.

Each takes pixels back to where their ink was before (Lu, Jaffer, Jin, Zhao and Mao, "Mathematical marbling", 2012).
Drops and whirls reach only so far, so that they also work on a plane that repeats after ``sides`` (0, 0: it does not).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from avcore.fields.pattern import TAU
from avcore.fields.ramps import smoothstep

Sides = tuple[float, float]

# How far a drop pushes, in picture heights: less than half of a tile, so that it does not push against itself.
REACH = 0.49

# Roundness of a tooth's tip, and how fast its pull fades, in distances of teeth.
TIP, FADE = 0.03, 0.16


@dataclass(frozen=True)
class Inked:
    """Where pixels came from, in picture heights, and the slopes of that to the right and up."""

    x: Any
    y: Any
    xx: Any
    xy: Any
    yx: Any
    yy: Any

    def moved(self, dx: Any, dy: Any, a: Any, b: Any, c: Any, d: Any) -> Inked:
        """After a map that moves by (dx, dy) and whose slopes are ((a, b), (c, d))."""
        return Inked(
            self.x + dx,
            self.y + dy,
            a * self.xx + b * self.yx,
            a * self.xy + b * self.yy,
            c * self.xx + d * self.yx,
            c * self.xy + d * self.yy,
        )


def wave(xp: Any, ink: Inked, strength: Any, chance: float, waves: float, phase: Any, sides: Sides) -> Inked:
    """Waves that push along their crests by ``strength`` picture heights."""
    angle = TAU * chance
    kx, ky = waves * math.cos(angle), waves * math.sin(angle)
    if sides[0]:
        kx, ky = round(kx * sides[0]) / sides[0], float(round(ky))
    kx, ky = (TAU * kx, TAU * ky) if kx or ky else (TAU / (sides[0] or 1.0), 0.0)
    length = math.hypot(kx, ky)
    right, up = -ky / length, kx / length
    inside = kx * ink.x + ky * ink.y + phase
    push, steep = strength * xp.sin(inside), strength * xp.cos(inside)
    return ink.moved(
        right * push,
        up * push,
        1.0 + right * kx * steep,
        right * ky * steep,
        up * kx * steep,
        1.0 + up * ky * steep,
    )


def comb(xp: Any, ink: Inked, upright: bool, teeth: int, pull: Any, slide: Any, sides: Sides) -> Inked:
    """A comb with ``teeth`` a picture height, drawn along x (``upright``: along y), every other tooth the other way.

    ``slide`` moves the comb sideways, two teeth in a turn of 2 pi.
    """
    across = ink.x if upright else ink.y
    side = sides[0] if upright else sides[1]
    pairs = max(1, round(0.5 * teeth * (side or 1.0))) / (side or 1.0)
    place = pairs * across + slide / TAU
    # From -0.5 to 0.5 between teeth; the tooth at 0 pulls on, that at 0.5 back.
    near = place - xp.floor(place + 0.5)
    pushes: list[tuple[Any, Any]] = []
    other = place - 0.5 - xp.floor(place)
    for away, way in ((near, 1.0), (other, -1.0)):
        round_ = xp.sqrt(away * away + TIP * TIP)
        fall = FADE / (FADE + round_)
        push = way * pull * fall * fall
        pushes.append((push, -2.0 * push / (FADE + round_) * away / round_ * pairs))
    push, steep = pushes[0][0] + pushes[1][0], pushes[0][1] + pushes[1][1]
    if upright:
        return ink.moved(0.0, push, 1.0, 0.0, steep, 1.0)
    return ink.moved(push, 0.0, 1.0, steep, 0.0, 1.0)


def _from(xp: Any, ink: Inked, centre: tuple[Any, Any], sides: Sides) -> tuple[Any, Any, Any]:
    """The way from a centre, the short way round, and its square."""
    dx, dy = ink.x - centre[0], ink.y - centre[1]
    if sides[0]:
        dx = dx - sides[0] * xp.floor(dx / sides[0] + 0.5)
        dy = dy - sides[1] * xp.floor(dy / sides[1] + 0.5)
    return dx, dy, dx * dx + dy * dy


def swirl(xp: Any, ink: Inked, centre: tuple[Any, Any], reach: float, angle: Any, sides: Sides) -> Inked:
    """A whirl that turns by ``angle`` radians at its centre and not at all ``reach`` picture heights from it."""
    dx, dy, square = _from(xp, ink, centre, sides)
    rest = xp.clip(1.0 - square / (reach * reach), 0.0, 1.0)
    turn = angle * rest * rest
    c, s = xp.cos(turn), xp.sin(turn)
    mx, my = c * dx - s * dy, s * dx + c * dy
    # The turn's own slope: d turn / d square, times two.
    steep = (-4.0 / (reach * reach)) * angle * rest
    tx, ty = -my * steep, mx * steep
    return ink.moved(mx - dx, my - dy, c + tx * dx, -s + tx * dy, s + ty * dx, c + ty * dy)


def drop(
    xp: Any, ink: Inked, centre: tuple[Any, Any], radius: Any, pixel: float, sides: Sides
) -> tuple[Any, Any, Any, Inked]:
    """A drop that pushes the ink outwards.

    Returns how much of the drop's area lies nearer its centre [0 to 1 inside], how much of a pixel it covers, the slope
    of the first, and the ink around it as it was before.
    """
    dx, dy, square = _from(xp, ink, centre, sides)
    square = xp.maximum(square, 1e-12 + 0.0 * square)
    area = radius * radius
    fade = xp.clip(1.0 - square / (REACH * REACH), 0.0, 1.0)
    steep_x, steep_y = dx * ink.xx + dy * ink.yx, dx * ink.xy + dy * ink.yy
    distance = xp.sqrt(square)
    slope = xp.sqrt(steep_x * steep_x + steep_y * steep_y)
    blurred = pixel * slope / distance
    cover = smoothstep(xp, -blurred, blurred + 1e-9, radius - distance)
    # Areas: the square of the distance loses the drop's own, less and less further out.
    inner = 1.0 - area * fade * fade / square
    shrunk = xp.sqrt(xp.clip(inner, 0.0025, 1.0))
    steep = xp.where(
        inner > 0.0025,
        (area * fade / square) * (fade / square + 2.0 / (REACH * REACH)) / shrunk,
        0.0 * square,
    )
    out = ink.moved(
        (shrunk - 1.0) * dx,
        (shrunk - 1.0) * dy,
        shrunk + steep * dx * dx,
        steep * dx * dy,
        steep * dx * dy,
        shrunk + steep * dy * dy,
    )
    return xp.minimum(square / area, 1.0 + 0.0 * square), cover, 2.0 * slope / area, out
