"""The weights of a neural field: drawn from a seed, or read from a safetensors file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.errors import PresetError
from avcore.fields.streams import uniform

Matrix = NDArray[np.float64]
Layer = tuple[Matrix, Matrix]  # weight [shape=(out, in)], bias [shape=(out,)]

# Fan-in by which the first layer is scaled: the inputs of the earlier system (x, y, t and nine features). A constant,
# so that one input more does not rescale the weights of the others.
FIRST_FAN_IN = 12
OUTPUTS = 3

# What a weight file may hold: kinds of numbers by their names in safetensors, and their size, so that float32 suffices.
FLOATS = frozenset({"F16", "F32", "F64"})
LARGEST = 1e6


def _limit(gain: float, fan_in: int, fan_out: int) -> float:
    """Bound of the Xavier uniform distribution (Glorot and Bengio 2010)."""
    return gain * math.sqrt(6.0 / (fan_in + fan_out))


@dataclass(frozen=True)
class Weights:
    """Hidden layers and the output layer, in order; ``inputs`` names the columns of the first."""

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]

    @classmethod
    def draw(
        cls,
        inputs: tuple[str, ...],
        *,
        layers: int,
        width: int,
        gain: float,
        output_gain: float,
        ground: float,
        seed: int,
    ) -> Weights:
        """Xavier-uniform weights; every input of every layer has a random stream of its own.

        Biases are zero but for the output's, which are uniform in +-``ground``.
        """
        drawn: list[Layer] = []
        names = inputs
        for index in range(layers + 1):
            last = index == layers
            fan_in, fan_out = (FIRST_FAN_IN if index == 0 else width), (OUTPUTS if last else width)
            limit = _limit(output_gain if last else gain, fan_in, fan_out)
            purpose = "output" if last else f"layer.{index}"
            columns = [uniform(seed, f"cppn/{purpose}/{name}", fan_out) for name in names]
            bias = ground * uniform(seed, "cppn/output/bias", OUTPUTS) if last else np.zeros(width)
            drawn.append((limit * np.stack(columns, axis=-1), bias))
            names = tuple(str(unit) for unit in range(width))
        return cls(inputs, tuple(drawn))

    def wander(self, amount: float, turns: float, seed: int) -> Weights:
        """The weights ``turns`` rounds later: each follows a closed path of its own, ``amount`` times its size long.

        A function of time, not of the frame before. Whole turns bring every weight back.
        """
        if amount == 0.0:
            return self
        moved: list[Layer] = []
        for index, (matrix, bias) in enumerate(self.layers):
            phase, octave = (
                uniform(seed, f"cppn/drift/{index}/{what}", matrix.size).reshape(matrix.shape)
                for what in ("phase", "octave")
            )
            size = np.sqrt(np.mean(matrix**2))
            rounds = np.where(octave < 0.0, 1.0, 2.0)
            wave = np.sin(2 * math.pi * (turns * rounds + 0.5 * phase)) - np.sin(math.pi * phase)
            moved.append((matrix + amount * size * wave, bias))
        return Weights(self.inputs, tuple(moved))

    def save(self, path: Path) -> None:
        """Write a safetensors file: ``layer.N.weight``, ``layer.N.bias``, ``output.weight``, ``output.bias``."""
        from safetensors.numpy import save_file

        tensors = {
            f"{name}.{part}": np.ascontiguousarray(values, dtype=np.float32)
            for name, layer in zip(self._names(len(self.layers) - 1), self.layers, strict=True)
            for part, values in zip(("weight", "bias"), layer, strict=True)
        }
        save_file(tensors, path, metadata={"format": "avcore-cppn-1", "inputs": ",".join(self.inputs)})

    @classmethod
    def load(cls, path: Path, inputs: tuple[str, ...], *, layers: int, width: int) -> Weights:
        """Read weights and hold them to the architecture that the preset states.

        Raises:
            PresetError: the file is missing, not safetensors, or of another shape or with other inputs.
        """
        from safetensors import SafetensorError, safe_open

        shapes = [(width, len(inputs))] + [(width, width)] * (layers - 1) + [(OUTPUTS, width)]
        try:
            with safe_open(path, framework="numpy") as file:
                stored = (file.metadata() or {}).get("inputs")
                if stored is not None and tuple(stored.split(",")) != inputs:
                    raise PresetError(
                        f"{path} was made for the inputs {stored[:200]!a}; the preset has {','.join(inputs)}"
                    )
                kinds = {file.get_slice(key).get_dtype() for key in file.keys()}  # noqa: SIM118
                if not kinds <= FLOATS:
                    raise PresetError(f"{path} holds numbers of the kind {min(kinds - FLOATS)}; use F16, F32 or F64")
                tensors = {key: np.asarray(file.get_tensor(key), dtype=np.float64) for key in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise PresetError(f"{path} cannot be read as a safetensors weight file: {str(error)[:200]!a}") from None
        loaded: list[Layer] = []
        for name, shape in zip(cls._names(layers), shapes, strict=True):
            weight, bias = (tensors.pop(f"{name}.{part}", np.empty(0)) for part in ("weight", "bias"))
            if weight.shape != shape or bias.shape != shape[:1]:
                raise PresetError(
                    f"{path}: {name}.weight has shape {weight.shape}, {name}.bias {bias.shape}; "
                    f"{layers} layers of {width} need {shape} and {shape[:1]}"
                )
            if not all((np.abs(values) <= LARGEST).all() for values in (weight, bias)):  # NaN is not, either
                raise PresetError(f"{path}: {name} holds numbers that are not finite or beyond {LARGEST:.0f}")
            loaded.append((weight, bias))
        if tensors:
            raise PresetError(
                f"{path} holds {sorted(tensors)[0][:200]!a}, which {layers} layers of {width} do not have"
            )
        return cls(inputs, tuple(loaded))

    @staticmethod
    def _names(layers: int) -> list[str]:
        return [*(f"layer.{index}" for index in range(layers)), "output"]
