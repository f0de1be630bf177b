"""The health of a network: units that say nothing, layer by layer, by the reference maths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import cpu
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.cppn import CppnFrame
from avcore.verify.probe import Probe

# Moments of the song and pixels across (and down, by the picture's shape) at which units are looked at.
MOMENTS, ACROSS = 8, 48

# A unit whose activation varies by less than this (standard deviation; most activations span 1 or 2) is dead: through
# a gain of 5 it moves the next layer by less than a tenth.
DEAD_STD = 0.02

# A unit is saturated where it lies this close to a rail, or this near 0, in most places: it says yes or no, and the
# picture has edges and flats but no gradients.
RAIL = 0.02
SATURATED_SHARE = 0.9


def _at_rails(low: float, high: float) -> Any:
    margin = RAIL * (high - low)
    return lambda value: (value < low + margin) | (value > high - margin)


# Where an activation is flat. A sine folds over and a line goes on; neither has an end to stick to.
FLAT: Mapping[str, Any] = MappingProxyType(
    {
        "tanh": _at_rails(-1.0, 1.0),
        "sigmoid": _at_rails(0.0, 1.0),
        "gaussian": lambda value: value < RAIL,
        "bump": lambda value: value < RAIL,
        "softplus": lambda value: value < RAIL,
    }
)


@dataclass(frozen=True)
class LayerHealth:
    """One hidden layer over a grid of pixels and several moments.

    ``dead`` and ``saturated`` count units (a dead one is not counted as saturated); ``spread`` is the median over
    units of the standard deviation of the activation, ``flat_share`` the part of all activations on a flat.
    """

    layer: int
    activation: str
    units: int
    dead: int
    saturated: int
    spread: float
    flat_share: float


def layer_health(probe: Probe) -> tuple[LayerHealth, ...]:
    """Every hidden layer of the preset's network, the first first; nothing where the field is no network."""
    n = probe.timebase.n_frames
    places = [int((index + 0.5) * n / MOMENTS) for index in range(MOMENTS)] if n >= MOMENTS else range(n)
    pictures = [probe.pictures(probe.moment(probe.timebase.start_frame + place))[0] for place in places]
    networks = [picture for picture in pictures if isinstance(picture, CppnFrame)]
    if not networks:
        return ()
    moments = [activations(network) for network in networks]
    return tuple(
        _health(index + 1, name, np.concatenate([layers[index] for layers in moments], axis=1))
        for index, name in enumerate(networks[0].activations)
    )


def activations(picture: CppnFrame) -> list[NDArray[np.float32]]:
    """Activations of each hidden layer [shape=(units, pixels), float32] over a grid of pixels."""
    xp = cpu().xp
    down = max(1, round(ACROSS / picture.aspect))
    u = np.tile((np.arange(ACROSS, dtype=np.float32) + 0.5) / ACROSS, down)
    v = np.repeat((np.arange(down, dtype=np.float32) + 0.5) / down, ACROSS)
    h = picture.camera.planes(xp, u, v, aspect=picture.aspect)
    found = []
    for (matrix, bias), name in zip(picture.layers, picture.activations, strict=False):
        h = ACTIVATIONS[name](xp, matrix @ h + bias[:, None])
        found.append(h)
    return found


def _health(layer: int, activation: str, values: NDArray[np.float32]) -> LayerHealth:
    """Judge the activations [shape=(units, samples)] of one layer."""
    spread = values.std(axis=1, dtype=np.float64)
    dead = spread < DEAD_STD
    flat = FLAT[activation](values) if activation in FLAT else np.zeros(values.shape, dtype=bool)
    saturated = ~dead & (flat.mean(axis=1) >= SATURATED_SHARE)
    return LayerHealth(
        layer=layer,
        activation=activation,
        units=len(values),
        dead=int(dead.sum()),
        saturated=int(saturated.sum()),
        spread=float(np.median(spread)),
        flat_share=float(flat.mean()),
    )
