"""Folders: where bakes go, where the extension may write, and what the preferences say about engines."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from .. import package

if TYPE_CHECKING:
    from ..prefs import Preferences


@dataclass(frozen=True)
class Wanted:
    """What the search for an engine starts from, read in the main thread."""

    python: str
    venv: Path
    environment: dict[str, str]


def preferences() -> Preferences:
    """The extension's preferences."""
    prefs: Any = bpy.context.preferences.addons[package.NAME].preferences
    return prefs


def user_folder(name: str, *, create: bool = True) -> Path:
    """A folder of the extension's own in the user's Blender folder."""
    if not package.NAME.startswith("bl_ext."):  # used from Python, without being installed
        return Path(bpy.utils.user_resource("DATAFILES", path=os.path.join("avcore", name), create=create))
    return Path(bpy.utils.extension_path_user(package.NAME, path=name, create=create))


def wanted() -> Wanted:
    """What the preferences say about engines."""
    prefs = preferences()
    environment = {}
    if prefs.cache_folder:
        environment["AVCORE_CACHE"] = bpy.path.abspath(prefs.cache_folder)
    folders = [bpy.path.abspath(folder.path) for folder in prefs.preset_folders if folder.path]
    if folders:
        environment["AVCORE_PRESETS"] = os.pathsep.join(folders)
    return Wanted(
        bpy.path.abspath(prefs.python) if prefs.python else "", user_folder("engine", create=False), environment
    )


def bake_folder(chosen: str) -> Path:
    """Where bakes go: the chosen folder, the one in the preferences, or ``bakes`` beside the saved file.

    Raises:
        ValueError: it is to be beside the file, which has no place yet.
    """
    folder = chosen or preferences().output_folder or "//bakes"
    if folder.startswith("//") and not bpy.data.filepath:
        raise ValueError("save the file first, or choose a folder for the bake")
    return Path(bpy.path.abspath(folder))
