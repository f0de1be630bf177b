"""A neural field as groups: where a pixel is, each layer, and the whole way from a pixel to the three outputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from avcore.fields.activations import ACTIVATIONS
from avcore.fields.coords import Camera
from avcore.fields.cppn import CppnSpec
from avcore.fields.expression.graph import Group
from avcore.fields.expression.namespace import SYMBOLS
from avcore.fields.expression.symbols import Number, Sketch, Unknown, Value, apply, symbol, vector
from avcore.fields.streams import uniform
from avcore.fields.weights import FIRST_FAN_IN, Weights

Array = NDArray[np.float64]

# Numbers of the camera that sound can drive.
CAMERA_NUMBERS = ("zoom", "turn", "pan_x", "pan_y", "bend")

# Units that are worked out together: a vector has three components.
LANES = 3


def packs(width: int) -> list[slice]:
    """The units of a layer by threes; what is left over is a number where it is one, else a vector."""
    return [slice(start, min(start + LANES, width)) for start in range(0, width, LANES)]


def packed(values: Array) -> Number | Value:
    """A constant for one pack of units [shape=(n,), n up to 3]."""
    return float(values[0]) if len(values) == 1 else symbol(vector(values))


def extra_column(spec: CppnSpec, name: str) -> Array:
    """Weights [shape=(width,)] of an input that the preset itself does not have, as those of its own are drawn."""
    limit = spec.gain * np.sqrt(6.0 / (FIRST_FAN_IN + spec.width))
    return np.asarray(limit * uniform(spec.seed, f"cppn/layer.0/{name}", spec.width))


def affine(units: Sequence[Number], matrix: Array, start: Sequence[Number]) -> list[Value]:
    """``matrix @ units + start``, pack by pack; ``matrix`` [shape=(out, in)], ``start`` one value for each pack."""
    totals = []
    for rows, first in zip(packs(len(matrix)), start, strict=True):
        total = symbol(first)
        for unit, column in zip(units, matrix[rows].T, strict=True):
            total = total + symbol(unit) * packed(column)
        totals.append(total)
    return totals


def field_group(spec: CppnSpec, weights: Weights, camera: Camera, bias: Sequence[Number]) -> list[Group]:
    """The groups of a field, the last of them from ``u``, ``v``, ``z`` and ``aspect`` to ``Out``, a vector.

    ``camera`` and ``bias`` (of the first layer, one value for each pack) may hold values of another group: they become
    inputs, by the names of ``CAMERA_NUMBERS`` and as ``bias 0``, ``bias 1`` ...
    """
    numbers: dict[str, Number] = {name: getattr(camera, name) for name in CAMERA_NUMBERS}
    numbers |= {f"bias {index}": value for index, value in enumerate(bias)}
    sketch = Sketch("Field")
    place: dict[str, Number] = {name: sketch.input(name) for name in ("u", "v", "z", "aspect")}
    known = place | sketch.lift(numbers)
    groups = [_camera_group(spec, camera)]
    units: dict[str, Number] = dict(sketch.call(groups[0], known))
    matrices = _matrices(spec, weights)
    for index, (matrix, column) in enumerate(matrices[:-1]):
        start = [packed(column[rows]) for rows in packs(len(column))]
        if index == 0:
            units["z"] = known["z"]
            start = [known[f"bias {pack}"] for pack in range(len(bias))]
        group = _layer_group(spec, index, matrix, start, list(units))
        units = dict(sketch.call(group, {**known, **units}))
        groups.append(group)
    matrix, column = matrices[-1]
    (out,) = affine(list(units.values()), matrix, [packed(column)])
    return [*groups, sketch.finish({"Out": out})]


def _matrices(spec: CppnSpec, weights: Weights) -> list[tuple[Array, Array]]:
    """Weights and biases of all layers as the kernels have them, those of the first with the depth's after the plane's.

    What time and signals weigh is in the bias.
    """
    n_coords = len(spec.coords.inputs())
    (first, bias), *rest = weights.layers
    first = np.concatenate([first[:, :n_coords], extra_column(spec, "z")[:, None]], axis=1)
    return [
        (matrix.astype(np.float32).astype(np.float64), column.astype(np.float32).astype(np.float64))
        for matrix, column in [(first, bias), *rest]
    ]


def _camera_group(spec: CppnSpec, camera: Camera) -> Group:
    """From a pixel to the planes of the network, as ``Camera.planes`` has them."""
    sketch = Sketch("Coordinates")
    u, v, aspect = (sketch.input(name) for name in ("u", "v", "aspect"))
    numbers = sketch.lift({name: getattr(camera, name) for name in CAMERA_NUMBERS})
    if isinstance(numbers["turn"], Value) and not numbers["bend"]:
        numbers["bend"] = Unknown(0.0, "float")  # the camera has no other way for a rotation that is not known yet
    known = dataclasses.replace(camera, **numbers)  # type: ignore[arg-type]
    planes = known.planes(SYMBOLS, u, v, aspect=aspect)  # type: ignore[arg-type]
    return sketch.finish(dict(zip(spec.coords.inputs(), planes, strict=True)))


def _layer_group(spec: CppnSpec, index: int, matrix: Array, start: Sequence[Number], names: Sequence[str]) -> Group:
    name = spec.activations[index % len(spec.activations)]
    sketch = Sketch(f"Layer {index + 1}: {name}")
    units = [sketch.input(unit) for unit in names]
    lifted = sketch.lift({f"bias {pack}": value for pack, value in enumerate(start)})
    outputs: dict[str, Value] = {}
    sketch.section = "Weights"
    totals = affine(units, matrix, list(lifted.values()))
    sketch.section = name.capitalize()
    for rows, total in zip(packs(len(matrix)), totals, strict=True):
        active = symbol(ACTIVATIONS[name](SYMBOLS, total))
        numbers = range(rows.start, rows.stop)
        lanes = (
            [active] if len(numbers) == 1 else [apply(axis, active) for axis, _ in zip("xyz", numbers, strict=False)]
        )
        outputs |= {f"unit {number + 1}": lane for number, lane in zip(numbers, lanes, strict=True)}
    return sketch.finish(outputs)
