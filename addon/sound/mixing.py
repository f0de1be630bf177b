"""How a scene is mixed: here where Blender runs in background, and by another Blender where it has a window.

In a window, Blender 5.2.2 mixes in a job that ends when its scene goes, and, once Esc was pressed for whatever reason,
stops at its beginning until something is rendered (both measured). Another Blender does neither.
"""

from __future__ import annotations

import inspect
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from bpy.types import Scene

LONGEST_S = 600


def wait_for(path: str) -> None:
    """Wait until a WAV file is whole: a job may still be writing it when Blender's operator returns.

    Raises:
        OSError: it does not grow any more.
    """
    import os  # here, since this function is sent to the other Blender as text
    import time

    grown, size = time.monotonic(), -1
    while True:
        header, now = b"", 0
        if os.path.isfile(path):
            with open(path, "rb") as file:
                header, now = file.read(8), os.path.getsize(path)
        if now > 44 and int.from_bytes(header[4:], "little") == now - 8:  # its size is written into it last
            return
        if now != size:
            grown, size = time.monotonic(), now
        if time.monotonic() - grown > 20.0:
            raise OSError("Blender has stopped mixing")
        time.sleep(0.01)


MIX = f"""
import bpy, sys
{inspect.getsource(wait_for)}
name, path, sample = sys.argv[-3:]
scene = bpy.data.scenes[name]
for workspace in bpy.data.workspaces:
    if hasattr(workspace, "sequencer_scene"):
        workspace.sequencer_scene = scene
with bpy.context.temp_override(scene=scene):
    bpy.ops.sound.mixdown(filepath=path, container="WAV", codec="PCM", format=sample, check_existing=False)
wait_for(path)
"""


def mix_here(copy: Scene, path: Path, *, sample: str) -> None:
    """Write the sound of a copy of a scene, without a window.

    Raises:
        RuntimeError, OSError: it cannot be written.
    """
    workspace = bpy.context.workspace
    shown = getattr(workspace, "sequencer_scene", None)
    try:
        if shown is not None:
            workspace.sequencer_scene = copy
        with bpy.context.temp_override(scene=copy):
            bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format=sample, check_existing=False)
        wait_for(str(path))
    finally:
        if shown is not None:
            workspace.sequencer_scene = shown


def mix_apart(copy: Scene, path: Path, *, sample: str) -> None:
    """Write the sound of a copy of a scene, which loses its objects, by another Blender.

    Raises:
        OSError: that cannot be started, or has not written it.
    """
    for owner in (copy.collection.children, copy.collection.objects):
        for each in list(owner):
            owner.unlink(each)
    copy.world = copy.camera = None
    with tempfile.TemporaryDirectory() as folder:
        blend = Path(folder) / "mix.blend"
        bpy.data.libraries.write(str(blend), {copy}, path_remap="ABSOLUTE")
        command = [bpy.app.binary_path, "--background", "--factory-startup", str(blend), "--python-exit-code", "1"]
        told = ["--python-expr", MIX, "--", copy.name, str(path), sample]
        try:
            done = subprocess.run([*command, *told], capture_output=True, text=True, timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise OSError("another Blender has not mixed it in ten minutes") from error
    if done.returncode or not path.is_file():
        raise OSError(f"another Blender has not mixed it: {(done.stderr or done.stdout).strip()[-300:]}")
