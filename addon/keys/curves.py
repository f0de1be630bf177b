"""F-curves of a datablock, over the actions of Blender 4.2 (flat) and 4.4 and later (layers and slots)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from bpy.types import ID, FCurve

SLOTTED = bpy.app.version >= (4, 4, 0)


def find_curve(owner: ID, path: str, index: int = 0) -> FCurve | None:
    """The F-curve of a property, None where there is none."""
    bag = _bag(owner, create=False)
    return None if bag is None else bag.fcurves.find(path, index=index)


def all_curves(owner: ID) -> list[FCurve]:
    """All F-curves of a datablock."""
    bag = _bag(owner, create=False)
    return [] if bag is None else list(bag.fcurves)


def is_animated(owner: ID, path: str, index: int = 0) -> bool:
    """Whether a property has keys or a driver."""
    return find_curve(owner, path, index) is not None or find_driver(owner, path, index) is not None


def find_driver(owner: ID, path: str, index: int = 0) -> FCurve | None:
    """The driver of a property, None where there is none."""
    data = owner.animation_data
    return None if data is None else data.drivers.find(path, index=index)


def ensure_curve(owner: ID, path: str, index: int, *, group: str) -> FCurve:
    """The F-curve of a property, made in a channel group of that name where there is none."""
    bag = _bag(owner, create=True)
    curve = bag.fcurves.find(path, index=index) or bag.fcurves.new(path, index=index)
    if curve.group is None or curve.group.name != group:
        curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve


def remove_curve(owner: ID, curve: FCurve) -> None:
    """Remove an F-curve of a datablock, and its group where that is empty then."""
    bag, name = _bag(owner, create=False), curve.group.name if curve.group is not None else ""
    bag.fcurves.remove(curve)
    group = bag.groups.get(name)  # with slots, it goes with its last curve
    if group is not None and not group.channels:
        bag.groups.remove(group)


def slot_name(owner: ID) -> str:
    """What tells the curves of a datablock from those of others in the same action."""
    data = owner.animation_data
    return data.action_slot.identifier if SLOTTED and data is not None and data.action_slot is not None else ""


def _bag(owner: ID, *, create: bool) -> Any:
    """What holds the F-curves and groups of a datablock: its action, or the channels of its slot there."""
    data = owner.animation_data or (owner.animation_data_create() if create else None)
    if data is None:
        return None
    if data.action is None:
        if not create:
            return None
        data.action = bpy.data.actions.new(f"{owner.name}Action")
    action = data.action
    if not SLOTTED:
        return action
    if data.action_slot is None:
        if not create:
            return None
        data.action_slot = next(
            (slot for slot in data.action_suitable_slots if slot.target_id_type in (owner.id_type, "UNSPECIFIED")), None
        ) or action.slots.new(id_type=owner.id_type, name=owner.name)
    for layer in action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(data.action_slot)
            if bag is not None:
                return bag
    if not create:
        return None
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(data.action_slot, ensure=True)
