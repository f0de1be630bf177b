"""What the kernel is given: frames of a field as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from avcore.compute.painter import CannotPaintError
from avcore.fields.activations import Activation
from avcore.fields.coords import Space, Symmetry
from avcore.fields.cppn import CppnFrame
from avcore.fields.paint import RELIEF_STEP

SPACES: tuple[str, ...] = get_args(Space)
SYMMETRIES: tuple[str, ...] = get_args(Symmetry)
ACTIVATION_NAMES: tuple[str, ...] = get_args(Activation)

# The kernel multiplies blocks of so many inputs by so many outputs; sizes are padded with zero weights.
BLOCK = 4

# Pixels of a tile, one after the other in a row: its planes stay in the first-level cache.
TILE = 256

# One frame's camera and paint; names as in `Camera` and `Paint`.
FRAME = np.dtype(
    [
        *((name, np.int32) for name in ("space", "symmetry", "radius", "palette", "relit", "graded")),
        *((name, np.float64) for name in ("aspect", "scale", "zoom", "turn", "pan_x", "pan_y", "bend", "sector")),
        *((name, np.float64) for name in ("light_right", "light_up")),
        *((name, np.float32) for name in ("cycles", "shift", "brightness", "contrast", "saturation")),
        *((name, np.float32) for name in ("shade", "shade_gain", "glow", "glow_width", "relief", "slope", "vignette")),
        *(
            (f"{colour}_{channel}", np.float32)
            for colour in ("shadow", "glow_colour", "highlight")
            for channel in "rgb"
        ),
    ],
    align=True,
)

# Activations whose range is not bounded, and those whose argument may not grow without end.
_UNBOUNDED = {"abs", "softplus", "identity"}
_PERIODIC = {"sin", "cos", "triangle"}

# Sums beyond it are clipped, so that no product overflows; far beyond where any activation still changes.
_LARGEST = 1e30


@dataclass(frozen=True)
class Numbers:
    """Pictures of one architecture, side by side, padded to whole blocks with zeros.

    ``frames`` [shape=(pictures,), FRAME], ``rings`` [shape=(pictures, RING_STEPS, 4)], ``first`` [shape=(pictures,
    units, inputs)], ``hidden`` [shape=(pictures, layers - 1, units, units)], ``last`` [shape=(pictures, BLOCK,
    units)], ``biases`` [shape=(pictures, layers + 1, units)], ``activations`` and ``limits`` [shape=(pictures,
    layers)]; a limit above 0 is what a layer's sums are clipped to.
    """

    frames: NDArray[Any]
    rings: NDArray[np.float32]
    first: NDArray[np.float32]
    hidden: NDArray[np.float32]
    last: NDArray[np.float32]
    biases: NDArray[np.float32]
    activations: NDArray[np.int32]
    limits: NDArray[np.float32]


def gather(pictures: Sequence[CppnFrame], sine_range: float) -> Numbers:
    """The pictures as the kernel takes them; arguments of sin, cos and triangle stay within ``sine_range``.

    Raises:
        CannotPaintError: the pictures differ in their architecture.
    """
    shapes = {tuple(matrix.shape for matrix, _ in picture.layers) for picture in pictures}
    if len(shapes) != 1:
        raise CannotPaintError("the fused kernel draws pictures of one architecture together")
    (first, *_, last) = shapes.pop()
    n, layers = len(pictures), len(pictures[0].layers) - 1
    units, inputs = _padded(last[1]), _padded(first[1])
    numbers = Numbers(
        frames=np.zeros(n, dtype=FRAME),
        rings=np.zeros((n, pictures[0].paint.ring.shape[1], 4), dtype=np.float32),
        first=np.zeros((n, units, inputs), dtype=np.float32),
        hidden=np.zeros((n, layers - 1, units, units), dtype=np.float32),
        last=np.zeros((n, BLOCK, units), dtype=np.float32),
        biases=np.zeros((n, layers + 1, units), dtype=np.float32),
        activations=np.zeros((n, layers), dtype=np.int32),
        limits=np.zeros((n, layers), dtype=np.float32),
    )
    for index, picture in enumerate(pictures):
        _write_frame(numbers.frames[index], picture)
        numbers.rings[index, :, :3] = picture.paint.ring.T
        homes = [numbers.first[index], *numbers.hidden[index], numbers.last[index]]
        for home, bias, (matrix, column) in zip(homes, numbers.biases[index], picture.layers, strict=True):
            home[: matrix.shape[0], : matrix.shape[1]] = matrix
            bias[: matrix.shape[0]] = column
        numbers.activations[index] = [ACTIVATION_NAMES.index(name) for name in picture.activations]
        numbers.limits[index] = limits(picture, sine_range)
    return numbers


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def limits(picture: CppnFrame, sine_range: float) -> list[float]:
    """Per hidden layer 0 where its sums stay small whatever the pixel, else what they are to be clipped to."""
    camera, found = picture.camera, []
    size = camera.scale / camera.zoom if camera.space == "plane" else camera.scale
    # No coordinate of a pixel is larger, nor those of the relief's second look.
    largest = 1.0 + size * (1.0 + picture.aspect + abs(camera.pan_x) + abs(camera.pan_y))
    for (matrix, bias), activation in zip(picture.layers, picture.activations, strict=False):
        largest = float((np.abs(matrix).sum(axis=1, dtype=np.float64) * largest + np.abs(bias)).max())
        allowed = sine_range if activation in _PERIODIC else _LARGEST
        found.append(allowed if largest >= allowed else 0.0)
        largest = min(largest, allowed) if activation in _UNBOUNDED else 1.0
    return found


def _write_frame(frame: Any, picture: CppnFrame) -> None:
    camera, paint = picture.camera, picture.paint
    for source in (camera, paint):
        for name in FRAME.names or ():
            value = getattr(source, name, None)
            if isinstance(value, (bool, int, float)):
                frame[name] = value
    for colour in ("shadow", "glow_colour", "highlight"):
        for channel, value in zip("rgb", getattr(paint, colour), strict=True):
            frame[f"{colour}_{channel}"] = value
    frame["space"], frame["symmetry"] = SPACES.index(camera.space), SYMMETRIES.index(camera.symmetry)
    frame["sector"] = 2.0 * np.pi / camera.folds
    frame["aspect"] = picture.aspect
    frame["palette"], frame["relit"] = paint.mode == "palette", paint.relief != 0.0
    frame["graded"] = (paint.brightness, paint.contrast, paint.saturation) != (1.0, 1.0, 1.0)
    frame["light_right"], frame["light_up"] = paint.light_step
    frame["slope"] = paint.relief_height / RELIEF_STEP
