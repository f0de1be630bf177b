"""Scenes that show a live picture, and what Cycles makes of them."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

ROOT = Path(__file__).parents[2]
REAL_SONG = ROOT / ".." / "shared" / "audio" / "electronic-motion.ogg"
SIZE = 64


@dataclass(frozen=True)
class Case:
    """A graph, the inputs of some moments, and the pictures of these [shape=(n, height, width, 3), sRGB]."""

    name: str
    graph: dict[str, Any]
    moments: list[dict[str, float]]
    pictures: Any
    osl: str


def make_cases(folder: Path, python: str) -> dict[str, Case]:
    """What ``live_cases.py`` writes with a Python that has avcore: real music where it is at hand."""
    song = [str(REAL_SONG.resolve())] if REAL_SONG.is_file() else []
    environment = {**os.environ, "AVCORE_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    command = [python, str(Path(__file__).with_name("live_cases.py")), str(folder), *song]
    subprocess.run(command, check=True, env=environment, timeout=600)
    return {path.stem: _case(path) for path in sorted(folder.glob("*.json"))}


def _case(path: Path) -> Case:
    told = json.loads(path.read_text())
    osl = path.with_suffix(".osl").read_text()
    return Case(path.stem, told["graph"], told["moments"], np.load(path.with_suffix(".npy")), osl)


def plane() -> Any:
    """A square that fills the picture, and the camera that sees it."""
    scene = bpy.context.scene
    mesh = bpy.data.meshes.new("square")
    mesh.from_pydata([(-0.5, -0.5, 0), (0.5, -0.5, 0), (0.5, 0.5, 0), (-0.5, 0.5, 0)], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new()
    square = bpy.data.objects.new("square", mesh)
    scene.collection.objects.link(square)
    camera = bpy.data.cameras.new("camera")
    camera.type, camera.ortho_scale = "ORTHO", 1.0
    look(camera, (0.0, 0.0, 1.0), (0.0, 0.0, 0.0))
    return square


def look(camera: Any, location: Any, turned: Any) -> None:
    """Put a camera into the scene."""
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("camera", camera)
    scene.camera.location, scene.camera.rotation_euler = location, turned
    scene.collection.objects.link(scene.camera)


def settings() -> None:
    """One sample in the middle of each pixel, as it is."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 1, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "OPEN_EXR", "32"
    scene.render.image_settings.exr_codec = "NONE"


def render(path: Path) -> Any:
    """The scene, as sRGB [shape=(height, width, 3)], the top row first."""
    scene = bpy.context.scene
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return shown(path)


def shown(path: Path) -> Any:
    """A rendered picture of linear light, as sRGB [shape=(height, width, 3)], the top row first."""
    image = bpy.data.images.load(str(path))
    values = np.empty(SIZE * SIZE * image.channels, np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    light = values.reshape(SIZE, SIZE, -1)[::-1, :, :3].astype(np.float64)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


def psnr_db(a: Any, b: Any) -> float:
    """Agreement of two pictures."""
    return float(-10 * np.log10(np.mean((a - b) ** 2) + 1e-20))


def give(node: Any, moment: dict[str, float]) -> None:
    """Set inputs of a node."""
    for name, value in moment.items():
        node.inputs[name.replace("-", "_") if name not in node.inputs else name].default_value = value


def allow_osl() -> None:
    """Let Cycles compile scripts; the wheels keep what it needs for that beside the path."""
    place = os.path.join(bpy.utils.resource_path("LOCAL"), "python", "lib", "python3*", "site-packages")
    sys.path.extend(path for path in glob.glob(place) if path not in sys.path)
    bpy.context.scene.cycles.shading_system = True
