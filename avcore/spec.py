"""Settings as data: dataclass fields that carry their own help text and range.

The preset reader, the JSON Schema, the command line and user interfaces all read these, so that a setting
is described in one place: the dataclass that uses it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal


def setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    factory: Callable[[], Any] | None = None,
    refers: Literal["signals"] | None = None,
    check: Callable[[Any], object] | None = None,
) -> Any:
    """A dataclass field with a description and an inclusive range ``[low, high]`` that readers enforce.

    The range holds for the number itself, for every number in a tuple or mapping, for the base of a ``Driven``, and
    for a ``Duration`` in seconds; of one in beats, bars or frames only ``low`` holds, as that count. ``factory``
    replaces ``default`` for mutable defaults; a setting with neither is required. ``refers="signals"`` says that its
    strings (or the keys of its mapping) are names of the preset's signals. ``check`` gets the value and raises
    ``ValueError`` with the reason why it will not do.
    """
    metadata = {"help": help, "low": low, "high": high, "refers": refers, "check": check}
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Variants:
    """A setting that is one of several dataclasses, chosen by the key ``type``: ``Annotated[Any, Variants({...})]``.

    ``classes`` maps each value of ``type`` to ``"module:Class"``, imported when it is chosen.
    """

    classes: Mapping[str, str]

    def __hash__(self) -> int:
        """By names, because a mapping has no hash and types are kept in caches."""
        return hash(tuple(self.classes.items()))
