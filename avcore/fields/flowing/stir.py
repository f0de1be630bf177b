"""Stirring: a plane that has flowed, and how far it was stretched there.

The flow is a chain of shears, each a sine wave that pushes along its own crests (Pierrehumbert 1994, the alternating
sine flow). Every shear keeps areas, so the chain mixes without sources or sinks as curl noise does, but its inverse and
its slopes are exact, and it tiles where its waves do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from avcore.fields.coords import Space
from avcore.fields.flowing.chance import Chance
from avcore.fields.pattern import TAU, Place
from avcore.fields.ramps import held

# Shears that shiver, how much finer they are than the others, and how many rounds they make while the flow makes one.
SHIVERS, SHIVER_FINER, SHIVER_ROUNDS = 2, 2.6, 24

# Slope of a shear beyond which nothing is left to see.
STEEPEST = 4.0


@dataclass(frozen=True)
class Shear:
    """A wave that pushes along its own crests.

    ``x``, ``y`` is its wave vector in radians a picture height, ``phase`` where it begins; it makes ``rounds`` while
    the pattern's ``turn`` makes one, and ``drift`` while its ``wander`` does.
    """

    x: float
    y: float
    phase: float
    rounds: int
    drift: int


@dataclass(frozen=True)
class Stirred:
    """Where pixels came from, and the slopes of that.

    ``x``, ``y`` [shape=(n,)] are as in ``Place``; ``xx``, ``xy``, ``yx``, ``yy`` are how fast each changes to the right
    and up, 1 or 0 where nothing flowed, whatever the aspect.
    """

    x: Any
    y: Any
    xx: Any
    xy: Any
    yx: Any
    yy: Any

    def on(self, at: Place) -> Place:
        """The same moment at the places where the pixels came from."""
        return replace(at, x=self.x, y=self.y)


def shears(seed: int, count: int, *, cells: float, space: Space, aspect: float, finer: float = 1.35) -> list[Shear]:
    """``count`` random shears, ``cells`` waves down the picture and up to ``finer`` times as many.

    Where the space repeats, waves fit in whole.
    """
    chance = Chance(seed)
    width = {"plane": 0.0, "tile": aspect, "tunnel": 1.0}[space]
    found = []
    angle = chance.random() * TAU
    for _ in range(count):
        # Roughly across the last, so that neighbours never push the same way.
        angle += TAU * (0.2 + 0.15 * chance.random())
        size = cells * finer ** chance.random()
        x, y = size * math.cos(angle), size * math.sin(angle)
        if width:
            x = round(x * width) / width
            y = y if space == "tunnel" else float(round(y))
            x = 1.0 / width if x == y == 0.0 else x
        rounds, drift = (1, 0) if chance.random() < 0.5 else (0, 1)
        back = -1 if chance.random() < 0.5 else 1
        found.append(Shear(TAU * x, TAU * y, TAU * chance.random(), back * rounds, back * drift))
    return found


def stir(xp: Any, at: Place, *, seed: int, steps: int, cells: float, amount: Any, shiver: Any = 0.0) -> Stirred:
    """Carry the pixels back through a flow of ``steps`` shears, about ``cells`` whirls down the picture.

    ``amount`` is the slope of each shear (0 no flow, 0.5 waves, 1 and more curls); ``shiver`` is the slope of a few
    finer ones that hurry.
    """
    plain = shears(seed, steps, cells=cells, space=at.space, aspect=at.aspect)
    hasty = shears(seed + 7919, SHIVERS, cells=SHIVER_FINER * cells, space=at.space, aspect=at.aspect)
    amount, shiver = held(amount, -STEEPEST, STEEPEST), held(shiver, -STEEPEST, STEEPEST)
    wide = at.width
    x, y = at.x * wide, at.y
    xx: Any = 1.0
    xy: Any = 0.0
    yx: Any = 0.0
    yy: Any = 1.0
    chain = [(shear, shiver, SHIVER_ROUNDS) for shear in hasty]
    chain += [(shear, amount, 1) for shear in plain]
    for shear, slope, haste in chain:
        length = math.hypot(shear.x, shear.y)
        right, up = -shear.y / length, shear.x / length
        angle = (
            shear.x * x
            + shear.y * y
            + (shear.phase + (haste * shear.rounds) * at.turn + (haste * shear.drift) * at.wander)
        )
        push = (slope / length) * xp.sin(angle)
        x, y = x + right * push, y + up * push
        steep = (slope / length) * xp.cos(angle)
        along_x = steep * (shear.x * xx + shear.y * yx)
        along_y = steep * (shear.x * xy + shear.y * yy)
        xx, xy = xx + right * along_x, xy + right * along_y
        yx, yy = yx + up * along_x, yy + up * along_y
    return Stirred(x / wide, y, xx, xy, yx, yy)
