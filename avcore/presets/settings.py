"""The settings of a dataclass, as presets see them."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from functools import cache
from typing import Any, get_type_hints

from avcore.spec import Variants

MISSING = dataclasses.MISSING


@dataclasses.dataclass(frozen=True)
class Setting:
    """One field made with ``avcore.spec.setting``; ``hint`` is its resolved annotation."""

    name: str
    hint: Any
    help: str
    low: float | None
    high: float | None
    refers: str | None
    check: Callable[[Any], None] | None
    field: dataclasses.Field[Any]

    def default(self, instance: object | None) -> Any:
        """The value where a preset says nothing: that of ``instance`` if there is one, else the field's default.

        ``MISSING`` where the setting is required.
        """
        if instance is not None:
            return getattr(instance, self.name)
        if self.field.default_factory is not MISSING:
            return self.field.default_factory()
        return self.field.default


def settings_of(cls: Any) -> tuple[Setting, ...]:
    """The settings of a dataclass in declaration order; fields not made with ``setting`` are not part of presets."""
    return _settings_of(cls)


@cache
def _settings_of(cls: Any) -> tuple[Setting, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        Setting(name=field.name, hint=hints[field.name], field=field, **field.metadata)
        for field in dataclasses.fields(cls)
        if "help" in field.metadata
    )


@cache
def variant_class(name: str) -> type:
    """The class that ``"module:Class"`` names."""
    module, _, qualified = name.partition(":")
    found: type = getattr(importlib.import_module(module), qualified)
    return found


def variant_type(variants: Variants, cls: type) -> str | None:
    """The value of ``type`` that stands for a class; None where it is no variant."""
    name = f"{cls.__module__}:{cls.__qualname__}"
    return next((kind for kind, variant in variants.classes.items() if variant == name), None)
