"""``sphere``: a sphere in a dark room that glows with the picture, its bright parts standing out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import bpy

from .stage import Stage, add, area_light, camera, cycles, quad, surface, world

if TYPE_CHECKING:
    from bpy.types import Material, Mesh, Scene

RINGS, SEGMENTS = 192, 320
HEIGHT = 0.025  # how far white stands out of a sphere of radius 1


def build(scene: Scene, size: tuple[int, int], *, resolution: tuple[int, int]) -> Stage:
    """A sphere over a polished floor, a wall far behind it, and a thin light from the back on its edge."""
    ball = add(scene, "Sphere", _ball(size[0] / size[1]), (0.0, 0.0, 1.12))
    floor = add(scene, "Floor", quad("Floor", ((-14, -9, 0), (14, -9, 0), (14, 9, 0), (-14, 9, 0))))
    floor.data.materials.append(surface("Floor", (0.05, 0.05, 0.055), roughness=0.17, mottled=0.1))
    wall = add(scene, "Wall", quad("Wall", ((-14, 5, 0), (14, 5, 0), (14, 5, 10), (-14, 5, 10))))
    wall.data.materials.append(surface("Wall", (0.3, 0.3, 0.32), roughness=0.7))
    area_light(scene, "Rim", (-3.2, 3.0, 4.2), (0, 0, 1.2), size=(0.6, 3.0, 0), watts=60, colour=(0.75, 0.85, 1.0))
    area_light(scene, "Rim 2", (3.6, 2.4, 3.0), (0, 0, 1.0), size=(0.4, 2.0, 0), watts=25, colour=(1.0, 0.8, 0.7))
    world(scene, (0.5, 0.6, 1.0), 0.003)
    camera(scene, (0.0, -6.6, 1.75), (0.0, 0.0, 0.98), lens=50.0)
    cycles(scene, samples=64, denoise=True)
    scene.view_settings.view_transform = "Standard"  # the sphere has the colours of the picture
    return Stage(ball, lit=True, finish=_relief)


def _relief(material: Material, colour: Any) -> None:
    """Let the picture shine, and its light parts stand out."""
    tree = material.node_tree
    principled = next(node for node in tree.nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")
    output = next(node for node in tree.nodes if node.bl_idname == "ShaderNodeOutputMaterial")
    principled.inputs["Roughness"].default_value = 0.28
    principled.inputs["Emission Strength"].default_value = 1.2
    tree.links.new(colour, principled.inputs["Emission Color"])
    grey = tree.nodes.new("ShaderNodeRGBToBW")
    tree.links.new(colour, grey.inputs[0])
    raised = tree.nodes.new("ShaderNodeDisplacement")
    raised.inputs["Midlevel"].default_value, raised.inputs["Scale"].default_value = 0.0, HEIGHT
    tree.links.new(grey.outputs[0], raised.inputs["Height"])
    tree.links.new(raised.outputs[0], output.inputs["Displacement"])
    material.displacement_method = "BOTH"
    # The floor mirrors the sphere anyway: asking every facet for its light as well doubles the time of a live picture.
    material.cycles.emission_sampling = "NONE"


def _ball(aspect: float) -> Mesh:
    """A unit sphere whose picture is centred on the side of the camera and mirrored on the back, without a seam.

    The angle from the camera's axis is the distance from the picture's middle (azimuthal equidistant projection): the
    half in front shows a circle of it.
    """
    points, uvs = [(0.0, -1.0, 0.0)], [(0.5, 0.5)]
    for ring in range(1, RINGS):
        polar = math.pi * ring / RINGS
        distance = min(polar, math.pi - polar) / math.pi
        for segment in range(SEGMENTS):
            turn = 2 * math.pi * segment / SEGMENTS
            points.append(
                (math.sin(polar) * math.cos(turn), -math.cos(polar), math.sin(polar) * math.sin(turn)),
            )
            across, up = distance * math.cos(turn), distance * math.sin(turn)
            uvs.append((0.5 + across / max(1.0, aspect), 0.5 + up * min(1.0, aspect)))
    points.append((0.0, 1.0, 0.0))
    uvs.append((0.5, 0.5))
    faces: list[tuple[int, ...]] = []
    last = len(points) - 1
    for segment in range(SEGMENTS):
        beside = (segment + 1) % SEGMENTS
        faces.append((0, 1 + segment, 1 + beside))
        for ring in range(RINGS - 2):
            here, next_ = 1 + ring * SEGMENTS, 1 + (ring + 1) * SEGMENTS
            faces.append((here + segment, next_ + segment, next_ + beside, here + beside))
        end = 1 + (RINGS - 2) * SEGMENTS
        faces.append((last, end + beside, end + segment))
    mesh = bpy.data.meshes.new("Sphere")
    mesh.from_pydata(points, [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    layer = mesh.uv_layers.new(name="UVMap")
    corners = [0] * len(mesh.loops)
    mesh.loops.foreach_get("vertex_index", corners)
    layer.data.foreach_set("uv", [value for corner in corners for value in uvs[corner]])
    return mesh
