"""What curves of ours remember, kept on their action: a checksum of their keys, and the sound they were made of."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import bpy
import numpy as np

from .curves import SLOTTED, all_curves, find_curve, slot_name

if TYPE_CHECKING:
    from bpy.types import ID, Action, FCurve

TAG = "avcore"


@dataclass(frozen=True)
class CurveMemory:
    """The checksum of the keys as they were written, and texts of their maker: what was heard, how to make it again."""

    checksum: int
    heard: str = ""
    recipe: str = ""


@dataclass(frozen=True)
class Keyed:
    """A curve of ours that remembers a sound. ``owner`` is one of the datablocks that it moves."""

    owner: ID
    path: str
    index: int
    heard: str
    recipe: str

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has edited its keys; those that were edited are the user's."""
        curve = find_curve(self.owner, self.path, self.index)
        return curve is not None and is_untouched(self.owner, curve)


def keyed_curves() -> list[Keyed]:
    """The curves in this file that remember a sound; cheap, since panels ask for them."""
    found = []
    for action in bpy.data.actions:
        if TAG not in action or action.library is not None:
            continue
        for owner in _owners(action):
            record = _record(owner)
            for curve in all_curves(owner):
                memory = record.get(_key(owner, curve))
                if memory is not None and memory.heard:
                    found.append(Keyed(owner, curve.data_path, curve.array_index, memory.heard, memory.recipe))
    return found


def is_tagged(curve: FCurve) -> bool:
    """Whether we made a curve; its keys may have been edited since."""
    return curve.group is not None and curve.group.name == TAG


def is_untouched(owner: ID, curve: FCurve) -> bool:
    """Whether a curve is as we have made it."""
    memory = recall(owner, curve)
    return is_tagged(curve) and memory is not None and memory.checksum == _checksum(curve)


def recall(owner: ID, curve: FCurve) -> CurveMemory | None:
    """What a curve of ours remembers."""
    return _record(owner).get(_key(owner, curve))


def remember(owner: ID, curve: FCurve, *, heard: str, recipe: str) -> None:
    """Keep what a curve was made of, and its keys as they are now."""
    _keep(owner, {**_record(owner), _key(owner, curve): CurveMemory(_checksum(curve), heard, recipe)})


def forget(owner: ID, curve: FCurve) -> None:
    """A curve is ours no longer."""
    record = _record(owner)
    record.pop(_key(owner, curve), None)
    _keep(owner, record)


def _keep(owner: ID, record: dict[str, CurveMemory]) -> None:
    owner.animation_data.action[TAG] = json.dumps({key: asdict(memory) for key, memory in record.items()})


def _record(owner: ID) -> dict[str, CurveMemory]:
    try:
        record = json.loads(owner.animation_data.action.get(TAG, "{}"))
        return {key: CurveMemory(**memory) for key, memory in record.items()}
    except (AttributeError, TypeError, ValueError):
        return {}


def _owners(action: Action) -> list[ID]:
    """One datablock for each set of curves in an action."""
    if not SLOTTED:
        return [owner for owner in _animated() if owner.animation_data.action == action][:1]
    found = (next((user for user in slot.users() if user.is_editable), None) for slot in action.slots)
    return [owner for owner in found if owner is not None]


def _animated() -> Iterator[ID]:
    """Every datablock of this file that has an action, node trees inside others too."""
    for name in dir(bpy.data):
        kind = getattr(bpy.data, name)
        if not isinstance(kind, bpy.types.bpy_prop_collection):
            continue
        for block in kind:
            for owner in (block, getattr(block, "node_tree", None)):
                if owner is not None and owner.is_editable:
                    data = getattr(owner, "animation_data", None)
                    if data is not None and data.action is not None:
                        yield owner


def _checksum(curve: FCurve) -> int:
    points = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", points)
    return zlib.crc32(points.tobytes())


def _key(owner: ID, curve: FCurve) -> str:
    return f"{slot_name(owner)} {curve.data_path} {curve.array_index}"
