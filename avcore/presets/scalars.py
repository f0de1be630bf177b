"""Single values: what a node must be to become a number, a word or a duration, and how to say so."""

from __future__ import annotations

import dataclasses
import math
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from avcore.presets.node import Node
from avcore.presets.problems import suggestion
from avcore.presets.settings import Setting
from avcore.signals.spec import Driven
from avcore.timebase import Duration

# Names of a Literal that are told; of more than that only the first few.
MOST_NAMED = 12
FIRST_NAMED = 5

# No value: what is written is not of the kind that is asked for.
MISMATCH: Any = object()

# The size of the largest number in a preset, where its setting names no range: powers of it stay finite.
LARGEST = 1e6

# YAML 1.1's switches, understood only where a switch is expected.
SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def bind_scalar(hint: Any, node: Node, setting: Setting) -> Any:
    """The value of a scalar node as ``hint``: bool, int, float, str, a Literal, None or Duration.

    Raises:
        ValueError: it is something else or out of range; says what was expected.
    """
    value = _converted(hint, node)
    if value is MISMATCH:
        raise ValueError(f"expected {expected(hint, setting)}, got {node.shown()}{nearest_choice(hint, node)}")
    check_range(value, node, setting)
    return value


def _converted(hint: Any, node: Node) -> Any:
    """The node's value as ``hint``, or ``MISMATCH``."""
    value = node.value
    if get_origin(hint) is Literal:
        return next((choice for choice in get_args(hint) if _is_choice(choice, node)), MISMATCH)
    if hint is bool:
        written = node.text if isinstance(value, str) else value
        return SWITCHES.get(str(written).lower(), MISMATCH) if not _is_number(value) else MISMATCH
    if hint is int and isinstance(value, int) and _is_number(value):
        return value
    if hint is float and _is_number(value):
        return _finite(node)
    if hint is str and (isinstance(value, str) or node.text):
        return node.text if node.text is not None else value
    if hint is Duration and (_is_number(value) or isinstance(value, str)):
        return _duration(node)
    return None if hint is NoneType and value is None else MISMATCH


def check_range(value: Any, node: Node, setting: Setting) -> None:
    """Hold a number or a duration to the setting's range, and to ``LARGEST`` in size.

    A duration is held to the range in seconds; in beats, bars or frames to the lower limit alone, as a count of these.

    Raises:
        ValueError: it is outside.
    """
    number, high = value, setting.high
    if isinstance(value, Duration):
        number = value.value / 1000.0 if value.unit == "ms" else value.value
        high = setting.high if value.unit in ("s", "ms") else None
    if not _is_number(number):
        return
    if (setting.low is not None and number < setting.low) or (high is not None and number > high):
        raise ValueError(f"expected {expected(type(value), setting)}, got {node.shown()}")
    if isinstance(number, float) and abs(number) > LARGEST:
        raise ValueError(
            f"expected {expected(type(value), setting)}, at most {LARGEST:.0f} in size, got {node.shown()}"
        )


def expected(hint: Any, setting: Setting) -> str:
    """What a setting wants, in words, with its range."""
    if dataclasses.is_dataclass(hint) and hint not in (Duration, Driven):
        return "a mapping"
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(expected(arg, setting) for arg in args))
    if origin is Literal:
        if len(args) > MOST_NAMED:
            return f"one of {', '.join(map(str, args[:FIRST_NAMED]))} ... ({len(args)} names)"
        return f"one of {', '.join(map(str, args))}"
    if origin is tuple:
        count = "a list, each item" if args[-1] is Ellipsis else f"a list of {len(args)}, each"
        return f"{count} {expected(args[0], setting)}"
    if origin is Annotated or isinstance(origin, type):
        return "a mapping"
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        NoneType: "null",
        Duration: "a duration (20ms, 0.5 s, 2 beats, 8 bars, 12 frames)",
    }
    if hint is Driven:
        return f"{expected(float, setting)} or a mapping {{base: 1.0, SIGNAL: 0.5}}"
    return words[hint] + (_range_words(setting) if hint in (int, float, Duration) else "")


def _range_words(setting: Setting) -> str:
    if setting.low is not None and setting.high is not None:
        return f" from {setting.low:.15g} to {setting.high:.15g}"
    if setting.low is not None:
        return f" of at least {setting.low:.15g}"
    return "" if setting.high is None else f" of at most {setting.high:.15g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_choice(choice: Any, node: Node) -> bool:
    if isinstance(choice, str):
        return choice in (node.text, node.value)
    return type(choice) is type(node.value) and bool(choice == node.value)


def nearest_choice(hint: Any, node: Node) -> str:
    """``; did you mean 'sin'?``, where the hint is a Literal that has a word near the node's; else nothing."""
    if get_origin(hint) is not Literal or not isinstance(node.value, str):
        return ""
    near = suggestion(node.value, map(str, get_args(hint)))
    return f"; {near}" if near.startswith("did") else ""


def _finite(node: Node) -> float:
    try:
        number = float(node.value)  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {node.shown()}")
    return number


def _duration(node: Node) -> Duration:
    if not isinstance(node.value, str):
        seconds = _finite(node)
        if seconds < 0.0:
            raise ValueError(f"expected a duration of 0 or more, got {node.shown()}")
        return Duration(seconds)
    try:
        duration = Duration.parse(node.value)
    except ValueError:  # its words quote the text in full
        raise ValueError(f"{node.shown()} is not a duration; write 20ms, 0.5 s, 2 beats, 8 bars or 12 frames") from None
    if not math.isfinite(duration.value):
        raise ValueError(f"expected a finite duration, got {node.shown()}")
    return duration
