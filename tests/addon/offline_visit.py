"""Run by `test_extension_full.py` in a Blender without network: install a full zip, look, bake, say how long it took.

python offline_visit.py ZIP SONG FOLDER
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

zip_path, song, folder = map(Path, sys.argv[1:])
began = time.monotonic()

import bpy  # noqa: E402

bpy.ops.extensions.package_install_files(filepath=str(zip_path), repo="user_default", enable_on_install=True)
installed_s = time.monotonic() - began
bpy.ops.mesh.primitive_plane_add()
bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(song))
bpy.context.scene.frame_set(200)
bpy.ops.avcore.preview(size=512)
picture_s = time.monotonic() - began
bake = bpy.context.scene.avcore.now.bake
bake.width = bake.height = 128
bake.folder, bake.range, bake.first, bake.last = str(folder / "bakes"), "CUSTOM", 1, 48
bpy.ops.avcore.bake()
bake.format, bake.name = "video", "film"
bpy.ops.avcore.bake()
bpy.ops.avcore.doctor()
told = {
    "installed_s": round(installed_s, 1),
    "first_picture_s": round(picture_s, 1),
    "frames": len(list((folder / "bakes").glob("*/*.png"))),
    "films": [path.stat().st_size for path in (folder / "bakes").glob("*.mp4")],
    "material": bpy.context.object.active_material.name,
    "doctor": bpy.data.texts["avcore doctor"].as_string(),
}
(folder / "told.json").write_text(json.dumps(told))
sys.stdout.flush()
os._exit(0)  # some wheels crash or hang in an orderly exit
