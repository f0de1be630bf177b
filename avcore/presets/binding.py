"""Preset data to dataclasses: every value checked against the annotation and the range of its setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from avcore.errors import UsageError
from avcore.presets.node import Node, Place, excerpt
from avcore.presets.problems import Problem, suggestion
from avcore.presets.scalars import bind_scalar, expected, nearest_choice
from avcore.presets.settings import MISSING, Setting, settings_of, variant_class, variant_type
from avcore.signals.spec import Driven
from avcore.spec import Variants
from avcore.timebase import Duration

# Stands for a value that could not be bound; the reason is among the problems.
INVALID: Any = object()

_NO_RANGE = Setting("", None, "", None, None, None, None, dataclasses.field())


@dataclass(frozen=True)
class Reference:
    """A place where a preset names one of its signals."""

    signal: str
    place: Place
    key: str


@dataclass
class Binder:
    """Binds nodes, and collects what is wrong and which signals are named."""

    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def dataclass(self, cls: type, node: Node, *, key: str = "", default: Any = None) -> Any:
        """A dataclass from a mapping; what it leaves out comes from ``default``, else from the fields' defaults.

        Returns ``INVALID``, with problems noted, where it cannot be bound.
        """
        if not isinstance(node.value, dict):
            return self._problem(node.place, key, f"expected a mapping, got {node.shown()}")
        settings = {setting.name: setting for setting in settings_of(cls)}
        values: dict[str, Any] = {}
        for name, child in node.value.items():
            at = _join(key, name)
            if name in settings:
                values[name] = self._setting(settings[name], child, at, settings[name].default(default))
            else:
                values[name] = self._problem(child.place, at, f"unknown key; {suggestion(name, settings)}")
        for name, setting in settings.items():
            if name not in node.value:
                values[name] = setting.default(default)
            if values.get(name) is MISSING:
                values[name] = self._problem(node.place, _join(key, name), f"is missing: {setting.help}")
        if any(value is INVALID for value in values.values()):
            return INVALID
        try:
            return cls(**values)
        except (ValueError, UsageError) as error:
            return self._problem(node.place, key, str(error))

    def _setting(self, setting: Setting, node: Node, key: str, default: Any) -> Any:
        value = self._bind(setting.hint, node, key, setting, default)
        if value is INVALID:
            return INVALID
        if setting.refers == "signals":
            self._refer(node, key)
        try:
            if setting.check is not None:
                setting.check(value)
        except ValueError as error:
            return self._problem(node.place, key, str(error))
        return value

    def _bind(self, hint: Any, node: Node, key: str, setting: Setting, default: Any = MISSING) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if hint is Driven:
            return self._driven(node, key, setting, default)
        if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint is not Duration:
            same = default if type(default) is hint else None
            return self.dataclass(hint, node, key=key, default=same)
        if origin is Annotated and isinstance(args[1], Variants):
            return self._variant(args[1], node, key, default)
        if origin in (Union, UnionType):
            return self._union(hint, node, key, setting, default)
        if origin is tuple:
            return self._tuple(hint, node, key, setting)
        if origin in (dict, Mapping):
            return self._mapping(hint, node, key, setting)
        try:
            return bind_scalar(hint, node, setting)
        except ValueError as error:
            return self._problem(node.place, key, str(error))

    def _union(self, hint: Any, node: Node, key: str, setting: Setting, default: Any) -> Any:
        if NoneType in get_args(hint) and node.value is None:
            return None
        choices = [choice for choice in get_args(hint) if choice is not NoneType]
        attempts = []
        for choice in choices:
            attempt = Binder()
            value = attempt._bind(choice, node, key, setting, default)
            if value is not INVALID:
                self.references += attempt.references
                return value
            attempts.append(attempt)
        # An attempt that got as far as a part of the value knows best what is wrong with it; of several, the one that
        # knows its keys, and then the one that objects to the least.
        deeper = [
            (_strange_keys(choice, node), len(attempt.problems), attempt.problems)
            for choice, attempt in zip(choices, attempts, strict=True)
            if len(choices) == 1 or attempt.problems[0].key != key or _takes(choice, node)
        ]
        if deeper:
            self.problems += min(deeper, key=lambda ranked: ranked[:2])[2]
            return INVALID
        near = "".join(nearest_choice(choice, node) for choice in choices)
        return self._problem(node.place, key, f"expected {expected(hint, setting)}, got {node.shown()}{near}")

    def _tuple(self, hint: Any, node: Node, key: str, setting: Setting) -> Any:
        args = get_args(hint)
        variadic = args[-1] is Ellipsis
        if not isinstance(node.value, list) or not (variadic or len(node.value) == len(args)):
            got = f"a list of {len(node.value)}" if isinstance(node.value, list) else node.shown()
            return self._problem(node.place, key, f"expected {expected(hint, setting)}, got {got}")
        hints = [args[0]] * len(node.value) if variadic else args
        items = [
            self._bind(item_hint, item, f"{key}[{i}]", setting)
            for i, (item_hint, item) in enumerate(zip(hints, node.value, strict=True))
        ]
        return INVALID if any(item is INVALID for item in items) else tuple(items)

    def _mapping(self, hint: Any, node: Node, key: str, setting: Setting) -> Any:
        if not isinstance(node.value, dict):
            return self._problem(node.place, key, f"expected a mapping, got {node.shown()}")
        value_hint = get_args(hint)[1]
        bound = {name: self._bind(value_hint, child, _join(key, name), setting) for name, child in node.value.items()}
        return INVALID if any(value is INVALID for value in bound.values()) else bound

    def _driven(self, node: Node, key: str, setting: Setting, default: Any) -> Any:
        if not isinstance(node.value, dict):
            if isinstance(node.value, bool) or not isinstance(node.value, int | float):
                return self._problem(node.place, key, f"expected {expected(Driven, setting)}, got {node.shown()}")
            base = self._bind(float, node, key, setting)
            return INVALID if base is INVALID else Driven.fixed(base)
        amounts = {
            name: self._bind(float, child, _join(key, name), setting if name == "base" else _NO_RANGE)
            for name, child in node.value.items()
        }
        if "base" not in amounts and isinstance(default, Driven):
            amounts["base"] = default.base
        elif "base" not in amounts:
            message = "is missing: the value where the signals are 0"
            amounts["base"] = self._problem(node.place, _join(key, "base"), message)
        self.references += [
            Reference(name, child.place, _join(key, name)) for name, child in node.value.items() if name != "base"
        ]
        if any(amount is INVALID for amount in amounts.values()):
            return INVALID
        return Driven(amounts.pop("base"), amounts)

    def _variant(self, variants: Variants, node: Node, key: str, default: Any) -> Any:
        if not isinstance(node.value, dict):
            return self._problem(node.place, key, f"expected a mapping, got {node.shown()}")
        rest = dict(node.value)
        kind = rest.pop("type", None)
        name = variant_type(variants, type(default)) if kind is None else kind.value
        if not isinstance(name, str) or name not in variants.classes:
            place, got = (node.place, "is missing") if kind is None else (kind.place, f"unknown type {kind.shown()}")
            return self._problem(place, _join(key, "type"), f"{got}; {suggestion(str(name), variants.classes)}")
        cls = variant_class(variants.classes[name])
        same = default if type(default) is cls else None
        return self.dataclass(cls, dataclasses.replace(node, value=rest), key=key, default=same)

    def _refer(self, node: Node, key: str) -> None:
        if isinstance(node.value, dict):
            named = [(name, child.place) for name, child in node.value.items()]
        else:
            items = node.value if isinstance(node.value, list) else [node]
            named = [(item.text or str(item.value), item.place) for item in items if item.value is not None]
        self.references += [Reference(name, place, key) for name, place in named]

    def _problem(self, place: Place, key: str, message: str) -> Any:
        self.problems.append(Problem(place, key, message))
        return INVALID


def _takes(choice: Any, node: Node) -> bool:
    """Whether the node is a mapping and the choice a dataclass, which is written as one."""
    return isinstance(node.value, dict) and dataclasses.is_dataclass(choice)


def _strange_keys(choice: Any, node: Node) -> int:
    """How many keys of a mapping are none of the settings of a dataclass, nor look like one misspelt."""
    if not (isinstance(node.value, dict) and _takes(choice, node)):
        return 0
    names = [setting.name for setting in settings_of(choice)]
    return sum(not suggestion(name, names).startswith("did") for name in node.value)


def _join(key: str, name: str) -> str:
    return f"{key}.{excerpt(name)}" if key else excerpt(name)
