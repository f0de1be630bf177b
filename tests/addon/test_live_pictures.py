"""Live pictures in real Blender are what is baked: in Cycles, OSL, EEVEE, Geometry Nodes, the compositor, a sky."""

from __future__ import annotations

from ctypes.util import find_library
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from live_scene import Case, allow_osl, give, look, psnr_db, render, settings  # noqa: E402

from addon.bake import InTheWay  # noqa: E402
from addon.live import (  # noqa: E402
    LiveError,
    live_compositor,
    live_group,
    live_light,
    live_material,
    live_world,
)

pytest_plugins = ["living"]
AGREEMENT_DB = 45.0


def test_every_preset_is_what_is_baked(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    """Every narrow preset at five moments of a song, and random networks up to the limit."""
    found = {}
    for case in cases.values():
        if case.name == "sky":
            continue
        live = live_material(case.graph, square, lit=False)
        assert not isinstance(live, InTheWay)
        for index, (moment, picture) in enumerate(zip(case.moments, case.pictures, strict=True)):
            give(live.group_node, moment)
            found[case.name, index] = psnr_db(render(tmp_path / "a.exr"), picture)
    assert len(found) >= 14 * 5
    print({key: round(value, 1) for key, value in found.items()})
    assert {key: value for key, value in found.items() if value < AGREEMENT_DB} == {}


@pytest.mark.skipif(find_library("EGL") is None, reason="EEVEE needs libEGL here, and without it would end the process")
def test_eevee_draws_the_same(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"
    scene.eevee.taa_render_samples, scene.render.filter_size = 1, 0.0
    for name in ("ember", "wormhole", "random-3"):
        case = cases[name]
        live = live_material(case.graph, square, lit=False)
        give(live.group_node, case.moments[1])
        assert psnr_db(render(tmp_path / "a.exr"), case.pictures[1]) >= AGREEMENT_DB


def test_osl_is_what_is_baked(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    if not bpy.app.build_options.cycles_osl:
        pytest.skip("this Blender is built without OSL")
    allow_osl()
    found = {}
    for case in cases.values():
        if case.name == "sky":
            continue
        material = bpy.data.materials.new(case.name)
        material.use_nodes = True
        tree = material.node_tree
        tree.nodes.clear()
        script, emission, output, where = (
            tree.nodes.new(f"ShaderNode{kind}") for kind in ("Script", "Emission", "OutputMaterial", "TexCoord")
        )
        source = bpy.data.texts.new(f"{case.name}.osl")
        source.write(case.osl)
        script.script = source  # which compiles it
        tree.links.new(where.outputs["UV"], script.inputs["Vector"])
        tree.links.new(script.outputs["Color"], emission.inputs["Color"])
        tree.links.new(emission.outputs[0], output.inputs["Surface"])
        square.data.materials.clear()
        square.data.materials.append(material)
        for index, (moment, picture) in enumerate(zip(case.moments, case.pictures, strict=True)):
            give(script, moment)
            found[case.name, index] = psnr_db(render(tmp_path / "a.exr"), picture)
    assert {key: value for key, value in found.items() if value < AGREEMENT_DB} == {}


def test_a_sky_has_no_seam(cases: dict[str, Case], tmp_path: Path) -> None:
    settings()
    case = cases["sky"]
    live = live_world(case.graph, bpy.context.scene)
    assert not isinstance(live, InTheWay)
    camera = bpy.data.cameras.new("up")
    camera.type, camera.angle = "PERSP", np.pi / 2
    look(camera, (0, 0, 0), (np.pi, 0, 0))
    give(live.group_node, case.moments[0])
    assert psnr_db(render(tmp_path / "sky.exr"), case.pictures[0]) >= AGREEMENT_DB
    again = live_world(case.graph, bpy.context.scene)
    assert again == live


def test_a_light_throws_it(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    data = bpy.data.lights.new("spot", "SPOT")
    data.energy, data.shadow_soft_size, data.spot_size = 50.0, 0.0, 1.5
    spot = bpy.data.objects.new("spot", data)
    spot.location = (0, 0, 1)
    bpy.context.scene.collection.objects.link(spot)
    live = live_light(cases["classic"].graph, spot)
    give(live.group_node, cases["classic"].moments[1])
    picture = render(tmp_path / "light.exr")
    middle = picture[8:-8, 8:-8]
    assert middle.std(axis=(0, 1)).min() > 0.01
    with pytest.raises(LiveError, match="no light"):
        live_light(cases["classic"].graph, square)


def test_geometry_nodes_compute_it(cases: dict[str, Case], square: Any) -> None:
    """Colours of points, stored as an attribute."""
    case = cases["rosette"]
    side = 16
    at = (np.mgrid[0:side, 0:side] + 0.5).reshape(2, -1) / side
    mesh = bpy.data.meshes.new("points")
    mesh.from_pydata([(x, y, 0.0) for y, x in at.T], [], [])
    points = bpy.data.objects.new("points", mesh)
    bpy.context.scene.collection.objects.link(points)
    tree = bpy.data.node_groups.new("colours", "GeometryNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=in_out, socket_type="NodeSocketGeometry")
    given, output, position, store = (
        tree.nodes.new(kind)
        for kind in (
            "NodeGroupInput",
            "NodeGroupOutput",
            "GeometryNodeInputPosition",
            "GeometryNodeStoreNamedAttribute",
        )
    )
    live = live_group(case.graph, tree)
    store.data_type = "FLOAT_COLOR"
    store.inputs["Name"].default_value = "colour"
    value = next(socket for socket in store.inputs if socket.name == "Value" and socket.enabled)
    tree.links.new(position.outputs[0], live.group_node.inputs["Vector"])
    tree.links.new(live.group_node.outputs["Color"], value)
    tree.links.new(given.outputs[0], store.inputs["Geometry"])
    tree.links.new(store.outputs[0], output.inputs[0])
    points.modifiers.new("live", "NODES").node_group = tree
    give(live.group_node, case.moments[0])
    # The same at places where a pixel of the picture is: every fourth of 64 lies beside these 16.
    side = case.pictures.shape[1]
    at = (np.mgrid[0:side, 0:side] + 0.5).reshape(2, -1) / side
    mesh.clear_geometry()
    mesh.from_pydata([(x, y, 0.0) for y, x in at.T], [], [])
    evaluated = points.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    light = np.empty(4 * side * side, np.float32)
    evaluated.attributes["colour"].data.foreach_get("color", light)
    light = light.reshape(side, side, 4)[::-1, :, :3].astype(np.float64)
    picture = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)
    assert psnr_db(picture, case.pictures[0]) >= AGREEMENT_DB


def test_the_compositor_shows_it_where_it_can(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    scene, case = bpy.context.scene, cases["ember"]
    if bpy.app.version < (4, 5, 0):
        with pytest.raises(LiveError, match=r"4\.5"):
            live_compositor(case.graph, scene)
        return
    live = live_compositor(case.graph, scene)
    give(live.group_node, case.moments[0])
    tree = live.tree
    output = next(node for node in tree.nodes if node.bl_idname in ("NodeGroupOutput", "CompositorNodeComposite"))
    tree.links.new(live.group_node.outputs["Color"], output.inputs[0])
    scene.render.compositor_device = "CPU"
    assert psnr_db(render(tmp_path / "composite.exr"), case.pictures[0]) >= AGREEMENT_DB
