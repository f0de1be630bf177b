"""A palette's ring as operations: straight ways in OKLab from knot to knot, graded, and then made sRGB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.fields.expression.graph import Group
from avcore.fields.expression.symbols import TAU, Number, Sketch, Value, apply, symbol, vector
from avcore.fields.oklab import FROM_LAB, FROM_LMS, TO_LAB, TO_LMS
from avcore.fields.paint import RING_STEPS
from avcore.fields.palette import CosinePalette, Gradient, ImagePalette, Palette, colours_of, ring

Array = NDArray[np.float64]

# How far, in OKLab, the ways between knots may be from a palette that is no list of colours.
TOLERANCE = 0.002
MOST_KNOTS = 65


@dataclass(frozen=True)
class Grade:
    """Brightness and so on, as factors: what they make of lightness and of the two axes of colour."""

    gain: Number
    lift: Number
    hue_cos: Number
    hue_sin: Number

    @property
    def is_neutral(self) -> bool:
        """Whether it changes nothing, ever."""
        wanted = (self.gain, 1.0), (self.lift, 0.0), (self.hue_cos, 1.0), (self.hue_sin, 0.0)
        return all(symbol(value).arg == neutral for value, neutral in wanted)

    @classmethod
    def of(cls, brightness: Number, contrast: Number, saturation: Number, hue: Number) -> Grade:
        """See ``avcore.fields.colour``: lightness ``0.5 + (L * brightness - 0.5) * contrast``."""
        turn = symbol(hue) * TAU
        return cls(
            gain=symbol(brightness) * contrast,
            lift=0.5 - 0.5 * symbol(contrast),
            hue_cos=symbol(saturation) * apply("cos", turn),
            hue_sin=symbol(saturation) * apply("sin", turn),
        )


def knots(palette: Palette) -> tuple[Array, Array]:
    """Places on the ring from 0 to 1 [shape=(n,)] and their OKLab [shape=(n, 3)]; the first and last are the same.

    A list of colours is exact; a gradient is as near as ``TOLERANCE``, or as ``MOST_KNOTS`` allow.
    """
    if not isinstance(palette, Gradient):
        n = 1 if isinstance(palette, CosinePalette | ImagePalette) else len(colours_of(palette))
        stops = ring(palette, n)
        return np.arange(n + 1) / n, np.concatenate([stops, stops[:1]])
    at, steps = _steps(palette)
    edge = 0.5 * (steps[:1] + steps[-1:])
    at, values = np.concatenate([[0.0], at, [1.0]]), np.concatenate([edge, steps, edge])
    kept = _needed(at, values)
    return at[kept], values[kept]


def _steps(gradient: Gradient) -> tuple[Array, Array]:
    """The middles of the steps of a gradient's ring, and their OKLab: a step is the mean of the places in it."""
    return (np.arange(RING_STEPS) + 0.5) / RING_STEPS, ring(gradient, RING_STEPS)


def _needed(at: Array, values: Array) -> list[int]:
    """Indices whose straight ways are everywhere near the values: the furthest point is added until they are."""
    kept = [0, len(at) - 1]
    while len(kept) < MOST_KNOTS:
        ways = np.stack([np.interp(at, at[kept], values[kept, axis]) for axis in range(3)], axis=-1)
        far = np.abs(values - ways).max(axis=1)
        if far.max() <= TOLERANCE:
            break
        kept = sorted([*kept, int(far.argmax())])
    return kept


def gradient_error(gradient: Gradient) -> float:
    """How far the knots are from a gradient, at most, in OKLab."""
    (at, values), (places, steps) = knots(gradient), _steps(gradient)
    ways = np.stack([np.interp(places, at, values[:, axis]) for axis in range(3)], axis=-1)
    return float(np.abs(ways - steps).max())


