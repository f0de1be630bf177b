"""Settings as data: dataclass fields that carry their own help text and range.

The preset reader, the JSON Schema, the command line and user interfaces all read these, so that a setting
is described in one place: the dataclass that uses it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


def setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    factory: Callable[[], Any] | None = None,
) -> Any:
    """A dataclass field with a description and an inclusive range ``[low, high]`` that readers enforce.

    ``factory`` replaces ``default`` for mutable defaults. A setting with neither is required.
    """
    metadata = {"help": help, "low": low, "high": high}
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
