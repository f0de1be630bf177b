"""Dataclasses to plain preset data: what differs from the defaults, or everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np

from avcore.presets.settings import MISSING, settings_of, variant_type
from avcore.signals.spec import Driven
from avcore.spec import Variants
from avcore.timebase import Duration


def to_data(value: Any, *, default: Any = None, full: bool = False) -> dict[str, Any]:
    """A dataclass as plain data in declaration order: only what differs from the defaults, unless ``full``.

    ``default`` is the instance that a reader would start from, where that is not the class's own defaults. Required
    settings are always there. Binding the result gives an equal value.
    """
    data = {}
    for setting in settings_of(type(value)):
        own, usual = getattr(value, setting.name), setting.default(default)
        if full or usual is MISSING or own != usual:
            data[setting.name] = plain(own, setting.hint, usual, full=full)
    return data


def format_duration(duration: Duration) -> str:
    """A duration as a preset writes it, to the last digit: ``20ms``, ``0.5s``, ``2 beats``."""
    space = "" if duration.unit in ("ms", "s") else " "
    return f"{np.format_float_positional(duration.value, trim='-')}{space}{duration.unit}"


def plain(value: Any, hint: Any, default: Any = MISSING, *, full: bool = False) -> Any:
    """A setting's value as plain data; ``hint`` is its annotation, ``default`` what is left out where it is equal."""
    if isinstance(value, Duration):
        return format_duration(value)
    if isinstance(value, Driven):
        return {"base": value.base, **value.by} if value.by else value.base
    if dataclasses.is_dataclass(value):
        start = default if type(default) is type(value) else None
        return {**_type_of(value, hint), **to_data(value, default=start, full=full)}
    if isinstance(value, Mapping):
        return {key: plain(item, _item_hint(hint), full=full) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item, _item_hint(hint), full=full) for item in value]
    return value


def _type_of(value: Any, hint: Any) -> dict[str, str]:
    """The key ``type``, where the annotation leaves a choice."""
    for choice in get_args(hint) if get_origin(hint) in (Union, UnionType) else [hint]:
        if get_origin(choice) is Annotated and isinstance(get_args(choice)[1], Variants):
            kind = variant_type(get_args(choice)[1], type(value))
            if kind is not None:
                return {"type": kind}
    return {}


def _item_hint(hint: Any) -> Any:
    """The annotation of a collection's items; only variants need it, and those are alike in all items."""
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return next(
        (get_args(choice)[0 if get_origin(choice) is tuple else 1] for choice in choices if get_args(choice)), Any
    )
