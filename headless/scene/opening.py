"""Opening a .blend, and choosing what of it is rendered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from avcore.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpy.types import Scene


def open_file(path: Path, *, scripts: bool = False) -> None:
    """Open a .blend. Its drivers with Python expressions and its registered texts run only with ``scripts``.

    Raises:
        InputError: it is missing, no .blend, or of a newer Blender than this.
    """
    if not path.is_file():
        raise InputError(f"there is no scene {path}; check the path, or run `setup` first")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=scripts)
    except RuntimeError as error:
        said = " ".join(str(error).removeprefix("Error: ").split())
        raise InputError(
            f"Blender {bpy.app.version_string} cannot open {path} ({said}); it may be damaged, or saved by a newer one"
        ) from error


def no_backups() -> None:
    """Let Blender leave no ``.blend1`` beside a part file when it saves over it."""
    bpy.context.preferences.filepaths.save_version = 0


def pick(*, scene: str | None = None, view_layer: str | None = None, camera: str | None = None) -> Scene:
    """The scene to render, with one view layer alone and another camera where these are named.

    Raises:
        UsageError: there is none of that name.
        InputError: the scene has no camera.
    """
    chosen = bpy.context.scene if scene is None else _named(scene, bpy.data.scenes, "scene")
    bpy.context.window.scene = chosen
    if view_layer is not None:
        _named(view_layer, chosen.view_layers, "view layer")
        for layer in chosen.view_layers:
            layer.use = layer.name == view_layer
    if camera is not None:
        cameras = [obj for obj in chosen.objects if obj.type == "CAMERA"]
        chosen.camera = _named(camera, cameras, "camera")
        for marker in chosen.timeline_markers:  # they would bind others
            marker.camera = None
    if chosen.camera is None and not any(marker.camera for marker in chosen.timeline_markers):
        raise InputError(f"the scene {chosen.name!r} has no camera; add one, or name one with --camera")
    return chosen


def _named(name: str, things: Iterable, kind: str):  # type: ignore[no-untyped-def,type-arg]
    every = list(things)
    for thing in every:
        if thing.name == name:
            return thing
    names = ", ".join(thing.name for thing in every[:12]) or "none"
    raise UsageError(f"there is no {kind} {name!r} in {bpy.data.filepath}; there is: {names}")
