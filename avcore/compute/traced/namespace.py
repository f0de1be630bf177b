"""An array namespace whose functions record, and the tracing of a picture through it.

What does not depend on the pixel never meets a node, and is computed by NumPy while the picture runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import Device
from avcore.compute.traced.graph import Graph, Node, Rows, Traced, chosen, record
from avcore.compute.traced.program import FLOAT, WHOLE, CannotTraceError, Program


def trace(picture: Any) -> tuple[Program, NDArray[np.float32]]:
    """The program of a picture, and the numbers of this frame; what it draws is in [0, 1] only where it says so.

    Raises:
        CannotTraceError: the picture does something that cannot be recorded.
    """
    graph = Graph()
    u, v = graph.step(FLOAT, "u", None), graph.step(FLOAT, "v", None)
    try:
        drawn = picture.tile(Device("trace", "the recorder", _Namespace(), _table, _refused))(u, v)
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        # The reference meets the same error where it is not for the recording.
        raise CannotTraceError(f"the picture cannot be compiled: {error}") from error
    if not isinstance(drawn, Rows) or len(drawn.nodes) != 3:
        raise CannotTraceError("a picture that is compiled must have three colours")
    return graph.program(drawn), graph.numbers()


def _table(array: Any) -> NDArray[np.float32]:
    return np.asarray(array, dtype=np.float32)


def _refused(array: Any) -> Any:
    raise CannotTraceError("a picture that is compiled cannot look at its own pixels")


class _Namespace:
    """NumPy's array API namespace, with what pixels need recorded."""

    def __getattr__(self, name: str) -> Any:
        import array_api_compat.numpy as xp

        if name.startswith("__"):
            raise AttributeError(name)
        plain = getattr(xp, name, None)
        if isinstance(plain, type) or not callable(plain):
            return plain
        recorded = _FUNCTIONS.get(name)

        def function(*values: Any, **options: Any) -> Any:
            if not (type(values[0]) is Node or any(map(_is_traced, values))):
                return plain(*values, **options)
            if recorded is None:
                raise CannotTraceError(f"xp.{name} of pixels cannot be compiled")
            return recorded(*values, **options)

        setattr(self, name, function)
        return function


def _is_traced(value: Any) -> bool:
    return isinstance(value, Traced) or (isinstance(value, list) and any(map(_is_traced, value)))


def _astype(value: Node, kind: Any) -> Node:
    kinds = {np.float32: FLOAT, np.int32: WHOLE}
    if kind not in kinds:
        raise CannotTraceError(f"{kind} cannot be compiled: use float32 or int32")
    return value if kinds[kind] == value.kind else value.graph.step(kinds[kind], "cast", None, value.index)


def _clip(value: Any, low: Any, high: Any) -> Any:
    return record("min", record("max", value, low), high)


def _take(table: Any, index: Any, *, axis: int) -> Rows:
    if not isinstance(table, np.ndarray) or axis != 1:
        raise CannotTraceError("a compiled picture looks up columns of tables that are the same for all pixels")
    return index.graph.looked_up(table, index)  # type: ignore[no-any-return]


def _stack(values: list[Any]) -> Rows:
    graph = next(value.graph for value in values if isinstance(value, Node))
    return Rows([graph.filled(value, FLOAT) for value in values])


def _full_like(like: Node, value: Any) -> Node:
    return like.graph.filled(value, like.kind)


def _steps(*names: str) -> dict[str, Callable[..., Any]]:
    def one(name: str) -> Callable[..., Any]:
        return lambda *values: record(name, *values)

    return {name: one(name) for name in names}


_FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **_steps("sqrt", "floor", "sin", "cos", "exp", "log", "log2", "tanh", "atan2", "abs"),
        "minimum": lambda one, other: record("min", one, other),
        "maximum": lambda one, other: record("max", one, other),
        "remainder": lambda one, other: record("mod", one, other),
        "where": chosen,
        "astype": _astype,
        "clip": _clip,
        "take": _take,
        "stack": _stack,
        "full_like": _full_like,
        "zeros_like": lambda like: _full_like(like, 0),
        "ones_like": lambda like: _full_like(like, 1),
    }
)
