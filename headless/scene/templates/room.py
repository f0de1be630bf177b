"""``room``: a stage with the picture on a wall of light, and a floor that mirrors it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .stage import Stage, add, area_light, box, camera, cycles, quad, surface, world

if TYPE_CHECKING:
    from bpy.types import Material, Object, Scene

HEIGHT = 4.2  # of the screen, in metres
LIGHT = 6.0


def build(scene: Scene, size: tuple[int, int], *, resolution: tuple[int, int]) -> Stage:
    """A screen as wide as the picture asks, over a low stage, between two towers of loudspeakers."""
    half = min(HEIGHT * size[0] / size[1], 9.0) / 2
    height = 2 * half * size[1] / size[0]
    low, back = 0.75, 4.0
    corners = ((-half, back, low), (half, back, low), (half, back, low + height), (-half, back, low + height))
    screen = add(scene, "Screen", quad("Screen", corners))
    black = surface("Black", (0.04, 0.04, 0.045), roughness=0.4)
    wall = surface("Wall", (0.22, 0.22, 0.235), roughness=0.5)
    ground = surface("Floor", (0.06, 0.06, 0.065), roughness=0.15, mottled=0.11)
    _put(scene, "Frame", box("Frame", (2 * half + 0.16, 0.12, height + 0.16)), (0, back + 0.07, low - 0.08), black)
    _put(scene, "Stage", box("Stage", (2 * half + 5.0, 4.6, 0.42)), (0, back - 1.0, 0), wall)
    _put(scene, "Floor", quad("Floor", ((-13, -12, 0), (13, -12, 0), (13, 7, 0), (-13, 7, 0))), (0, 0, 0), ground)
    _put(scene, "Back", quad("Back", ((-13, 5.2, 0), (13, 5.2, 0), (13, 5.2, 9), (-13, 5.2, 9))), (0, 0, 0), wall)
    _put(
        scene,
        "Ceiling",
        quad("Ceiling", ((-13, 7, 7.5), (13, 7, 7.5), (13, -12, 7.5), (-13, -12, 7.5))),
        (0, 0, 0),
        wall,
    )
    for side in (-1, 1):
        x = side * 8.2
        left = ((x, -12, 0), (x, 7, 0), (x, 7, 9), (x, -12, 9))
        _put(scene, "Side", quad("Side", left), (0, 0, 0), wall)
        for at in range(3):
            where = (side * (half + 1.15), back - 1.2, 0.42 + 0.86 * at)
            _speaker(scene, where, black)
        _put(scene, "Monitor", box("Monitor", (0.7, 0.45, 0.34)), (side * half * 0.45, back - 2.9, 0.42), black)
    area_light(scene, "Edge", (0, 4.7, 6.9), (0, 4.2, 0), size=(9, 0.3, 0), watts=22, colour=(0.6, 0.75, 1.0))
    world(scene, (0.4, 0.5, 1.0), 0.002)
    camera(scene, (1.3, -9.2, 1.6), (0.0, 4.0, 1.95), lens=30.0)
    cycles(scene, samples=64, denoise=True)
    scene.view_settings.view_transform = "Standard"  # the screen shows the colours of the picture
    return Stage(screen, finish=_light_the_room)


def _light_the_room(material: Material, colour: Any) -> None:
    """The camera sees the picture as it is; the room gets ``LIGHT`` times as much, as from a wall of diodes."""
    tree = material.node_tree
    emission = next(node for node in tree.nodes if node.bl_idname == "ShaderNodeEmission")
    path = tree.nodes.new("ShaderNodeLightPath")
    strength = tree.nodes.new("ShaderNodeMapRange")
    strength.inputs["To Min"].default_value, strength.inputs["To Max"].default_value = LIGHT, 1.0
    tree.links.new(path.outputs["Is Camera Ray"], strength.inputs["Value"])
    tree.links.new(strength.outputs["Result"], emission.inputs["Strength"])


def _put(scene: Scene, name: str, mesh: object, at: tuple[float, float, float], material: Material) -> Object:
    obj = add(scene, name, mesh, at)
    obj.data.materials.append(material)
    return obj


def _speaker(scene: Scene, at: tuple[float, float, float], material: Material) -> None:
    """A box with two cones, which catch the light of the screen."""
    cabinet = _put(scene, "Speaker", box("Speaker", (1.0, 0.7, 0.82)), at, material)
    bevel = cabinet.modifiers.new("Bevel", "BEVEL")
    bevel.width, bevel.segments = 0.03, 2
