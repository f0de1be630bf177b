"""What lies on a standing wave and shows it: sand, or water under a ring of light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avcore.fields.cymatic.grains import grains
from avcore.fields.paint import Inks
from avcore.fields.ramps import mix
from avcore.signals.spec import Driven

if TYPE_CHECKING:
    from avcore.fields.cymatic.figure import FigureSpec
    from avcore.fields.pattern import Place


# A line without grains is drawn as one.
SMOOTH = Driven.fixed(0.0)


@dataclass(frozen=True)
class Wave:
    """A standing wave at n pixels, each [shape=(n,), float32].

    ``height`` is 0 along the nodal lines, 1 in the root mean square. ``right`` and ``up`` are its slopes in the plane
    of the pattern, ``bend`` its Laplacian, and ``number`` (0-d) the wave number, in radians per unit: the root mean
    square of a slope that faces any way.
    """

    height: Any
    right: Any
    up: Any
    bend: Any
    number: Any
    inside: Any = None  # 1 on the plate, 0 beside it; None where the plate has no edge


def sand(xp: Any, at: Place, wave: Wave, spec: FigureSpec, knobs: Any) -> Inks:
    """Sand gathers where the wave rests (Chladni 1787); between, the plate shows its colours by the height."""
    slope = wave.right * wave.right + wave.up * wave.up
    # The distance to the nodal line; where lines cross, the slope is 0 and its own size takes over.
    distance = xp.abs(wave.height) / xp.sqrt(slope + 0.12 * wave.number * wave.number)
    width = (knobs.width * knobs.width + 0.5 * at.pixel * at.pixel) ** 0.5
    near = distance / width
    line = xp.exp(-near * near)
    swell = wave.height * wave.height
    rise = swell / (0.6 + swell)
    light = 1.0 / (1.0 + distance * distance / _reach(at, knobs))
    glow = line
    if spec.grain != SMOOTH:
        # A thin dust lies further off, and some grains hop about everywhere.
        pile = 0.9 * line + 0.15 / (1.0 + 0.25 * near * near) + knobs.scatter * (1.0 - 0.7 * rise)
        glow = mix(line, grains(xp, at, pile, count=spec.grains, seed=spec.seed), knobs.grain)
    return _on_plate(wave, knobs.depth * rise + _split(xp, wave, knobs), light, glow, 0.35 * rise + 0.25 * line)


def water(xp: Any, at: Place, wave: Wave, spec: FigureSpec, knobs: Any) -> Inks:
    """Water mirrors a ring of light where its slope is ``knobs.mirror``, and focuses light below where it bends."""
    slope = xp.sqrt(wave.right * wave.right + wave.up * wave.up + 1e-6) / wave.number
    # A slope changes by its own size over the length of a radian of the wave.
    width = (knobs.width * knobs.width + 0.5 * at.pixel * at.pixel) ** 0.5 * wave.number
    near = (slope - knobs.mirror) / width
    glow = 1.0 / (1.0 + near * near)
    glow = glow * glow
    # Light that falls on a lens of that bend is as much brighter as its cone is narrower (to first order).
    cone = 1.0 + 0.9 * wave.bend / (wave.number * wave.number)
    off = (slope - knobs.mirror) / wave.number
    shine = 1.0 / (1.0 + off * off / _reach(at, knobs))
    light = 1.0 - (1.0 - 0.6 / (1.0 + 6.0 * cone * cone)) * (1.0 - shine)
    swell = wave.height / xp.sqrt(1.0 + wave.height * wave.height)
    place = knobs.depth * 0.5 * (1.0 + swell) + _split(xp, wave, knobs)
    return _on_plate(wave, place, light, glow, 0.5 * swell)


def _reach(at: Place, knobs: Any) -> Any:
    """Square of the distance at which the light around a line is half as strong."""
    return knobs.halo * knobs.halo + at.pixel * at.pixel


def _split(xp: Any, wave: Wave, knobs: Any) -> Any:
    return (0.5 * knobs.split) * wave.height / xp.sqrt(0.2 + wave.height * wave.height)


def _on_plate(wave: Wave, place: Any, light: Any, glow: Any, height: Any) -> Inks:
    """Inks that end at the plate's edge, where it has one."""
    if wave.inside is None:
        return Inks(place=place, light=light, glow=glow, height=height)
    inside = wave.inside
    return Inks(place=place * inside, light=light * inside, glow=glow * inside, height=height * inside)
