"""A neural field and its colours as a graph, where time and sound are inputs: the reference, run on symbols."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from avcore.fields.colour import NO_RING, ColourSpec
from avcore.fields.coords import Camera
from avcore.fields.cppn import CppnSpec, as_inks
from avcore.fields.expression.graph import Graph, Group, Input
from avcore.fields.expression.namespace import SymbolDevice, clip
from avcore.fields.expression.network import CAMERA_NUMBERS, affine, extra_column, field_group, packed, packs
from avcore.fields.expression.rings import Grade, Ring, decoded, palette_group
from avcore.fields.expression.symbols import TAU, Number, Sketch, Value, apply, symbol
from avcore.fields.loop import APART
from avcore.fields.maps import MapsSpec
from avcore.fields.moment import Moment
from avcore.fields.paint import RELIEF_STEP, Paint
from avcore.fields.palette import parse_hex
from avcore.fields.weights import Weights
from avcore.signals.spec import Driven
from avcore.timebase import Duration

PAINT_NUMBERS = ("cycles", "shift", "brightness", "contrast", "saturation", "shade", "glow", "relief", "vignette")
GRADE_NUMBERS = ("gain", "lift", "hue_cos", "hue_sin")

COORDINATES = (
    Input("Vector", "vector", "coordinate", (0.5, 0.5, 0.0), -10.0, 10.0, "place: UV, Generated or Object coordinates"),
    Input("Aspect", "float", "coordinate", 1.0, 0.01, 100.0, "width of the picture over its height"),
    Input("Scale", "float", "coordinate", 1.0, -100.0, 100.0, "how much of the field is seen, about its middle"),
)
TIME = Input("Time", "float", "time", 0.0, -1e6, 1e6, "seconds of the song")
CONTROLS = (
    Input("Seed Offset", "float", "control", 0.0, -100.0, 100.0, "another picture of the same kind; 0 is the preset's"),
    Input("Palette Shift", "float", "control", 0.0, -10.0, 10.0, "turns that the palette is moved by"),
)


@dataclasses.dataclass(frozen=True)
class Now:
    """All that is the same for every pixel of a frame: constants, and values of time and signals."""

    camera: Camera
    bias: list[Number]
    numbers: dict[str, Number]

    def all(self) -> dict[str, Number]:
        """Every number by its name."""
        camera = {name: getattr(self.camera, name) for name in CAMERA_NUMBERS}
        return {**camera, **{f"bias {index}": value for index, value in enumerate(self.bias)}, **self.numbers}


def build_graph(
    name: str,
    spec: CppnSpec,
    colour: ColourSpec,
    weights: Weights,
    *,
    seconds: Callable[[Duration], float],
    signals: Mapping[str, tuple[float, float]],
    maps: MapsSpec | None = None,
    loop_s: float | None = None,
    start_s: float = 0.0,
) -> Graph:
    """The graph of a neural field.

    Args:
        name: what it is called.
        spec: the field; its weights must not wander.
        colour: what it paints with; its images have been read.
        weights: those of the field.
        seconds: measures durations.
        signals: the range of each signal that the preset has; those that move nothing are left out.
        maps: which ink is the strength of emission; the bright lines without.
        loop_s: length of the perfect loop, whole frames long, where the field has one.
        start_s: the time of the song at which the loop begins.
    """
    sketch = Sketch("Sound and Time")
    time, offset = sketch.input("Time"), sketch.input("Seed Offset")
    controls = {signal: sketch.input(signal) for signal in signals}
    phase = None if loop_s is None else (time - start_s) / loop_s
    moment = Moment(time, controls, phase)  # type: ignore[arg-type]
    now = _now(spec, colour, weights, moment, offset, seconds(spec.period if spec.loop is None else spec.loop.period))
    changing = {key: value for key, value in now.all().items() if not symbol(value).is_constant}
    groups = [sketch.finish(changing)] if changing else []
    if spec.drift:
        raise ValueError("the weights of this field wander, which a graph cannot follow")
    groups += field_group(spec, weights, now.camera, now.bias)
    groups += _colour_groups(colour, maps or MapsSpec(), now)
    inputs = (*COORDINATES, TIME, *CONTROLS, *_signal_inputs(signals, groups[0] if changing else None))
    return Graph(name, inputs, (*groups, _picture(groups, inputs, now, colour)))


def _now(spec: CppnSpec, colour: ColourSpec, weights: Weights, moment: Moment, offset: Value, period_s: float) -> Now:
    controls: Any = moment.controls
    sketch = offset.sketch
    assert sketch is not None
    sketch.section = "Camera"
    camera = spec.coords.at(controls)
    if isinstance(camera.zoom, Value) and spec.coords.space != "tunnel":
        camera = dataclasses.replace(camera, zoom=apply("max", camera.zoom, 1e-3))
    sketch.section = "First Layer"  # its bias, as in ``Cppn.frame``
    turns = TAU * symbol(moment.turns(spec.clock, period_s))
    apart = 1.0 if spec.loop is not None else APART
    time = (apply("cos", turns) * spec.motion, apply("sin", turns / apart) * spec.motion)
    heard = [spec.audio * (2.0 * controls[name] - 1.0) for name in spec.inputs]
    (first, column), *_ = weights.layers
    moved = np.concatenate([first[:, len(spec.coords.inputs()) :], extra_column(spec, "offset")[:, None]], axis=1)
    bias = affine([*time, *heard, offset], moved, [packed(column[rows]) for rows in packs(spec.width)])
    sketch.section = "Colour"
    return Now(camera, list(bias), _paint_numbers(colour, controls))


def _paint_numbers(colour: ColourSpec, controls: Mapping[str, Any]) -> dict[str, Number]:
    """The numbers of ``ColourSpec.at``, and those of the grade and of the step towards the light."""

    def at(name: str) -> Any:
        driven: Driven = getattr(colour, name)
        return driven.at(controls)

    numbers: dict[str, Number] = {name: at(name) for name in PAINT_NUMBERS}
    for name in ("shade", "glow", "relief"):
        numbers[name] = _within(numbers[name], 0.0)
    numbers["vignette"] = _within(numbers["vignette"], -1.0)
    light = TAU * symbol(at("light"))
    numbers |= {"light_x": apply("cos", light) * RELIEF_STEP, "light_y": apply("sin", light) * RELIEF_STEP}
    return numbers | vars(Grade.of(at("brightness"), at("contrast"), at("saturation"), at("hue")))


def _within(number: Number, low: float) -> Number:
    return clip(number, low, 1.0) if isinstance(number, Value) else float(np.clip(number, low, 1.0))


def _colour_groups(colour: ColourSpec, maps: MapsSpec, now: Now) -> list[Group]:
    """The groups that paint, the last from ``Out`` (and that one step towards the light) to the outputs."""
    sketch = Sketch("Colour")
    out, towards, x, y = (
        sketch.input(*what) for what in (("Out", "vector"), ("Towards Light", "vector"), ("x",), ("y",))
    )
    shift = sketch.input("Palette Shift")
    numbers = sketch.lift({name: now.numbers[name] for name in (*PAINT_NUMBERS, *GRADE_NUMBERS)})
    groups = []
    ring: Any = NO_RING
    if colour.mode == "palette":
        grade = Grade(*(now.numbers[name] for name in GRADE_NUMBERS))
        groups.append(palette_group(colour.palette, grade))
        ring = Ring(sketch, groups[0], {name: numbers[name] for name in GRADE_NUMBERS})
    numbers["shift"] = shift + numbers["shift"]
    paint = _paint(colour, numbers, ring)
    sketch.section = "Paint"
    inks = as_inks(SymbolDevice.xp, out, paint)
    lit = None if numbers["relief"] == 0.0 else as_inks(SymbolDevice.xp, towards, paint)
    painted = paint.brush(SymbolDevice())(inks, x, y, lit)  # type: ignore[arg-type]
    if isinstance(numbers["vignette"], Value):
        # Sound may take it through 0, where it is another one.
        below = dataclasses.replace(paint, vignette=_Below(numbers["vignette"].arg, "float", sketch))  # type: ignore[arg-type]
        painted = apply("where", numbers["vignette"] > 0.0, painted, below.brush(SymbolDevice())(inks, x, y, lit))  # type: ignore[arg-type]
    sketch.section = "To Linear Light"
    emission = inks.level if maps.emission == "height" else getattr(inks, maps.emission)
    shown = {
        "Color": decoded(painted),
        "Height": clip(inks.level, 0.0, 1.0),
        "Emission Strength": clip(emission, 0.0, 1.0),
    }
    return [*groups, sketch.finish(shown)]


class _Below(Value):
    """A value that branches take for one that is not above 0."""

    def __gt__(self, other: Any) -> Any:
        return False


def _paint(colour: ColourSpec, numbers: Mapping[str, Any], ring: Any) -> Paint:
    return Paint(
        mode=colour.mode,
        ring=ring,
        shade_gain=colour.shade_gain,
        shadow=parse_hex(colour.shadow),
        glow_width=colour.glow_width,
        glow_colour=parse_hex(colour.glow_colour),
        relief_height=colour.relief_height,
        highlight=parse_hex(colour.highlight),
        light_step=(0.0, 0.0),  # the step is taken by ``_picture``
        **{name: numbers[name] for name in PAINT_NUMBERS},
    )


def _signal_inputs(signals: Mapping[str, tuple[float, float]], moving: Group | None) -> list[Input]:
    used = {node.name for node in moving.inputs} if moving else set()
    return [
        Input(name, "float", "signal", low, min(low, high), max(low, high), "a signal of the sound")
        for name, (low, high) in signals.items()
        if name in used
    ]


def _picture(groups: list[Group], inputs: tuple[Input, ...], now: Now, colour: ColourSpec) -> Group:
    """The group that is the picture: the field, once more towards the light where there is relief, and its colours."""
    by_name = {group.name: group for group in groups}
    sketch = Sketch("Picture")
    given = {item.name: sketch.input(item.name, item.kind) for item in inputs}
    values: dict[str, Number] = {**now.all(), **given}
    if "Sound and Time" in by_name:
        values |= sketch.call(by_name["Sound and Time"], given)
    x, y, z = (
        (apply(axis, given["Vector"]) - middle) * given["Scale"]
        for axis, middle in zip("xyz", (0.5, 0.5, 0.0), strict=True)
    )
    aspect = given["Aspect"]
    values |= {"u": x + 0.5, "v": 0.5 - y, "z": z, "aspect": aspect, "x": x * aspect, "y": y}

    def field(at: Mapping[str, Number]) -> Value:
        return symbol(sketch.call(by_name["Field"], at)["Out"])

    values["Out"] = values["Towards Light"] = field(values)
    if now.numbers["relief"] != 0.0:
        step_u, step_v = symbol(values["light_x"]) / aspect, values["light_y"]
        values["Towards Light"] = field({**values, "u": values["u"] + step_u, "v": values["v"] - step_v})
    return sketch.finish(sketch.call(by_name["Colour"], values), all_inputs=True)
