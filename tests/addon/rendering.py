"""Cycles for tests: what a plane that fills the frame shows, pixel by pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
from scenes import noise_pictures, write_bake

from addon.bake import read_maps

SIZE, COUNT = 16, 5


def make_plane(scene: Any) -> Any:
    """A plane that fills the frame of a camera above it, one pixel of the picture to one of the render."""
    bpy.ops.mesh.primitive_plane_add(size=2)
    plane = bpy.context.object
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale, camera.location.z = "ORTHO", 2.0, 3.0
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", 1, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Raw"
    if hasattr(scene.render.image_settings, "media_type"):
        scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    return plane


def rendered(scene: Any, frame: int, folder: Path) -> np.ndarray:
    """What Cycles renders at a frame, linear, the top row first [shape=(SIZE, SIZE, 3)]."""
    scene.frame_set(frame)
    scene.render.filepath = str(folder / f"render{frame}.exr")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    image.colorspace_settings.name = "Non-Color"
    pixels = np.empty(SIZE * SIZE * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels.reshape(SIZE, SIZE, 4)[::-1, :, :3]


def linear(picture: np.ndarray) -> np.ndarray:
    """What 8 bits of sRGB are as linear light (IEC 61966-2-1)."""
    value = picture / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def show_pixels(plane: Any) -> None:
    """Let no ray that is a hundredth of a pixel off mix neighbours."""
    for node in plane.active_material.node_tree.nodes:
        if node.bl_idname == "ShaderNodeTexImage":
            node.interpolation = "Closest"


def assert_shows(scene: Any, frame: int, picture: np.ndarray, folder: Path) -> None:
    show_pixels(scene.objects["Plane"])
    np.testing.assert_allclose(rendered(scene, frame, folder), linear(picture), atol=1e-5)


def with_maps(bake: Path, *names: str) -> Any:
    for seed, name in enumerate(names, 1):
        write_bake(bake.with_name(f"{bake.name}_{name}"), noise_pictures(COUNT, seed=seed))
    return read_maps(bake)


def feeds(tree: Any, node: Any, socket: str) -> Any:
    links = node.inputs[socket].links
    return links[0].from_node if links else None


def principled(material: Any) -> Any:
    return next(node for node in material.node_tree.nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")
