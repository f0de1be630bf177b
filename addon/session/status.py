"""What the panel says of the sound and of what was baked from it; cheap, since it is drawn often."""

from __future__ import annotations

import bpy

from ..errors import AddonError
from ..sound import Moved, fingerprint
from . import make
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
    """Baked images that no longer follow their sound: name, why, and whether a shift is all that they need."""
    return [
        (image.name, f"its strip has moved by {change.frames} frames", True)
        if isinstance(change, Moved)
        else (image.name, getattr(change, "reason", ""), False)
        for image, change in make.stale(context)
    ]


def now() -> object:
    """All that the panel says of sound and bakes."""
    context = bpy.context
    return summary(context), problems(context)
