"""The job for a render farm that is being written, or was written last."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import package
from ..engine.farm import Export, Order
from ..errors import AddonError
from . import places
from .engine import NOT_FOUND, session

UNSAVED = "save the file first, since a farm reads it from disk"


class Current:
    """The export under way or the last one."""

    export: Export | None = None

    @property
    def is_running(self) -> bool:
        """Whether one is under way."""
        return self.export is not None and not self.export.is_over


current = Current()


def is_saved() -> bool:
    """Whether the file on disk is what is seen here; without a window, Blender does not keep count of changes."""
    return bool(bpy.data.filepath) and (bpy.app.background or not bpy.data.is_dirty)


def manager() -> str:
    """The address of the Flamenco Manager in the preferences; empty where this build asks for no network."""
    return places.preferences().flamenco_manager.strip() if package.is_self_hosted() else ""


def order(scene: bpy.types.Scene, *, submit: bool) -> Order:
    """What the panel asks for.

    Raises:
        AddonError: it cannot be done as things are.
    """
    if not is_saved():
        raise AddonError(UNSAVED)
    if submit and not bpy.app.online_access:
        raise AddonError("allow online access in the preferences (System), since the Manager is another machine")
    if session.engine is None:
        raise AddonError(session.problem or NOT_FOUND)
    farm = scene.avcore.farm
    blend = Path(bpy.data.filepath)
    folder = Path(bpy.path.abspath(farm.folder)) if farm.folder else blend.with_name(f"{blend.stem} farm")
    return Order(
        session.engine,
        blend,
        folder,
        farm.frames_per_task,
        profile=farm.profile,
        blender=bpy.app.binary_path or "",
        manager=manager() if submit else "",
        variables=places.wanted().environment,
    )
