"""Where signals live: custom properties with keys, for drivers to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import bpy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .write import KeysError

if TYPE_CHECKING:
    from bpy.types import ID, Object, Scene

ControllerKind = Literal["EMPTY", "OBJECT", "SCENE"]
MARK = "avcore_controller"


def make_controller(scene: Scene, *, kind: ControllerKind, name: str = "avcore", obj: Object | None = None) -> ID:
    """What carries the signals: an empty called ``name`` (the one made before, if it is still there), or what is given.

    Args:
        scene: the controller with ``kind="SCENE"``, and where an empty is put.
        kind: which of them.
        name: for an empty.
        obj: the controller with ``kind="OBJECT"``.

    Raises:
        KeysError: ``kind`` is OBJECT and there is none.
    """
    if kind == "SCENE":
        return scene
    if kind == "OBJECT":
        if obj is None:
            raise KeysError("there is no object to carry the signals; select one, or choose the empty or the scene")
        return obj
    for each in scene.objects:
        if each.get(MARK) == name:
            return each
    empty = bpy.data.objects.new(name, None)
    empty.empty_display_type = "SPHERE"
    empty[MARK] = name
    scene.collection.objects.link(empty)
    return empty


def ensure_property(owner: ID, name: str, *, low: float = 0.0, high: float = 1.0, description: str = "") -> str:
    """A custom property for a signal, with limits; its RNA path, such as ``["bass"]``. Its value is kept if it has one.

    Raises:
        KeysError: there is a property of that name which is no number.
    """
    value = owner.get(name, float(low))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise KeysError(f"{owner.name} has a property {name!r} that is no number; rename it or use another name")
    owner[name] = float(value)
    owner.id_properties_ui(name).update(
        min=float(low), max=float(high), soft_min=float(low), soft_max=float(high), description=description
    )
    return f'["{bpy.utils.escape_identifier(name)}"]'


def scaled(values: ArrayLike, *, low: float, high: float) -> NDArray[np.float64]:
    """Values in [0, 1] as numbers of a property: 0 becomes ``low``, 1 ``high``; NaN (nothing heard) counts as 0."""
    return low + np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0) * (high - low)
