"""What lies between two pictures of the same kind: their numbers, mixed."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np

Kind = TypeVar("Kind")


class CannotMixError(Exception):
    """The two differ in more than numbers."""


def between(a: Kind, b: Kind, share: float) -> Kind:
    """``a`` where ``share`` is 0, ``b`` where it is 1; floats and arrays are mixed, all else must be equal.

    Both are dataclasses, tuples, mappings, arrays, floats or plain values of one shape.

    Raises:
        CannotMixError: they differ in more than numbers.
    """
    mixed: Kind = _mixed(a, b, share)
    return mixed


def _mixed(a: Any, b: Any, share: float) -> Any:
    if type(a) is not type(b):
        raise CannotMixError
    if isinstance(a, float):
        return a + share * (b - a)
    if isinstance(a, np.ndarray):
        if a.shape != b.shape:
            raise CannotMixError
        return (a + share * (b - a)).astype(a.dtype)
    if isinstance(a, tuple):
        if len(a) != len(b):
            raise CannotMixError
        return tuple(_mixed(x, y, share) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        if a.keys() != b.keys():
            raise CannotMixError
        return {key: _mixed(a[key], b[key], share) for key in a}
    if dataclasses.is_dataclass(a):
        names = [item.name for item in dataclasses.fields(a)]
        mixed = {name: _mixed(getattr(a, name), getattr(b, name), share) for name in names}
        return dataclasses.replace(a, **mixed)  # type: ignore[type-var]
    if a != b:
        raise CannotMixError
    return a
