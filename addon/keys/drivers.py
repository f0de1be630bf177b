"""Drivers that read a controller: simple expressions, which Blender evaluates also where scripts may not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .curves import find_curve, find_driver
from .write import TAG, Conflict, KeysError, find_conflict

if TYPE_CHECKING:
    from bpy.types import ID, FCurve


@dataclass(frozen=True)
class Driven:
    """A property that follows a controller, by ``expression``."""

    owner: str
    path: str
    index: int
    expression: str


def add_driver(
    owner: ID,
    path: str,
    index: int = 0,
    *,
    source: ID,
    source_path: str,
    low: float = 0.0,
    high: float = 1.0,
    replace: bool = False,
) -> Driven | Conflict:
    """Let a property follow a number in [0, 1] of ``source``: ``low`` at 0, ``high`` at 1.

    A driver that this made before is replaced; what the user made is not, unless told to.

    Raises:
        KeysError: there is no such property, or it cannot be driven.
    """
    try:
        is_array = hasattr(owner.path_resolve(path), "__len__")
        source.path_resolve(source_path)
    except ValueError as error:
        raise KeysError(f"there is no {path} on {owner.name}, or no {source_path} on {source.name}") from error
    driver = find_driver(owner, path, index)
    if not replace:
        if driver is not None and not _is_ours(driver):
            return Conflict(owner.name, path, index, "driver")
        if driver is None:
            conflict = find_conflict(owner, path, index)
            if conflict is not None or find_curve(owner, path, index) is not None:
                return conflict or Conflict(owner.name, path, index, "keys")
    at = index if is_array else -1
    try:
        if driver is not None:
            owner.driver_remove(path, at)
        driver = owner.driver_add(path, at)
    except TypeError as error:
        raise KeysError(f"{path} of {owner.name} cannot be driven; choose another property") from error
    while driver.modifiers:  # a new driver has a polynomial that would be in the way of nothing, and shows nothing
        driver.modifiers.remove(driver.modifiers[0])
    variable = driver.driver.variables.new()
    variable.name = TAG
    target = variable.targets[0]
    target.id_type = source.id_type
    target.id = source
    target.data_path = source_path
    driver.driver.type = "SCRIPTED"
    driver.driver.expression = f"{low:.9g} + {high - low:.9g} * {TAG}"
    return Driven(owner.name, path, index, driver.driver.expression)


def remove_driver(owner: ID, path: str, index: int = 0) -> bool:
    """Remove a driver that this made; whether there was one."""
    driver = find_driver(owner, path, index)
    if driver is None or not _is_ours(driver):
        return False
    return bool(owner.driver_remove(path, index if hasattr(owner.path_resolve(path), "__len__") else -1))


def _is_ours(driver: FCurve) -> bool:
    return [variable.name for variable in driver.driver.variables] == [TAG]
