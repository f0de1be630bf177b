"""Graphs on NumPy: the reference that back ends are held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from avcore.fields.expression.graph import Arg, Graph, Group, Ref
from avcore.fields.expression.operations import OPERATIONS


def evaluate(
    graph: Graph, vector: ArrayLike, *, dtype: type[np.floating[Any]] = np.float64, **inputs: float
) -> dict[str, NDArray[Any]]:
    """The outputs of a graph at places ``vector`` [shape=(3, n)]: numbers [shape=(n,)] and vectors [shape=(3, n)].

    ``inputs`` are the others by name, with ``_`` for a space; those that are not given have their usual value.
    """
    values: dict[str, Any] = {item.name: item.default for item in graph.inputs}
    unknown = {name.replace("_", " ") for name in inputs if name not in values} - set(values)
    if unknown:
        raise KeyError(f"the graph has no input {sorted(unknown)[0]!r}")
    values |= {name if name in values else name.replace("_", " "): value for name, value in inputs.items()}
    values["Vector"] = np.asarray(vector, dtype=dtype)
    groups = {group.name: group for group in graph.groups}
    found = _run(graph.main, groups, values, dtype)
    n = values["Vector"].shape[1:]
    return {name: np.broadcast_to(value, (*(np.shape(value)[:-1]), *n)) for name, value in found.items()}


def _run(
    group: Group, groups: Mapping[str, Group], inputs: Mapping[str, Any], dtype: type[np.floating[Any]]
) -> dict[str, Any]:
    values: list[Any] = []

    def value(arg: Arg) -> Any:
        if isinstance(arg, Ref):
            return values[arg.node]
        return np.asarray(arg, dtype=dtype).reshape(
            3 if isinstance(arg, tuple) else (), *([1] * isinstance(arg, tuple))
        )

    for node in group.nodes:
        args = [value(arg) for arg in node.args]
        if node.op == "input":
            given = inputs[node.name]
            values.append(value(given) if isinstance(given, tuple | float | int) else given)
        elif node.op == "call":
            called = groups[node.name]
            names = [item.name for item in called.inputs]
            values.append(_run(called, groups, dict(zip(names, args, strict=True)), dtype))
        elif node.op == "get":
            values.append(args[0][node.name])
        else:
            values.append(np.asarray(OPERATIONS[node.op].compute(*args), dtype=dtype))
    return {name: np.atleast_1d(value(arg)) for name, arg in group.outputs.items()}
