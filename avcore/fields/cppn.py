"""The neural field: a small network ``(x, y, t, signals) -> colour``, evaluated at every pixel.

A compositional pattern-producing network (Stanley 2007). Time and signals are the same for every pixel of a
frame, so they enter as a bias of the first layer, computed once a frame.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device
from avcore.fields.activations import ACTIVATIONS, Activation, sigmoid
from avcore.fields.between import between
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import Camera, CoordsSpec
from avcore.fields.loop import APART, LoopSpec
from avcore.fields.moment import Inker, Moment, Tile
from avcore.fields.paint import RING_STEPS, Inks, Paint, inked
from avcore.fields.palette import ring
from avcore.fields.weights import Weights
from avcore.signals.spec import Driven
from avcore.spec import setting
from avcore.timebase import Duration

TAU = 2.0 * math.pi
TIME_INPUTS = ("t.cos", "t.sin")

# A network on a device: the camera's planes [shape=(inputs, n), float32] -> outputs [shape=(3, n), float32].
Network = Callable[[Any], Any]


def _check_activations(activations: tuple[Activation, ...]) -> None:
    if not activations:
        raise ValueError("names no activation; write at least one")


@dataclass(frozen=True)
class CppnSpec:
    """Architecture, seed and motion of a neural field."""

    layers: int = setting(3, help="hidden layers", low=1, high=32)
    width: int = setting(4, help="units of each hidden layer", low=1, high=1024)
    activations: tuple[Activation, ...] = setting(
        ("sin", "cos", "gaussian", "tanh"),
        help="activations of the hidden layers, repeated in turn",
        check=_check_activations,
    )
    gain: float = setting(5.0, help="gain of the hidden layers; near 1 every picture turns grey", low=0.0, high=100.0)
    output_gain: float = setting(1.0, help="gain of the output layer: the strength of the colours", low=0.0, high=100.0)
    ground: float = setting(
        0.0, help="size of the output layer's biases: the colour where nothing is", low=0.0, high=20.0
    )
    seed: int = setting(0, help="which network", low=0, high=2**32 - 1)
    weights: str | None = setting(None, help="a safetensors file in the preset's folder, in place of the seed")
    inputs: tuple[str, ...] = setting((), help="signals that enter the network", refers="signals")
    audio: float = setting(0.15, help="how far the signals in `inputs` move the network", low=0.0, high=20.0)
    coords: CoordsSpec = setting(CoordsSpec(), help="space, symmetry and camera")
    motion: float = setting(0.5, help="how far the network travels by itself; 0 holds it still", low=0.0, high=50.0)
    period: Duration = setting(
        Duration(40.0), help="time of one round of that travel, unless `loop` says otherwise", low=0.001
    )
    clock: Driven = setting(
        Driven.fixed(1.0),
        help="seconds of travel: base counts the song's own seconds, signals (with integrate: true) add theirs",
    )
    loop: LoopSpec | None = setting(None, help="make it a perfect loop")
    drift: float = setting(0.0, help="how far the weights themselves wander, in parts of their size", low=0.0, high=2.0)
    drift_period: Duration = setting(Duration(30.0), help="time of one round of that wandering", low=0.001)

    family: ClassVar[str] = "neural"
    likes: ClassVar[str] = "inputs"

    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs of the first layer: coordinates, the two of time, signals."""
        return (*self.coords.inputs(), *TIME_INPUTS, *self.inputs)

    def build(self, colour: ColourSpec, *, seconds: Callable[[Duration], float], file: Callable[[str], Path]) -> Cppn:
        """The field itself. ``seconds`` measures durations; ``file`` finds a file that the preset names.

        Raises:
            PresetError: the weight file cannot be used.
        """
        weights = self.draw_weights() if self.weights is None else self.load_weights(file(self.weights))
        return Cppn(self, colour, weights, seconds=seconds)

    def draw_weights(self) -> Weights:
        """The network that the seed stands for."""
        return Weights.draw(
            self.input_names(),
            layers=self.layers,
            width=self.width,
            gain=self.gain,
            output_gain=self.output_gain,
            ground=self.ground,
            seed=self.seed,
        )

    def load_weights(self, path: Path) -> Weights:
        """The network in a weight file, held to this architecture."""
        return Weights.load(path, self.input_names(), layers=self.layers, width=self.width)


