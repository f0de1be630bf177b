"""Blender as a module, where it is there; importing it takes half a second, and is done once it is needed."""

from __future__ import annotations

import importlib.util
import os
import sys

from avcore.errors import InputError
from avcore.files import cache_folder


def need_bpy(command: str) -> None:
    """Load Blender, with none of the user's own settings and add-ons where it is the module.

    Raises:
        InputError: this Python has no ``bpy``.
    """
    if importlib.util.find_spec("bpy") is None:
        raise InputError(
            f"`{command}` needs Blender as a module; `pip install bpy` into a Python 3.11 or 3.13 that has avcore, "
            "or run it in Blender itself (see headless/README.md)"
        )
    if "bpy" not in sys.modules:  # two hosts must not differ by what is in a home folder
        os.environ.setdefault("BLENDER_USER_RESOURCES", str(cache_folder() / "blender"))
    import bpy  # noqa: F401
