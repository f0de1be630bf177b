"""What a material shows, and whether that is what was baked: a square before a camera, ten frames of a song."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
from live_scene import plane, render, settings

AGREEMENT_DB = 45.0
FIRST, LAST = 101, 110


def set_up(song: Path, folder: Path) -> Any:
    """A square before a camera, active; a song as a file; ten frames of 64 x 64 pixels, without smooth edges."""
    scene = bpy.context.scene
    settings()
    choose(plane())
    bpy.ops.avcore.pick_sound(kind="FILE", filepath=str(song))
    bake = scene.avcore.now.bake
    bake.width = bake.height = 64
    bake.folder, bake.quality, bake.surface = str(folder / "bakes"), "draft", "SHINING"
    bake.range, bake.first, bake.last = "CUSTOM", FIRST, LAST
    return scene


def choose(obj: Any) -> Any:
    """Make an object the active one."""
    bpy.context.view_layer.objects.active = obj
    return obj


def material() -> Any:
    return bpy.context.object.active_material


def surface() -> Any:
    """What the material shows."""
    output = next(node for node in material().node_tree.nodes if node.type == "OUTPUT_MATERIAL")
    return output.inputs["Surface"].links[0].from_node


def roles() -> set[str]:
    return {node["avcore"] for node in material().node_tree.nodes if "avcore" in node}


def source(node: Any, name: str) -> Any:
    """What feeds an input of a node."""
    return node.inputs[name].links[0].from_node if node.inputs[name].links else None


def rendered(scene: Any, frame: int, folder: Path) -> Any:
    scene.frame_set(frame)
    for node in material().node_tree.nodes if bpy.context.object.type == "MESH" and material() else ():
        if node.type == "TEX_IMAGE":
            node.interpolation = "Closest"
    return render(folder / f"{frame}.exr")


def baked(folder: Path, name: str, frame: int) -> Any:
    """A baked PNG, as sRGB, the top row first."""
    image = bpy.data.images.load(str(folder / name / f"{name}_{frame - FIRST + 1:04d}.png"))
    image.colorspace_settings.name = "Non-Color"
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels.reshape(64, 64, -1)[::-1, :, :3]


def live_node() -> Any:
    return next(node for node in material().node_tree.nodes if node.get("avcore") == "live")


def curves(owner: Any) -> list[Any]:
    from bl_ext.user_default.avcore.keys import all_curves

    return all_curves(owner.node_tree if hasattr(owner, "node_tree") else owner)
