"""What the panel says of the sound and of what was made from it; cheap, since it is drawn often."""

from __future__ import annotations

import bpy

from ..errors import AddonError
from ..sound import Moved, fingerprint
from . import following
from .hearables import picked_strip, strip_scene


def summary(context: bpy.types.Context) -> tuple[str, str]:
    """One sentence on the picked sound, and its icon."""
    scene, sound = context.scene, context.scene.avcore.now.sound
    try:
        strip = picked_strip(context, scene, sound)
        if strip is None:
            return {"FILE": "", "CHANNEL": "Its strips are mixed when baking"}.get(
                sound.kind, "All strips are mixed when baking"
            ), "NONE"
        states = fingerprint(strip, strip_scene(context, scene), hashed=False).strips
    except AddonError as error:
        return str(error), "ERROR"
    if not states:
        return f"{strip.name} is muted; unmute it, or pick another", "ERROR"
    first, last = min(state.left for state in states), max(state.right for state in states) - 1
    return f"{strip.name}: frames {first} to {last}", "SOUND"


def problems(context: bpy.types.Context) -> list[tuple[str, str, bool]]:
    """What no longer follows its sound: names, why, and whether a shift is all that it needs; alike in one line."""
    alike: dict[tuple[str, bool], list[str]] = {}
    for each in following.stale(context):
        alike.setdefault((each.why, isinstance(each.change, Moved)), []).append(each.name)
    return [(", ".join(names), why, is_shift) for (why, is_shift), names in alike.items()]


def now() -> object:
    """All that the panel says of sound and bakes."""
    context = bpy.context
    return summary(context), problems(context)
