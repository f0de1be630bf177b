"""The operations of expression graphs: every back end has one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Operation:
    """What an operation computes, on NumPy arrays: numbers [shape=(n,)] or vectors [shape=(3, n)], which may be mixed.

    Where ``on_vectors`` is false, it knows numbers alone, and a graph does it component by component.
    """

    compute: Callable[..., Any]
    on_vectors: bool = True


def _power(x: Any, exponent: Any) -> Any:
    return np.maximum(x, 0.0) ** exponent


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "add": Operation(lambda a, b: a + b),
        "sub": Operation(lambda a, b: a - b),
        "mul": Operation(lambda a, b: a * b),
        "div": Operation(lambda a, b: a / b),
        "muladd": Operation(lambda a, b, c: a * b + c),
        "min": Operation(np.minimum),
        "max": Operation(np.maximum),
        "saturate": Operation(lambda x: np.clip(x, 0.0, 1.0)),
        "abs": Operation(np.abs),
        "floor": Operation(np.floor),
        "fract": Operation(lambda x: x - np.floor(x)),
        "sin": Operation(np.sin),
        "cos": Operation(np.cos),
        "pow": Operation(_power),  # of what is at least 0, to a number that is the same for all components
        "where": Operation(lambda is_so, a, b: np.where(np.asarray(is_so) > 0.5, a, b)),  # decided by a number
        "tanh": Operation(np.tanh, on_vectors=False),
        "exp": Operation(np.exp, on_vectors=False),
        "log": Operation(np.log, on_vectors=False),
        "sqrt": Operation(np.sqrt, on_vectors=False),
        "atan2": Operation(np.arctan2, on_vectors=False),
        "gt": Operation(lambda a, b: np.where(np.asarray(a) > b, 1.0, 0.0), on_vectors=False),
        "dot": Operation(lambda a, b: (a * b).sum(axis=0)),
        "pack": Operation(lambda x, y, z: np.stack(np.broadcast_arrays(x, y, z)), on_vectors=False),
        "x": Operation(lambda v: v[0]),
        "y": Operation(lambda v: v[1]),
        "z": Operation(lambda v: v[2]),
    }
)
COMPONENTS = ("x", "y", "z")
TO_NUMBER = frozenset({"dot", *COMPONENTS})
