"""Run by a Blender's Python: the extension installed and switched on, then what each line of input asks for.

python addon_in_blender.py ZIP PYTHON; each answer is a line of JSON with the seconds that it took
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="avcore-blender-"))
import bpy

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "addon")]
import installed  # noqa: E402

KEYS = 100_000


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def first(song: str) -> float:
    """From picking a song to its first picture; nothing has been started."""
    bpy.context.scene.frame_set(100)

    def clicks() -> None:
        bpy.ops.avcore.pick_sound(kind="FILE", filepath=song)
        bpy.ops.avcore.preview(size=512)

    return seconds(clicks)


def preview(saturation: float) -> float:
    """The picture after a change of a setting."""
    bpy.ops.avcore.choose_preset(preset="ember", overrides=json.dumps({"colour.saturation": saturation}))
    return seconds(lambda: bpy.ops.avcore.preview(size=512))


def bake(folder: str, width: int, height: int, frames: int) -> float:
    """The first frames of the song, from the click to the material that shows them."""
    bpy.ops.avcore.choose_preset(preset="ember", overrides="{}")
    settings = bpy.context.scene.avcore.now.bake
    settings.folder, settings.width, settings.height = folder, width, height
    settings.range, settings.first, settings.last = "CUSTOM", 1, frames
    return seconds(bpy.ops.avcore.bake)


def keys() -> float:
    """A curve with a key on each of many frames."""
    import numpy as np
    from bl_ext.user_default.avcore.keys import ensure_property, make_controller, write_curve

    controller = make_controller(bpy.context.scene, kind="EMPTY", name="bench")
    path = ensure_property(controller, "bench", low=0, high=1)
    values = np.random.default_rng(0).random(KEYS)
    return seconds(lambda: write_curve(controller, path, frames=np.arange(KEYS), values=values))


def main() -> None:
    """Answer until there are no more lines."""
    zip_path, python = sys.argv[1:]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    installed.install(Path(zip_path))
    say(blender=bpy.app.version_string, register_s=seconds(lambda: installed.enable(python)))
    bpy.ops.mesh.primitive_plane_add()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        say(seconds={"first": first, "preview": preview, "bake": bake, "keys": keys}[name](*arguments))


def say(**what: object) -> None:
    """A line that is told from what Blender prints."""
    print(f"bench {json.dumps(what)}", flush=True)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
