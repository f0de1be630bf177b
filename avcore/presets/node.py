"""Preset data that knows where it was written, so that an error can say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Scalar = None | bool | int | float | str

# A preset may be a link to a file that its reader can see and its sender cannot: messages quote no more than this.
LONGEST_EXCERPT = 20

# Mappings whose keys make sense together only: a palette has either colours or a formula or an image.
WHOLE = frozenset({"colour.palette"})


def excerpt(text: str) -> str:
    """The beginning of what a file says, for an error message."""
    return text if len(text) <= LONGEST_EXCERPT else f"{text[: LONGEST_EXCERPT - 3]}..."


@dataclass(frozen=True)
class Place:
    """Where something was written: a file and a line, or a ``--set`` argument."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True)
class Node:
    """A value with its place; in a mapping, the place of its key.

    ``text`` is how a plain (unquoted) scalar was written, so that ``no`` can be a name where text is expected and false
    where a switch is.
    """

    value: Scalar | list[Node] | dict[str, Node]
    place: Place
    text: str | None = None

    def shown(self) -> str:
        """A short description for error messages."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "nothing (a '#' begins a comment; put colours in quotes)"
        if isinstance(self.value, str) and self.text is None:
            return repr(excerpt(self.value))
        return excerpt(str(self.value) if self.text is None else self.text)

    def plain(self) -> Any:
        """The value as plain Python data."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


def from_plain(data: Any, place: Place) -> Node:
    """A node from plain Python data (what ``json.load`` returns).

    Raises:
        TypeError: not plain data.
    """
    if isinstance(data, Mapping):
        return Node({str(key): from_plain(value, place) for key, value in data.items()}, place)
    if isinstance(data, str) or data is None or isinstance(data, bool | int | float):
        return Node(data, place)
    if isinstance(data, Sequence):
        return Node([from_plain(item, place) for item in data], place)
    raise TypeError(f"{type(data).__name__} is not plain data")


def merge(parent: Node, child: Node, *, key: str = "") -> Node:
    """The parent's mapping with the child's laid over it, deep; lists and scalars are replaced.

    A child that changes the key ``type`` starts afresh: what belonged to the other type would not be known. So does one
    that gives a setting of which ``WHOLE`` has the ``key``.
    """
    if key in WHOLE or not (isinstance(parent.value, dict) and isinstance(child.value, dict)):
        return child
    types = [node.value.get("type") for node in (parent, child) if isinstance(node.value, dict)]
    if types[0] and types[1] and types[0].value != types[1].value:
        return child
    merged = dict(parent.value)
    for name, value in child.value.items():
        inner = f"{key}.{name}" if key else name
        merged[name] = merge(merged[name], value, key=inner) if name in merged else value
    return replace(child, value=merged)
