"""The activations of neural fields, written once against the Python array API standard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

Activation = Literal["sin", "cos", "gaussian", "tanh", "sigmoid", "triangle", "abs", "softplus", "bump", "identity"]


def sigmoid(xp: Any, x: Any) -> Any:
    """``1 / (1 + exp(-x))``, through tanh so that no large argument overflows."""
    return 0.5 * xp.tanh(0.5 * x) + 0.5


def _triangle(xp: Any, x: Any) -> Any:
    """A sine drawn with straight lines: period 2 pi, range [-1, 1], 0 at 0 and rising."""
    turns = x * 0.15915494309189535 - 0.25
    return 1.0 - 4.0 * xp.abs(turns - xp.floor(turns + 0.5))


def _softplus(xp: Any, x: Any) -> Any:
    positive = 0.5 * (x + xp.abs(x))
    return positive + xp.log1p(xp.exp(-xp.abs(x)))


ACTIVATIONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "sin": lambda xp, x: xp.sin(x),
        "cos": lambda xp, x: xp.cos(x),
        "gaussian": lambda xp, x: xp.exp(-x * x),
        "tanh": lambda xp, x: xp.tanh(x),
        "sigmoid": sigmoid,
        "triangle": _triangle,
        "abs": lambda xp, x: xp.abs(x),
        "softplus": _softplus,
        "bump": lambda xp, x: 1.0 / (1.0 + x * x),
        "identity": lambda xp, x: x,
    }
)

if set(ACTIVATIONS) != set(get_args(Activation)):
    raise RuntimeError("avcore.fields.activations: the table and the names differ")
