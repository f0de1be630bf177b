"""A safe subset of YAML 1.2, with limits and line numbers.

Mappings, lists and scalars; no tags but the core ones, no anchors, no duplicate keys, one document. A hostile file
costs no more than its own length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avcore.errors import PresetError
from avcore.presets.node import Node, Place, Scalar, excerpt

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_NODES = 20_000
MAX_NUMBER_LENGTH = 100

CORE_TAG = "tag:yaml.org,2002:"

# The core schema of YAML 1.2.2, section 10.3.2. Unlike YAML 1.1 it has no `no`, no `1:30` and no `1_000`.
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.inf", re.IGNORECASE)

# All but tab and newline: what a shared preset says must not speak to the terminal that shows it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_BARE_COLOUR = re.compile(r"[\[,:-]\s*#[0-9a-fA-F]{3,6}\b")


@dataclass(frozen=True)
class Kind:
    """What a file is to be, in words, and how large such a file may be."""

    word: str
    max_bytes: int
    max_nodes: int


PRESET = Kind("preset", MAX_BYTES, MAX_NODES)


def read_yaml_file(path: Path, *, kind: Kind = PRESET) -> Node:
    """The mapping in a file.

    Raises:
        PresetError: unreadable, too large, not UTF-8, not YAML, outside the subset, or not a mapping.
    """
    try:
        with path.open("rb") as file:
            data = file.read(kind.max_bytes + 1)
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    if len(data) > kind.max_bytes:
        raise PresetError(f"{path}: is larger than {kind.max_bytes // 1024} KiB, so it is no {kind.word}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PresetError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    node = read_yaml(text, source=str(path), max_nodes=kind.max_nodes)
    if not isinstance(node.value, dict):
        held = "a list" if isinstance(node.value, list) else "nothing" if node.value is None else "a single value"
        raise PresetError(f"{path}: holds {held}; a {kind.word} is a mapping")
    return node


def read_yaml(text: str, *, source: str, numbered: bool = True, max_nodes: int = MAX_NODES) -> Node:
    """The one document in ``text``, of so many values at most; places name ``source`` and, if ``numbered``, lines.

    Raises:
        PresetError: not YAML, or outside the subset.
    """
    import yaml

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        text.encode("utf-8")
        return _Composer(yaml.parse(text, Loader=loader), source, numbered, max_nodes).document()
    except UnicodeEncodeError as error:
        raise PresetError(f"{source}: is not UTF-8 text (character {error.start})") from error
    except yaml.MarkedYAMLError as error:
        raise PresetError(_syntax_error(error, text, source, numbered)) from error
    except yaml.YAMLError as error:
        raise PresetError(f"{source}: not YAML: {' '.join(str(error).split())}") from error


def _syntax_error(error: Any, text: str, source: str, numbered: bool) -> str:
    # A list that is not closed is noticed after the last line; where it begins is what helps.
    last = len(text.splitlines())
    line = min(error.problem_mark.line + 1, last) if error.problem_mark else last
    begins = f" in what begins on line {error.context_mark.line + 1}" if error.context_mark and numbered else ""
    hint = "; put colours in quotes, as '#' begins a comment" if _BARE_COLOUR.search(text) else ""
    said = re.sub(r"'[^']{2,}'", "...", error.problem or error.context)  # no more of the file than a character
    return f"{Place(source, line if numbered else None)}: not YAML: {said}{begins}{hint}"


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted scalar under the core schema of YAML 1.2."""
    if text in _WORDS or text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if len(text) > MAX_NUMBER_LENGTH:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED_INT.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    infinity = _INFINITY.fullmatch(text)
    if infinity:
        return -math.inf if infinity[1] == "-" else math.inf
    return math.nan if text.lower() == ".nan" else text


class _Composer:
    """Builds nodes from PyYAML's events, and stops at the first event that is not allowed."""

    def __init__(self, events: Iterator[Any], source: str, numbered: bool, max_nodes: int) -> None:
        self._events = events
        self._max_nodes = max_nodes
        self._source = source
        self._numbered = numbered
        self._n_nodes = 0

    def document(self) -> Node:
        import yaml

        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Node(None, Place(self._source))
        node = self._node(next(self._events), depth=0)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._error(after, "a second document begins; a file holds one preset")
        return node

    def _node(self, event: Any, *, depth: int) -> Node:
        import yaml

        self._n_nodes += 1
        if depth > MAX_DEPTH:
            raise self._error(event, f"nested deeper than {MAX_DEPTH} levels")
        if self._n_nodes > self._max_nodes:
            raise self._error(event, f"more than {self._max_nodes} values")
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._error(
                event, f"anchors and aliases (&{excerpt(event.anchor)}) are not allowed; use extends to share settings"
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        expected = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
        if event.tag not in (None, "!", CORE_TAG + expected):
            raise self._tag_error(event)
        if expected == "map":
            return self._mapping(event, depth)
        items = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(item, depth=depth + 1))
        return Node(items, self._place(event))

    def _mapping(self, event: Any, depth: int) -> Node:
        import yaml

        entries: dict[str, Node] = {}
        while not isinstance(key_event := next(self._events), yaml.MappingEndEvent):
            key = self._node(key_event, depth=depth + 1)
            if not isinstance(key_event, yaml.ScalarEvent):
                raise self._error(key_event, "a key must be a word, not a list or mapping")
            name = key_event.value
            if name in entries:
                raise self._error(key_event, f"the key {excerpt(name)!r} is already given ({entries[name].place})")
            value = self._node(next(self._events), depth=depth + 1)
            entries[name] = Node(value.value, key.place, value.text)
        return Node(entries, self._place(event))

    def _scalar(self, event: Any) -> Node:
        text = event.value
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self._error(event, "half of a surrogate pair is no character; write the character itself")
        control = _CONTROL.search(text)
        if control:
            raise self._error(event, f"the control character {control[0]!r} is not allowed; remove it")
        plain = not event.style and event.tag is None
        if event.tag in (None, "!", CORE_TAG + "str"):
            return Node(resolve_plain(text) if plain else text, self._place(event), text if plain else None)
        value = resolve_plain(text)
        kinds = {type(None): "null", bool: "bool", int: "int", float: "float"}
        if event.tag != CORE_TAG + kinds.get(type(value), ""):
            raise self._tag_error(event)
        return Node(value, self._place(event), text)

    def _place(self, event: Any) -> Place:
        return Place(self._source, event.start_mark.line + 1 if self._numbered else None)

    def _tag_error(self, event: Any) -> PresetError:
        tag = excerpt(event.tag.replace(CORE_TAG, "!!"))
        return self._error(event, f"the tag {tag} is not allowed here; presets are plain data")

    def _error(self, event: Any, message: str) -> PresetError:
        return PresetError(f"{self._place(event)}: {message}")
