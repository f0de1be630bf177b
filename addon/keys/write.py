"""Keys in bulk, on curves of our own; the user's are not touched unasked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import bpy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AddonError
from .curves import all_curves, ensure_curve, find_curve, find_driver, remove_curve
from .decimate import decimate
from .memory import TAG, forget, is_tagged, is_untouched, recall, remember

if TYPE_CHECKING:
    from bpy.types import ID, FCurve

ConflictKind = Literal["keys", "edited", "driver"]
Interpolation = Literal["LINEAR", "CONSTANT", "BEZIER"]


class KeysError(AddonError):
    """A property that cannot have keys."""


@dataclass(frozen=True)
class Conflict:
    """The user's own work on a property: keys, keys of ours that were edited by hand, or a driver."""

    owner: str
    path: str
    index: int
    kind: ConflictKind
    n_keys: int = 0

    @property
    def sentence(self) -> str:
        """What is there and what happens to it, to ask with."""
        what = {
            "keys": f"keys of your own ({self.n_keys})",
            "edited": f"keys that you have edited ({self.n_keys})",
            "driver": "a driver of your own",
        }[self.kind]
        return f"{self.owner}: {self.path}[{self.index}] has {what}; replace?"


@dataclass(frozen=True)
class Written:
    """Keys that were written. ``max_error`` is how far the curve is from the values at any frame, at most."""

    owner: str
    path: str
    index: int
    n_keys: int
    max_error: float


def find_conflict(owner: ID, path: str, index: int = 0) -> Conflict | None:
    """What of the user's is in the way of keys on a property, None where nothing is."""
    if find_driver(owner, path, index) is not None:
        return Conflict(owner.name, path, index, "driver")
    curve = find_curve(owner, path, index)
    if curve is None or curve.is_empty:
        return None
    n = len(curve.keyframe_points)
    if not is_tagged(curve):
        return Conflict(owner.name, path, index, "keys", n)
    return None if is_untouched(owner, curve) else Conflict(owner.name, path, index, "edited", n)


def write_curve(
    owner: ID,
    path: str,
    index: int = 0,
    *,
    frames: ArrayLike,
    values: ArrayLike,
    interpolation: Interpolation = "LINEAR",
    max_error: float | None = None,
    heard: str = "",
    recipe: str = "",
    replace: bool = False,
) -> Written | Conflict:
    """Give a property keys. Keys that this made before are replaced; what the user made is not, unless told to.

    Args:
        owner: the datablock: an object, a material's node tree, a scene ...
        path: RNA path of the property from the datablock: ``location``, ``["bass"]``,
            ``nodes["Mix"].inputs[0].default_value`` ...
        index: which number of a vector or colour.
        frames: increasing [shape=(n,)].
        values: [shape=(n,)], finite, as the property takes them.
        interpolation: between keys; decimated keys are LINEAR.
        max_error: keep only the keys that are needed to be this close at every frame, in units of the values.
        heard: text of ``addon.sound.Fingerprint``, to tell later whether the sound has moved or changed.
        recipe: any text from which the keys can be made again.
        replace: take the place of the user's keys or driver.

    Raises:
        KeysError: there is no such property, it cannot be animated, or the values are no numbers.
    """
    x, y = np.asarray(frames, dtype=np.float32), np.asarray(values, dtype=np.float32)
    _check(owner, path, x, y)
    conflict = find_conflict(owner, path, index)
    if conflict is not None and not replace:
        return conflict
    if conflict is not None and conflict.kind == "driver":
        owner.driver_remove(path, index if _is_array(owner, path) else -1)
    error = 0.0
    if max_error is not None:
        kept = decimate(x, y, max_error=max_error)
        error = float(np.abs(y - np.interp(x, x[kept], y[kept])).max(initial=0.0))
        x, y, interpolation = x[kept], y[kept], "LINEAR"
    curve = ensure_curve(owner, path, index, group=TAG)
    _set_keys(curve, x, y, interpolation)
    remember(owner, curve, heard=heard, recipe=recipe)
    return Written(owner.name, path, index, len(x), error)


def remove_curves(owner: ID, *, prefix: str = "") -> int:
    """Remove the keys of ours that nobody has edited, of paths that begin so; how many curves that were."""
    ours = [curve for curve in all_curves(owner) if is_tagged(curve) and is_untouched(owner, curve)]
    ours = [curve for curve in ours if curve.data_path.startswith(prefix)]
    for curve in ours:
        forget(owner, curve)
        remove_curve(owner, curve)
    return len(ours)


def shift_curves(owner: ID, by: int) -> int:
    """Move the keys of ours that nobody has edited by whole frames; how many curves that were."""
    return sum(_shift(owner, curve, by) for curve in all_curves(owner))


def shift_curve(owner: ID, path: str, index: int = 0, *, by: int, heard: str = "", recipe: str = "") -> bool:
    """Move the keys of one curve, if they are ours and nobody has edited them; what they remember is new then."""
    curve = find_curve(owner, path, index)
    if curve is None or not _shift(owner, curve, by):
        return False
    remember(owner, curve, heard=heard, recipe=recipe)
    return True


def _shift(owner: ID, curve: FCurve, by: int) -> bool:
    memory = recall(owner, curve)
    if memory is None or not is_untouched(owner, curve):
        return False
    for attribute in ("co", "handle_left", "handle_right"):
        points = np.empty(2 * len(curve.keyframe_points), np.float32)
        curve.keyframe_points.foreach_get(attribute, points)
        points[0::2] += by
        curve.keyframe_points.foreach_set(attribute, points)
    curve.update()
    remember(owner, curve, heard=memory.heard, recipe=memory.recipe)
    return True


def _check(owner: ID, path: str, frames: NDArray[np.float32], values: NDArray[np.float32]) -> None:
    if frames.shape != values.shape or frames.ndim != 1 or not len(frames):
        raise KeysError(f"{owner.name}: {path} needs as many values as frames, and at least one")
    if not (np.isfinite(frames).all() and np.isfinite(values).all() and (np.diff(frames) > 0).all()):
        raise KeysError(f"{owner.name}: {path} needs increasing frames and values that are numbers")
    if not owner.is_editable:
        raise KeysError(f"{owner.name} belongs to another file and cannot have keys; make it local or override it")
    try:
        owner.path_resolve(path)
    except ValueError as error:
        raise KeysError(f"{owner.name} has no property {path}; copy its data path from its right-click menu") from error


def _is_array(owner: ID, path: str) -> bool:
    return hasattr(owner.path_resolve(path), "__len__")


def _set_keys(curve: FCurve, frames: NDArray[np.float32], values: NDArray[np.float32], interpolation: str) -> None:
    points = curve.keyframe_points
    points.clear()
    points.add(len(frames))
    points.foreach_set("co", np.stack([frames, values], axis=-1).ravel())
    points.foreach_set("interpolation", np.full(len(frames), _number("interpolation", interpolation), np.intc))
    for side in ("handle_left_type", "handle_right_type"):
        points.foreach_set(side, np.full(len(frames), _number(side, "AUTO_CLAMPED"), np.intc))
    curve.update()


def _number(attribute: str, name: str) -> int:
    return int(bpy.types.Keyframe.bl_rna.properties[attribute].enum_items[name].value)
