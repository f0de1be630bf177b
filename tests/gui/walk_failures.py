"""Inside Blender: undo during a bake, then a bake in which Blender is killed; the next time, that bake again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from driver import SHARE, Steps, area, found, install, key, move, play, set_up, shot, until, within


def walk() -> Steps:
    """Bake twice, as a person does; in the second bake this process is killed from outside."""
    install()
    yield 0.5
    from bl_ext.user_default.avcore.session import bakes, catalogue
    from bl_ext.user_default.avcore.session.engine import session

    yield from set_up()
    yield from until(lambda: bool(catalogue.presets()), seconds=120)
    bake = bpy.context.scene.avcore.now.bake
    bake.folder, bake.width, bake.height = str(SHARE / "bakes"), 512, 512
    view = area("VIEW_3D")
    move(view)

    def begin(name: str) -> Steps:
        bpy.context.scene.avcore.now.bake.name = name
        with within(view):
            bpy.ops.avcore.bake("INVOKE_DEFAULT", True)
        yield from until(lambda: bakes.current.run.fraction > 0.1, seconds=200)

    if not (SHARE / "was-killed").is_file():
        with within(view):
            bpy.ops.mesh.primitive_cone_add("EXEC_DEFAULT", True)
        yield from begin("undone")
        objects = len(bpy.data.objects)
        key("ctrl+z")
        yield 1.5
        found["undone_objects"] = objects - len(bpy.data.objects)
        found["runs_after_undo"] = not bakes.current.run.is_over
        key("ctrl+shift+z")
        yield from until(lambda: bakes.current.run.is_over, seconds=300)
        yield 1.0
        run = bakes.current.run
        found["undone_frames"] = run.baked.frames if run.baked else str(run.failed)
        found["undone_images"] = [image.name for image in bpy.data.images if "avcore" in image]
        shot("14-undone")
        yield from begin("killed")
        found["pids"] = [os.getpid(), session.welcome.pid]
        yield from until(lambda: False, seconds=200)
    yield from begin("killed")
    yield from until(lambda: bakes.current.run.is_over, seconds=300)
    run = bakes.current.run
    found["skipped"], found["frames"] = (run.baked.skipped, run.baked.frames) if run.baked else (0, str(run.failed))


play(walk())