class Cppn:
    """A neural field ready to be evaluated: weights there, palette made, durations in seconds."""

    def __init__(
        self, spec: CppnSpec, colour: ColourSpec, weights: Weights, *, seconds: Callable[[Duration], float]
    ) -> None:
        self.spec = spec
        self.colour = colour
        self.weights = weights
        self._ring = ring(colour.palette, RING_STEPS)
        self._period_s = seconds(spec.period if spec.loop is None else spec.loop.period)
        self._drift_period_s = seconds(spec.drift_period)

    @property
    def weights_sha256(self) -> str:
        """What tells this network from any other."""
        digest = hashlib.sha256()
        for matrix, bias in self.weights.layers:
            digest.update(np.ascontiguousarray(matrix).tobytes() + np.ascontiguousarray(bias).tobytes())
        return digest.hexdigest()

    def frame(self, moment: Moment, *, aspect: float, pixel: float = 0.0) -> CppnFrame:
        """See ``Field.frame``; a network draws nothing by the size of a pixel."""
        spec = self.spec
        turns = moment.turns(Driven.fixed(1.0), self._drift_period_s)
        (first, bias), *rest = self.weights.wander(spec.drift, turns, spec.seed).layers
        n_coords = len(spec.coords.inputs())
        layers = [(first[:, :n_coords], bias + first[:, n_coords:] @ self._frame_inputs(moment)), *rest]
        return CppnFrame(
            layers=tuple((matrix.astype(np.float32), column.astype(np.float32)) for matrix, column in layers),
            activations=tuple(spec.activations[index % len(spec.activations)] for index in range(spec.layers)),
            camera=spec.coords.at(moment.controls),
            paint=self.colour.at(moment.controls, self._ring),
            aspect=aspect,
        )

    def _frame_inputs(self, moment: Moment) -> NDArray[np.float64]:
        spec = self.spec
        turns = TAU * moment.turns(spec.clock, self._period_s)
        apart = 1.0 if moment.loop_phase is not None else APART  # a layer is in the loop of the lowest field
        time = (spec.motion * math.cos(turns), spec.motion * math.sin(turns / apart))
        # Signals are centred: silence and full level move the network as far in opposite directions.
        signals = [spec.audio * (2.0 * moment.controls[name] - 1.0) for name in spec.inputs]
        return np.array([*time, *signals], dtype=np.float64)


@dataclass(frozen=True)
class CppnFrame:
    """A neural field at one moment, as plain numbers: all that a kernel needs to draw it.

    ``layers`` are (weight [shape=(out, in)], bias [shape=(out,)]), float32, the output layer last; the first takes the
    camera's planes alone, with time and signals in its bias. ``activations`` are those of the hidden layers.
    """

    layers: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
    activations: tuple[Activation, ...]
    camera: Camera
    paint: Paint
    aspect: float

    @property
    def mirrors(self) -> tuple[bool, bool]:
        """Whether the picture is its own mirror image: left and right, top and bottom. Relief has a side of its own."""
        return self.camera.mirrors if self.paint.relief == 0.0 else (False, False)

    def equals(self, other: CppnFrame) -> bool:
        """Whether both are the same picture, number by number."""
        arrays = [(self.paint.ring, other.paint.ring)]
        arrays += [pair for a, b in zip(self.layers, other.layers, strict=True) for pair in zip(a, b, strict=True)]
        return (self.camera, self.paint, self.aspect, self.activations) == (
            other.camera,
            other.paint,
            other.aspect,
            other.activations,
        ) and all(np.array_equal(a, b) for a, b in arrays)

    def painted(self, paint: Paint) -> CppnFrame:
        """See ``Picture.painted``."""
        return replace(self, paint=paint)

    def toward(self, other: CppnFrame, share: float) -> CppnFrame:
        """See ``Picture.toward``; networks of one architecture pass into each other weight by weight."""
        return between(self, other, share)

    def tile(self, device: Device, network: Network | None = None) -> Tile:
        """See ``Picture.tile``; ``network`` stands in for the reference's network, with the same camera and paint."""
        return inked(self.inks(device, network), self.paint, device, aspect=self.aspect)

    def inks(self, device: Device, network: Network | None = None) -> Inker:
        """See ``Picture.inks``."""
        xp, outputs = device.xp, network or self._network(device)

        def inks(u: Any, v: Any) -> Inks:
            return as_inks(xp, outputs(self.camera.planes(xp, u, v, aspect=self.aspect)), self.paint)

        return inks

    def _network(self, device: Device) -> Network:
        """From the camera's planes [shape=(inputs, n)] to outputs [shape=(3, n)]: the reference."""
        xp = device.xp
        *hidden, (out, out_bias) = [
            (device.asarray(matrix), device.asarray(column[:, None])) for matrix, column in self.layers
        ]
        functions = [ACTIVATIONS[name] for name in self.activations]

        def network(h: Any) -> Any:
            for (matrix, column), activation in zip(hidden, functions, strict=True):
                h = activation(xp, xp.matmul(matrix, h) + column)
            return xp.matmul(out, h) + out_bias

        return network


def as_inks(xp: Any, out: Any, paint: Paint) -> Inks:
    """What a network's outputs [shape=(3, n)] stand for."""
    line = out[2, :] / paint.glow_width
    place = sigmoid(xp, out[0, :])
    return Inks(
        place=place,
        level=place,
        light=sigmoid(xp, paint.shade_gain * out[1, :]),
        glow=1.0 / (1.0 + line * line),
        height=out[0, :],
        rgb=sigmoid(xp, out) if paint.mode == "rgb" else None,
    )
