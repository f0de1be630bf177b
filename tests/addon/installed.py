"""The extension as a user has it: built, installed by Blender, switched on, with an engine from this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODULE = "bl_ext.user_default.avcore"


@cache
def light_zip(folder: Path) -> Path:
    """The zip without wheels, built from this tree with the tool of the Blender at hand, which validates it."""
    import bpy

    tool = Path(bpy.utils.resource_path("LOCAL"), "scripts", "addons_core", "bl_pkg", "cli", "blender_ext.py")
    command = [
        sys.executable,
        str(ROOT / "addon" / "_build"),
        "--only",
        "light",
        "--code-only",
        "--blender-tool",
        str(tool),
    ]
    subprocess.run([*command, "--out", str(folder), "--work", str(folder / "work")], check=True)
    return next(folder.glob("*-light.zip"))


def install(path: Path) -> None:
    """Install a zip through Blender's own installer; it is not switched on yet."""
    import bpy

    bpy.ops.extensions.package_install_files(filepath=str(path), repo="user_default", enable_on_install=False)


def enable(python: str) -> Any:
    """Switch the extension on, with ``python`` for its engine; its preferences."""
    import addon_utils
    import bpy

    assert addon_utils.enable(MODULE, default_set=True) is not None
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.python = python
    return preferences


def disable() -> None:
    """Switch it off."""
    import addon_utils

    addon_utils.disable(MODULE, default_set=True)


def make_song(python: str, path: Path) -> Path:
    """The demo track of avcore."""
    subprocess.run([python, "-m", "avcore.audio.demo", str(path)], check=True, cwd=ROOT, env={**os.environ})
    return path
