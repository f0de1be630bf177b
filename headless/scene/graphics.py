"""Whether Blender can draw with a graphics context here, which Eevee and Workbench need and Cycles does not.

It is tried in a process of its own: where a library is missing, Blender ends the whole process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import bpy

from avcore.errors import InputError

LONGEST_S = 180
_TRY = """
import bpy, os, sys, tempfile
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
scene.collection.objects.link(scene.camera)
scene.render.engine = "BLENDER_WORKBENCH"
scene.render.resolution_x = scene.render.resolution_y = 8
bpy.ops.render.render()
os._exit(77)
"""
_WELL = 77  # no way to fail ends with it


@cache
def why_not() -> str:
    """Why there is no graphics context here, in a sentence; empty where there is one. Takes a second, once."""
    blender = bpy.app.binary_path
    command = [blender, "--background", "--factory-startup", "--python-expr", _TRY] if blender else []
    try:
        done = subprocess.run(
            command or [sys.executable, "-c", _TRY],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LONGEST_S,
            env=os.environ,
        )
    except subprocess.TimeoutExpired:
        return f"a first picture was not drawn in {LONGEST_S} s"
    if done.returncode == _WELL:
        return ""
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if "EGL" in line or "rror" in line]
    return said[0][:200] if said else f"Blender ended with {done.returncode} when it drew a first picture"


def check(engine: str) -> None:
    """See that there is a graphics context for an engine.

    Raises:
        InputError: there is none.
    """
    reason = why_not()
    if reason:
        raise InputError(
            f"{engine} needs a graphics context and here is none ({reason}); install libegl1 and a graphics driver "
            "(Mesa does), or render with -E cycles"
        )