def palette_group(palette: Palette, grade: Grade) -> Group:
    """A group from ``Place`` on the ring, 0 to 1, to ``Color`` (sRGB); its other inputs are those of ``grade``."""
    sketch = Sketch("Palette")
    place = sketch.input("Place")
    known = Grade(**sketch.lift(vars(grade)))
    if isinstance(palette, CosinePalette):
        sketch.section = "Waves of Red, Green and Blue"
        srgb = _waves(palette, place)
        if known.is_neutral:
            return sketch.finish({"Color": srgb})
        sketch.section = "sRGB to OKLab"
        lab = _product(TO_LAB, apply("pow", _product(TO_LMS, decoded(srgb)), 1.0 / 3.0))
    else:
        sketch.section = "From Colour to Colour (OKLab)"
        lab = _ways(palette, place)
    sketch.section = "Grade"
    graded = _graded(lab, known)
    sketch.section = "OKLab to sRGB"
    return sketch.finish({"Color": _shown(graded)})


def _ways(palette: Palette, place: Value) -> Value:
    """OKLab along straight ways: each adds its share to what is before it."""
    at, values = knots(palette)
    lab = symbol(values[0])
    for start, end, way in zip(at[:-1], at[1:], np.diff(values, axis=0), strict=True):
        slope = 1.0 / max(end - start, 1e-6)
        share = apply("saturate", apply("muladd", place, slope, -start * slope))
        lab = lab + share * symbol(way)
    return lab


def _waves(palette: CosinePalette, place: Value) -> Value:
    """As ``CosinePalette.oklab`` before it is OKLab."""
    wave = palette.cosine
    if not all(frequency.is_integer() for frequency in wave.frequency):
        place = 1.0 - apply("abs", 2.0 * place - 1.0)
    turns = apply("muladd", place, vector(wave.frequency), vector(wave.phase))
    return apply("saturate", symbol(vector(wave.offset)) + apply("cos", turns * TAU) * symbol(vector(wave.amplitude)))


def _graded(lab: Value, grade: Grade) -> Value:
    gain, lift, cos, sin = map(symbol, (grade.gain, grade.lift, grade.hue_cos, grade.hue_sin))
    if sin.is_constant and sin.arg == 0.0:
        graded = lab if _all_one(gain, cos) else lab * apply("pack", gain, cos, cos)
    else:
        light, a, b = (apply(axis, lab) for axis in "xyz")
        graded = apply("pack", light * gain, a * cos - b * sin, a * sin + b * cos)
    if _all_one(gain) and lift.is_constant and lift.arg == 0.0:
        return graded
    lifted = graded + apply("pack", lift, 0.0, 0.0)
    return apply("min", apply("max", lifted, symbol((0.0, -9.0, -9.0))), symbol((1.0, 9.0, 9.0)))


def _all_one(*values: Value) -> bool:
    return all(value.is_constant and value.arg == 1.0 for value in values)


def _shown(lab: Value) -> Value:
    """OKLab as sRGB, clipped to the gamut; see ``avcore.fields.oklab``."""
    roots = _product(FROM_LAB, lab)
    return encoded(apply("saturate", _product(FROM_LMS, roots * roots * roots)))


def _product(matrix: Array, values: Value) -> Value:
    return apply("pack", *(apply("dot", values, vector(row)) for row in matrix))


def encoded(linear: Value) -> Value:
    """Display-referred sRGB of linear light in [0, 1] (see ``avcore.srgb``), all three at once."""
    bright = 1.055 * apply("pow", linear, 1.0 / 2.4) - 0.055
    return _joined(linear, 12.92, bright, 0.0031308)


def decoded(srgb: Value) -> Value:
    """Linear light of display-referred sRGB in [0, 1]."""
    bright = apply("pow", apply("muladd", srgb, 1.0 / 1.055, 0.055 / 1.055), 2.4)
    return _joined(srgb, 1.0 / 12.92, bright, 0.04045)


def _joined(values: Value, slope: float, bright: Value, knee: float) -> Value:
    """A straight line below the knee and ``bright`` above: at 1 and above, ``floor`` gives 1 for what is bright."""
    is_bright = apply("floor", values + (1.0 - knee))
    dark = values * slope
    return dark + is_bright * (bright - dark)


@dataclass(frozen=True)
class Ring:
    """What stands for the colours of a paint's ring while a graph is written."""

    sketch: Sketch
    group: Group
    grade: dict[str, Any]

    def at_step(self, step: Value) -> Value:
        """The colour at a step of the ring, which may lie between two: the reference takes the lower one."""
        place = step * (1.0 / RING_STEPS)
        return symbol(self.sketch.call(self.group, {"Place": place, **self.grade})["Color"])
