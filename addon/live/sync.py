"""What makes a live picture follow its sound: keys for time and signals, on its node or on a controller."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..keys import (
    Conflict,
    Driven,
    Written,
    add_driver,
    ensure_property,
    find_curve,
    shift_curve,
    write_curve,
)
from ..keys.curves import find_driver
from .memory import LiveNode
from .operations import LiveError
from .places import forget, input_path

if TYPE_CHECKING:
    from bpy.types import ID

TIME = "Time"

# Seconds that the time of a frame may be off: for a strip at its own speed, two keys are exact.
TIME_ERROR_S = 1e-5


def follow(
    live: LiveNode,
    *,
    frames: ArrayLike,
    times_s: ArrayLike,
    signals: Mapping[str, ArrayLike],
    controller: ID | None = None,
    label: str = "",
    max_error: float | None = None,
    replace: bool = False,
) -> list[Written | Driven | Conflict]:
    """Give a live picture the time and signals of its sound, frame by frame.

    Without a controller, the inputs of the node have the keys. With one, it has them as custom properties, which the
    inputs read by drivers, so that several pictures of the same preset follow the same curves. Where nothing is heard,
    the picture stays as it was. Called again, it replaces what it made.

    Args:
        live: what ``live_material`` and so on returned.
        frames: the scene's frames, increasing [shape=(n,)].
        times_s: seconds of the sound heard at each, NaN where nothing is [shape=(n,)].
        signals: values by the names of the graph's signals, NaN where nothing is heard [each shape=(n,)].
        controller: an object, scene ... for the keys.
        label: what its properties are called before the names of the signals, to tell pictures apart.
        max_error: keep only as many keys as are needed to be this close; for signals alone.
        replace: take the place of the user's own keys or drivers.

    Raises:
        LiveError: nothing is heard at all.
        KeysError: an input cannot have keys.
    """
    heard = np.isfinite(np.asarray(times_s, dtype=np.float64))
    if not heard.any():
        raise LiveError("nothing of the sound is heard in these frames; unmute it, or pick another sound")
    rows = {TIME: times_s, **signals}
    node = live.group_node
    rows = {name: row for name, row in rows.items() if name in node.inputs}
    forget(live)
    done: list[Written | Driven | Conflict] = []
    for name, row in rows.items():
        path = input_path(live, node.inputs.find(name))
        keys = {
            "frames": frames,
            "values": _held(row, heard),
            "max_error": TIME_ERROR_S if name == TIME else max_error,
            "replace": replace,
        }
        if controller is None:
            done.append(write_curve(live.tree, path, **keys))
            continue
        low, high = float(np.min(keys["values"])), float(np.max(keys["values"]))
        told = ensure_property(
            controller, label + name, low=min(low, 0.0), high=max(high, 1.0), description="for live pictures"
        )
        done.append(write_curve(controller, told, **keys))
        done.append(add_driver(live.tree, path, source=controller, source_path=told, replace=replace))
    return done


def sources(live: LiveNode) -> list[tuple[ID, str]]:
    """What moves a live picture: the datablocks and RNA paths of its keys, its own or those of a controller."""
    found = []
    for index in range(len(live.group_node.inputs)):
        path = input_path(live, index)
        driver = find_driver(live.tree, path)
        if driver is not None:
            found += [(target.id, target.data_path) for each in driver.driver.variables for target in each.targets]
        elif find_curve(live.tree, path) is not None:
            found.append((live.tree, path))
    return [(owner, path) for owner, path in found if owner is not None]


def shift(live: LiveNode, by: int) -> int:
    """Move a live picture with its strip by whole frames; how many curves that took.

    Keys of a controller that pictures share are moved with the first of them.
    """
    memory, moved = live.memory, 0
    for owner, path in sources(live):
        curve = find_curve(owner, path)
        if curve is None or curve.is_empty:
            continue
        start = round(curve.keyframe_points[0].co.x)
        wanted = (start if memory is None else memory.frame_start) + by
        if start != wanted:
            moved += shift_curve(owner, path, by=wanted - start)
    if memory is not None:
        live.remember(dataclasses.replace(memory, frame_start=memory.frame_start + by))
    return moved


def _held(row: ArrayLike, heard: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Values where something is heard; before and between, the nearest one before, or the first."""
    values = np.asarray(row, dtype=np.float64)
    last = np.maximum.accumulate(np.where(heard, np.arange(len(values)), -1))
    return values[np.where(last < 0, int(np.argmax(heard)), last)]
