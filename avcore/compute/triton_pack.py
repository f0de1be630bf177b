"""Frames of a neural field as two flat buffers, in the order in which the Triton kernel reads them.

Needs NumPy alone. A picture's numbers are float32: scalars, biases, first layer, output layer, palette. Its
hidden matrices are float16, transposed, one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.compute.painter import CannotPaintError
from avcore.fields.activations import Activation
from avcore.fields.coords import Space, Symmetry
from avcore.fields.cppn import CppnFrame
from avcore.fields.paint import Mode

MAX_LAYERS = 32
MAX_WIDTH = 256
WIDTHS = (16, 32, 64, 128, 256)

# Where the biases begin in a picture's numbers; the first layer, the output layer and the palette follow.
BIASES_AT = 48

# Numbers by which a kernel is told its activations.
CODES: dict[Activation, int] = {
    "sin": 0,
    "cos": 1,
    "gaussian": 2,
    "tanh": 3,
    "sigmoid": 4,
    "triangle": 5,
    "abs": 6,
    "softplus": 7,
    "bump": 8,
    "identity": 9,
}


@dataclass(frozen=True)
class Shape:
    """What a kernel is compiled for: all pictures of one field agree in it, whatever the signals do.

    ``width`` is padded to a power of two, ``planes`` counts the coordinates, ``codes`` are the
    ``CODES`` of the activations of the hidden layers.
    """

    width: int
    planes: int
    space: Space
    symmetry: Symmetry
    mode: Mode
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Packed:
    """Pictures ready for the kernel: ``numbers`` [shape=(pictures, n), float32], ``matrices`` [shape=(pictures, m)]."""

    shape: Shape
    numbers: NDArray[np.float32]
    matrices: NDArray[np.float16]


def padded(width: int) -> int:
    """The smallest width that the tensor cores take and that holds ``width`` units.

    Raises:
        CannotPaintError: it is above 256.
    """
    for size in WIDTHS:
        if width <= size:
            return size
    raise CannotPaintError(f"the Triton kernel takes networks up to {MAX_WIDTH} wide, not {width}")


def cycle(codes: Sequence[int]) -> int:
    """The period in which ``codes`` after the first repeat."""
    rest = codes[1:]
    for period in range(1, len(rest)):
        if all(code == rest[index % period] for index, code in enumerate(rest)):
            return period
    return max(1, len(rest))


def pack(pictures: Sequence[CppnFrame]) -> Packed:
    """The pictures of one open shutter.

    Raises:
        CannotPaintError: relief (its slopes are differences too small for float16), too wide or too deep, weights
            beyond float16, or pictures of different fields.
    """
    shapes = {_shape(picture) for picture in pictures}
    if len(shapes) != 1:
        raise CannotPaintError("the Triton kernel draws the pictures of one field at a time")
    (shape,) = shapes
    if len(shape.codes) > MAX_LAYERS:
        raise CannotPaintError(f"the Triton kernel takes up to {MAX_LAYERS} layers, not {len(shape.codes)}")
    if any(picture.paint.relief != 0.0 for picture in pictures):
        raise CannotPaintError("relief needs slopes that float16 cannot give")
    numbers = np.stack([_numbers(picture, shape.width) for picture in pictures])
    matrices = np.stack([_matrices(picture, shape.width) for picture in pictures])
    if not (np.isfinite(numbers).all() and np.isfinite(matrices).all()):
        raise CannotPaintError("the network's weights do not fit into float16")
    return Packed(shape, numbers, matrices)


def _shape(picture: CppnFrame) -> Shape:
    first = picture.layers[0][0]
    return Shape(
        width=padded(len(first)),
        planes=first.shape[1],
        space=picture.camera.space,
        symmetry=picture.camera.symmetry,
        mode=picture.paint.mode,
        codes=tuple(CODES[name] for name in picture.activations),
    )


def _numbers(picture: CppnFrame, width: int) -> NDArray[np.float32]:
    *hidden, (out, out_bias) = picture.layers
    parts = [
        np.pad(_scalars(picture, out_bias), (0, BIASES_AT))[:BIASES_AT],
        *(_pad(bias[None], 1, width) for _, bias in hidden),
        _pad(hidden[0][0].T, hidden[0][0].shape[1], width),
        _pad(out, len(out), width),
        # Red, green and blue of a step side by side: one line of the cache.
        picture.paint.ring.T,
    ]
    return np.concatenate([np.asarray(part, dtype=np.float32).ravel() for part in parts])


def _scalars(picture: CppnFrame, out_bias: NDArray[np.float32]) -> NDArray[np.float64]:
    """Numbers of the camera and the paint; the kernel names their places in this order."""
    camera, paint = picture.camera, picture.paint
    size = camera.scale if camera.space == "tunnel" else camera.scale / camera.zoom
    return np.array(
        [
            *(picture.aspect, size, camera.scale, camera.zoom, camera.pan_x, camera.pan_y),
            *(camera.bend, camera.turn, 2.0 * math.pi / camera.folds),
            *out_bias,
            *(paint.cycles, paint.shift, paint.brightness, paint.contrast, paint.saturation),
            *(paint.shade, paint.shade_gain, *paint.shadow),
            *(paint.glow, 1.0 / paint.glow_width, *paint.glow_colour),
            *(max(0.0, paint.vignette), min(0.0, paint.vignette)),
        ],
        dtype=np.float64,
    )


def _matrices(picture: CppnFrame, width: int) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):
        between = [_pad(matrix.T, width, width).astype(np.float16) for matrix, _ in picture.layers[1:-1]]
    return np.concatenate([matrix.ravel() for matrix in between] or [np.zeros(1, dtype=np.float16)])


def _pad(matrix: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    padded = np.zeros((rows, columns), dtype=np.float32)
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    return padded
