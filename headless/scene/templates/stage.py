"""What a template is for: the object that the picture goes on, and how. And the parts that templates are built of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from bpy.types import Camera, Light, Material, Mesh, Node, NodeTree, Object, Scene

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Stage:
    """Where the picture goes in a scene.

    ``lit`` is a surface that light falls on; otherwise it shines as the picture is, ``strength`` times as bright.
    ``finish`` is called with the material that shows the picture and the output that has its colour. ``slots`` are more
    places that show the same material, and ``images`` image nodes of the user's that get the picture instead of all.
    """

    obj: Object | None
    slot: int | None = None
    lit: bool = False
    strength: float = 1.0
    finish: Callable[[Material, Any], None] | None = None
    slots: tuple[tuple[Object, int], ...] = ()
    images: tuple[tuple[NodeTree, Node], ...] = ()


def add(scene: Scene, name: str, data: Mesh | Camera | Light, at: Point = (0.0, 0.0, 0.0)) -> Object:
    """A new object of a scene."""
    obj = bpy.data.objects.new(name, data)
    obj.location = at
    scene.collection.objects.link(obj)
    return obj


def quad(name: str, corners: tuple[Point, Point, Point, Point]) -> Mesh:
    """A rectangle, its corners anticlockwise from where the picture's lower left is; the picture fills it."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    layer = mesh.uv_layers.new(name="UVMap")
    for loop, uv in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        layer.data[loop].uv = uv
    return mesh


def box(name: str, size: Point) -> Mesh:
    """A box that stands on its origin."""
    x, y, z = size[0] / 2, size[1] / 2, size[2]
    corners = [(a * x, b * y, c * z) for c in (0, 1) for b in (-1, 1) for a in (-1, 1)]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    return mesh


def camera(scene: Scene, at: Point, towards: Point, *, lens: float) -> Object:
    """The scene's camera; ``lens`` in millimetres."""
    from mathutils import Vector

    data = bpy.data.cameras.new("Camera")
    data.lens = lens
    obj = add(scene, "Camera", data, at)
    obj.rotation_euler = (Vector(towards) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    scene.camera = obj
    return obj


def area_light(
    scene: Scene, name: str, at: Point, towards: Point, *, size: Point, watts: float, colour: Point
) -> Object:
    """A rectangular light, unseen by the camera."""
    from mathutils import Vector

    data = bpy.data.lights.new(name, "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", size[0], size[1]
    data.energy, data.color = watts, colour
    obj = add(scene, name, data, at)
    obj.rotation_euler = (Vector(towards) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    obj.visible_camera = False
    return obj


def surface(name: str, colour: Point, *, roughness: float, metallic: float = 0.0, mottled: float = 0.0) -> Material:
    """A plain material; ``mottled`` makes its roughness uneven, as real floors are."""
    material = bpy.data.materials.new(name)
    if not material.use_nodes:
        material.use_nodes = True
    tree = material.node_tree
    principled = next(node for node in tree.nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")
    principled.inputs["Base Color"].default_value = (*colour, 1.0)
    principled.inputs["Roughness"].default_value = roughness
    principled.inputs["Metallic"].default_value = metallic
    if mottled:
        noise = tree.nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = 1.7
        noise.inputs["Detail"].default_value = 6.0
        places = tree.nodes.new("ShaderNodeTexCoord")
        tree.links.new(places.outputs["Object"], noise.inputs["Vector"])
        spread = tree.nodes.new("ShaderNodeMapRange")
        spread.inputs["From Min"].default_value, spread.inputs["From Max"].default_value = 0.35, 0.65
        spread.inputs["To Min"].default_value = max(0.0, roughness - mottled)
        spread.inputs["To Max"].default_value = roughness + mottled
        tree.links.new(noise.outputs[0], spread.inputs["Value"])
        tree.links.new(spread.outputs["Result"], principled.inputs["Roughness"])
    return material


def world(scene: Scene, colour: Point, strength: float) -> None:
    """An even light from all around."""
    made = scene.world = bpy.data.worlds.new("World")
    if not made.use_nodes:
        made.use_nodes = True
    background = next(node for node in made.node_tree.nodes if node.bl_idname == "ShaderNodeBackground")
    background.inputs["Color"].default_value = (*colour, 1.0)
    background.inputs["Strength"].default_value = strength


def cycles(scene: Scene, *, samples: int, denoise: bool) -> None:
    """Cycles on the processor, the same in every Blender."""
    scene.render.engine = "CYCLES"
    settings = scene.cycles
    settings.device, settings.samples, settings.seed = "CPU", samples, 0
    settings.use_adaptive_sampling = denoise
    settings.adaptive_threshold = 0.02
    settings.use_denoising = denoise and _can_denoise()
    if settings.use_denoising:
        settings.denoiser = "OPENIMAGEDENOISE"
    settings.caustics_reflective = settings.caustics_refractive = False
    settings.sample_clamp_indirect = 8.0  # no fireflies, which a film shows as sparks
    settings.max_bounces = 8
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = False  # a frame must not depend on the one before


def _can_denoise() -> bool:
    """Whether this Blender has Intel's denoiser, which some builds leave out."""
    try:
        import _cycles
    except ImportError:
        return False
    return bool(getattr(_cycles, "with_openimagedenoise", False))


def degrees(angle: float) -> float:
    """In radians."""
    return math.radians(angle)
