"""Run by a Blender's Python: make the graphs of a file into materials, draw them, print a line of JSON for each."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="avcore-blender-"))
os.environ["MESA_SHADER_CACHE_DISABLE"] = "true"  # or a second run would find its shaders compiled
import bpy

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "addon")]
from live_scene import plane, settings  # noqa: E402

from addon.live import live_material  # noqa: E402

TIMES = 5


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure each graph in each engine."""
    eevee = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"
    for engine in ["CYCLES", *([eevee] if find_library("EGL") else [])]:
        for name, graph in json.loads(Path(sys.argv[1]).read_text()).items():
            bpy.ops.wm.read_factory_settings(use_empty=True)
            settings()
            square, scene = plane(), bpy.context.scene
            scene.render.engine, scene.render.threads_mode = engine, "AUTO"
            scene.render.resolution_x = scene.render.resolution_y = 256
            scene.eevee.taa_render_samples = 1
            found = {"case": name, "engine": engine, "blender": bpy.app.version_string}
            bpy.ops.render.render()  # the engine itself begins here, with a surface that is nothing
            found["made_s"] = seconds(lambda square=square, graph=graph: live_material(graph, square, lit=False))
            first_s = seconds(bpy.ops.render.render)
            node = square.active_material.node_tree.nodes["Group"]
            times = []
            for number in range(TIMES):
                node.inputs["Time"].default_value = node.inputs[
                    "kick" if "kick" in node.inputs else "bass"
                ].default_value = 0.1 * number
                times.append(seconds(bpy.ops.render.render))
            found["frame_s"] = min(times)
            found["compile_s"] = max(0.0, first_s - found["frame_s"])
            found["nodes"] = graph["node_count"]
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
