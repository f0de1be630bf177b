"""A Blender of its own for `test_failures_*.py`: switch the extension on, bake, say how it ended.

python bake_visit.py TOLD, where the file TOLD holds the settings as JSON, and then what came of them
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

import bpy  # noqa: E402
import installed  # noqa: E402

told = Path(sys.argv[1])
asked = json.loads(told.read_text())
bpy.ops.wm.read_factory_settings(use_empty=True)
installed.enable(asked["python"])
bpy.ops.mesh.primitive_plane_add()
bpy.ops.avcore.pick_sound(kind="FILE", filepath=asked["song"])
job = bpy.context.scene.avcore.now
job.preset.name = asked["preset"]
for name, value in asked["bake"].items():
    setattr(job.bake, name, value)
try:
    bpy.ops.avcore.bake()
    asked["error"] = ""
except RuntimeError as error:
    asked["error"] = str(error)
asked["images"] = [image.name for image in bpy.data.images if "avcore" in image]
told.write_text(json.dumps(asked))
installed.disable()
sys.stdout.flush()
os._exit(0)  # some wheels crash or hang in an orderly exit
