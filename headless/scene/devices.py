"""What Cycles and the processor are to be used of."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import bpy

from avcore.errors import InputError

if TYPE_CHECKING:
    from bpy.types import Scene

LOG = logging.getLogger(__name__)

# In the order in which they are preferred.
KINDS = {"optix": "OPTIX", "cuda": "CUDA", "hip": "HIP", "oneapi": "ONEAPI", "metal": "METAL"}


def use(scene: Scene, device: str | None) -> str:
    """Let Cycles render on a device; its kind. Without one, what the scene says: the best GPU that is here.

    Raises:
        InputError: this Blender was built without it, or there is no such device.
    """
    if device is None and scene.cycles.device == "CPU":
        return "cpu"
    if device == "cpu":
        scene.cycles.device = "CPU"
        return "cpu"
    for kind in KINDS if device is None else [device]:
        if _switch_on(kind):
            scene.cycles.device = "GPU"
            return kind
    if device is not None:
        raise InputError(
            f"there is no {device} device that Blender {bpy.app.version_string} can use here; "
            f"render with --device cpu, or where there is one ({', '.join(here()) or 'here is none'})"
        )
    LOG.warning("the scene asks for a GPU and there is none here, so Cycles renders on the processor")
    scene.cycles.device = "CPU"
    return "cpu"


def here() -> list[str]:
    """The kinds of devices that Cycles can use on this machine, beside the processor."""
    return [kind for kind in KINDS if _devices(kind)]


def use_threads(scene: Scene, threads: int | None) -> None:
    """Render with so many threads; with all without a number."""
    scene.render.threads_mode = "AUTO" if threads is None else "FIXED"
    if threads is not None:
        scene.render.threads = threads


def _devices(kind: str) -> list[object]:
    """The devices of a kind, as Cycles' add-on lists them."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    built = {item[0] for item in preferences.get_device_types(bpy.context)}
    if KINDS[kind] not in built:
        return []
    return [device for device in preferences.get_devices_for_type(KINDS[kind]) if device.type == KINDS[kind]]


def _switch_on(kind: str) -> bool:
    if kind not in KINDS or not _devices(kind):
        return False
    preferences = bpy.context.preferences.addons["cycles"].preferences
    preferences.compute_device_type = KINDS[kind]
    for device in preferences.devices:
        device.use = device.type == KINDS[kind]
    return True
