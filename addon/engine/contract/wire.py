"""How messages are written: one a line, as JSON."""

from __future__ import annotations

import json
import types
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .replies import Cancelled, Failed, Progress
from .requests import REQUESTS

MAX_LINE_BYTES = 16 * 2**20

ANSWERS: dict[str, type] = {"progress": Progress, "failed": Failed, "cancelled": Cancelled}  # and "done": the REPLY
KINDS: dict[type, str] = {message: kind for kind, message in {**REQUESTS, **ANSWERS}.items()}


class MessageError(ValueError):
    """A line that is no message; says what is wrong with it."""


@dataclass(frozen=True)
class Envelope:
    """A line that has been read: ``body`` is still plain data."""

    id: int | None
    kind: str
    body: dict[str, Any]


def encode(id: int | None, message: Any) -> bytes:
    """The line of a message; one that is neither a request nor in ``ANSWERS`` is the reply in a ``done``."""
    envelope = {"id": id, "kind": KINDS.get(type(message), "done"), "body": message}
    return json.dumps(envelope, default=vars, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Envelope:
    """The envelope in a line.

    Raises:
        MessageError: it is none.
    """
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"not a line of JSON ({str(error)[:80]})") from None
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str) or not isinstance(data.get("body"), dict):
        raise MessageError('a message is {"id": N, "kind": "...", "body": {...}}')
    number = data.get("id")
    if number is not None and (type(number) is not int or not 0 <= number < 2**53):
        raise MessageError("the id of a message is a whole number")
    return Envelope(number, data["kind"], data["body"])


def read_message(cls: type, body: dict[str, Any], where: str = "") -> Any:
    """A message of the class ``cls`` from the body of an envelope; every field is held to its type.

    Raises:
        MessageError: a field is missing, unknown or of another type.
    """
    hints = _hints(cls)
    unknown = sorted(set(body) - set(hints))
    if unknown:
        raise MessageError(f"{where or cls.__name__} has no field {unknown[0][:40]!r}; it has {', '.join(hints)}")
    values = {name: _read(hints[name], value, f"{where or cls.__name__}.{name}") for name, value in body.items()}
    try:
        return cls(**values)
    except TypeError as error:
        raise MessageError(f"{where or cls.__name__}: {str(error).partition('() ')[2]}") from None


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields(cls)}


def _read(hint: Any, value: Any, where: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _read_union(args, value, where)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return read_message(hint, value, where)
    if origin is Literal and value in args:
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_read(args[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return {key: _read(args[1], item, f"{where}.{key}") for key, item in value.items()}
    if hint is float and type(value) is int and abs(value) < 2**53:
        return float(value)
    if origin is None and type(value) is hint:
        return value
    words = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}
    expected = f"one of {', '.join(args)}" if origin is Literal else words.get(origin or hint, "something else")
    raise MessageError(f"{where}: expected {expected}, got {json.dumps(value)[:40]}")


def _read_union(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in choices:
        return None
    rest = [choice for choice in choices if choice is not type(None)]
    for choice in rest[:-1]:
        try:
            return _read(choice, value, where)
        except MessageError:
            continue
    return _read(rest[-1], value, where)


def _no_constant(name: str) -> None:
    raise MessageError(f"{name} is no number in JSON")
