"""What stands for the namespace of the array API and for a device while the fields' own code runs on symbols."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from avcore.fields.expression.symbols import Value, apply, symbol


def select(is_so: Any, a: Any, b: Any) -> Value:
    """``a`` where a number is above a half, else ``b``."""
    return apply("where", is_so, a, b)


def clip(value: Any, low: float, high: float) -> Value:
    """Between two numbers."""
    if (low, high) == (0.0, 1.0):
        return apply("saturate", value)
    return apply("min", apply("max", value, low), high)


def _function(op: str) -> Any:
    return lambda *args: apply(op, *args)


def _log1p(x: Any) -> Value:
    return apply("log", symbol(x) + 1.0)


@dataclass(frozen=True)
class RingStep:
    """A step of a palette's ring, which stays between two: the reference takes the lower one."""

    value: Value

    def __mod__(self, _steps: int) -> RingStep:
        """Itself: it has not gone round."""
        return self


# What the fields use of the array API.
SYMBOLS: Any = SimpleNamespace(
    **{name: _function(name) for name in ("sin", "cos", "tanh", "exp", "log", "sqrt", "abs", "floor", "atan2")},
    log1p=_log1p,
    where=select,
    clip=clip,
    stack=lambda values: [symbol(value) for value in values],
    astype=lambda value, _dtype: RingStep(value),
    int32=None,
    take=lambda ring, step, axis: ring.at_step(step.value),
)


class SymbolDevice:
    """A device whose arrays are values."""

    name = "symbols"
    xp = SYMBOLS

    def asarray(self, values: Any) -> Any:
        """Constants as they are; a ring, which is asked for its colours, too."""
        return symbol(values) if isinstance(values, np.ndarray) else values
