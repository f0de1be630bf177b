"""The kernel's elementary functions: each within the error that its docstring states, against float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

numba = pytest.importorskip("numba", reason="Numba is not installed")

from avcore.compute.fused import math  # noqa: E402
from avcore.fields.activations import ACTIVATIONS  # noqa: E402

RNG = np.random.default_rng(0)
NEAR = np.linspace(-20.0, 20.0, 100_001)
MIDDLE = np.concatenate([NEAR, RNG.uniform(-1e4, 1e4, 100_000)])
FAR = RNG.uniform(-1e5, 1e5, 100_000)
ALL = np.concatenate([NEAR, np.linspace(-1e3, 1e3, 10_001), [-1e30, 1e30]])


def run(function: Any, *arguments: np.ndarray) -> np.ndarray:
    """Apply a kernel function in a loop that the compiler vectorises, as the kernel does."""
    two = len(arguments) == 2

    @numba.njit(**math.OPTIONS)
    def loop(x: Any, y: Any, out: Any) -> None:
        for i in range(out.size):
            out[i] = function(x[i], y[i]) if two else function(x[i])

    @numba.njit(**math.OPTIONS)
    def loop_of_one(x: Any, out: Any) -> None:
        for i in range(out.size):
            out[i] = function(x[i])

    given = [np.asarray(argument, dtype=np.float32) for argument in arguments]
    out = np.empty(given[0].shape, dtype=np.float32)
    (loop if two else loop_of_one)(*given, out)
    return out


def reference(name: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: ACTIVATIONS[name](np, x)


@pytest.mark.parametrize(
    ("name", "exact", "x", "absolute", "relative"),
    [
        ("sin", np.sin, MIDDLE, 5e-7, 0.0),
        ("cos", np.cos, MIDDLE, 5e-7, 0.0),
        ("sin", np.sin, FAR, 5e-6, 0.0),
        ("cos", np.cos, FAR, 5e-6, 0.0),
        ("exp2", np.exp2, np.linspace(-125.0, 125.0, 200_001), 0.0, 3e-7),
        ("tanh", np.tanh, ALL, 3e-7, 0.0),
        ("sigmoid", reference("sigmoid"), ALL, 2e-7, 0.0),
        ("gaussian", lambda x: np.exp(-x * x), ALL, 3e-7, 0.0),
        ("softplus", lambda x: np.logaddexp(0.0, x), ALL, 3e-7, 2e-7),
        ("triangle", reference("triangle"), NEAR, 3e-6, 0.0),
        ("log", np.log, np.geomspace(1e-3, 1e3, 200_001), 2e-7, 2e-7),
    ],
)
def test_the_error_is_within_what_is_stated(
    name: str, exact: Callable[[np.ndarray], np.ndarray], x: np.ndarray, absolute: float, relative: float
) -> None:
    expected = exact(x.astype(np.float32).astype(np.float64))
    error = np.abs(run(getattr(math, name), x) - expected)
    # The larger of the two bounds counts.
    worst = float(np.max(error / np.maximum(absolute, relative * np.abs(expected))))
    assert worst <= 1.0, f"{name} is {worst:.2f} times its bound off"


def test_angles_are_right_in_every_quadrant_on_the_axes_and_at_the_origin() -> None:
    x, y = RNG.normal(size=(2, 100_000)).astype(np.float32)
    x[:4], y[:4] = (1, -1, 0, 0), (0, 0, 1, -1)
    x[4:7], y[4:7] = (1e-30, -1e30, 0), (1e-30, 1e30, 0)
    error = np.abs(run(math.atan2, y, x) - np.arctan2(y.astype(np.float64), x.astype(np.float64)))
    assert error.max() <= 5e-7


def test_what_is_not_a_number_does_not_pass_through_exponentials() -> None:
    assert np.all(np.isfinite(run(math.gaussian, np.array([np.nan, np.inf, -np.inf]))))
