"""Live materials in real Blender: rendered by Cycles, they are what is baked; with keys, without the extension."""

from __future__ import annotations

import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from live_scene import Case, allow_osl, give, look, make_cases, plane, psnr_db, render, settings, shown  # noqa: E402
from scenes import noise_pictures, write_bake  # noqa: E402

from addon.bake import InTheWay, Made, read_maps, to_material  # noqa: E402
from addon.keys import Driven, Written, find_curve, make_controller  # noqa: E402
from addon.live import (  # noqa: E402
    LiveError,
    ensure_group,
    follow,
    live_compositor,
    live_group,
    live_light,
    live_material,
    live_world,
    shift,
)

AGREEMENT_DB = 45.0


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, avcore_python: str) -> dict[str, Case]:
    return make_cases(tmp_path_factory.mktemp("live"), avcore_python)


@pytest.fixture
def square() -> Any:
    settings()
    return plane()


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


def keyed(case: Case, live: Any, **how: Any) -> list[Any]:
    """Keys for the moments of a case, at every tenth frame from 11 on."""
    frames = 11 + 10 * np.arange(len(case.moments))
    rows = {name: [moment[name] for moment in case.moments] for name in case.moments[0]}
    times = rows.pop("Time")
    return follow(live, frames=frames, times_s=times, signals=rows, **how)


@pytest.mark.parametrize("kind", ["keys", "controller"])
def test_it_follows_its_sound(kind: str, cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    case = cases["ember"]
    live = live_material(case.graph, square, lit=False)
    scene = bpy.context.scene
    controller = make_controller(scene, kind="EMPTY") if kind == "controller" else None
    done = keyed(case, live, controller=controller)
    assert {type(item) for item in done} == ({Written} if controller is None else {Written, Driven})
    again = keyed(case, live, controller=controller)
    assert [type(item) for item in again] == [type(item) for item in done]

    def agreements(by: int) -> list[float]:
        found = []
        for index, picture in enumerate(case.pictures):
            scene.frame_set(11 + 10 * index + by)
            found.append(psnr_db(render(tmp_path / "a.exr"), picture))
        return found

    assert min(agreements(0)) >= AGREEMENT_DB
    assert shift(live, 24, controller=controller) == len(case.moments[0])
    assert min(agreements(24)) >= AGREEMENT_DB
    assert max(agreements(0)[1:]) < AGREEMENT_DB  # what was there has moved away


def test_keys_become_drivers_and_back(cases: dict[str, Case], square: Any) -> None:
    case = cases["ember"]
    live = live_material(case.graph, square)
    other = live_material(case.graph, plane())
    controller = make_controller(bpy.context.scene, kind="EMPTY")
    keyed(case, live)
    for each in (live, other):  # two materials, one set of keys
        keyed(case, each, controller=controller)
        assert find_curve(each.tree, 'nodes["Group"].inputs[3].default_value') is None
        assert len(each.tree.animation_data.drivers) == len(case.moments[0])
    assert live.group_node.node_tree == other.group_node.node_tree
    keyed(case, live)
    assert len(live.tree.animation_data.drivers) == 0


def test_gaps_hold_and_a_strip_takes_two_keys_for_its_time(cases: dict[str, Case], square: Any) -> None:
    live = live_material(cases["ember"].graph, square)
    frames = np.arange(11, 111)
    times = (frames - 11) / 24.0
    silent = np.where((frames > 50) & (frames < 60), np.nan, times)
    (time,) = follow(live, frames=frames, times_s=times, signals={})
    assert time.n_keys == 2
    follow(live, frames=frames, times_s=silent, signals={"kick": np.where(np.isfinite(silent), times, np.nan)})
    for name in ("Time", "kick"):
        curve = find_curve(live.tree, f'nodes["{live.node}"].inputs[{live.group_node.inputs.find(name)}].default_value')
        assert curve.evaluate(55) == pytest.approx(39 / 24, abs=1e-4)
    with pytest.raises(LiveError, match="nothing"):
        follow(live, frames=frames, times_s=np.full(100, np.nan), signals={})


PLAIN = """
import os, sys
import bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
scene = bpy.context.scene
scene.frame_set(31)
scene.render.filepath = sys.argv[2]
bpy.ops.render.render(write_still=True)
assert "addon" not in sys.modules
sys.stdout.flush()
os._exit(0)
"""


def test_it_needs_no_extension(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    case = cases["rosette"]
    live = live_material(case.graph, square, lit=False)
    keyed(case, live)
    bpy.context.scene.frame_set(31)
    here = render(tmp_path / "here.exr")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    there = tmp_path / "there.exr"
    command = [sys.executable, "-c", PLAIN, str(tmp_path / "a.blend"), str(there)]
    subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=tmp_path)
    np.testing.assert_array_equal(shown(there), here)
    assert psnr_db(here, case.pictures[2]) >= AGREEMENT_DB


@pytest.mark.parametrize("link", [False, True])
def test_it_can_be_appended_and_linked(link: bool, cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    case = cases["rosette"]
    live = live_material(case.graph, square, lit=False)
    keyed(case, live)
    name = live.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    settings()
    other = plane()
    with bpy.data.libraries.load(str(tmp_path / "a.blend"), link=link) as (_, wanted):
        wanted.materials = [name]
    other.data.materials.append(wanted.materials[0])
    bpy.context.scene.frame_set(31)
    assert psnr_db(render(tmp_path / "there.exr"), case.pictures[2]) >= AGREEMENT_DB


def test_a_users_material_is_asked_about_and_a_bake_of_ours_taken_over(cases: dict[str, Case], square: Any) -> None:
    mine = bpy.data.materials.new("mine")
    square.data.materials.append(mine)
    asked = live_material(cases["ember"].graph, square)
    assert isinstance(asked, InTheWay)
    assert square.data.materials[0] == mine
    live = live_material(cases["ember"].graph, square, replace=True)
    assert mine.use_fake_user
    material = square.data.materials[0]
    assert live.tree == material.node_tree
    # Another preset in the same material, and other nodes of the artist's stay.
    note = material.node_tree.nodes.new("NodeFrame")
    again = live_material(cases["classic"].graph, square)
    assert square.data.materials[0] == material
    assert again.group_node.node_tree.name == "Classic"
    assert note.name in material.node_tree.nodes


def test_a_bake_takes_a_live_material_over_and_back(cases: dict[str, Case], square: Any, tmp_path: Path) -> None:
    maps = read_maps(write_bake(tmp_path / "ember", noise_pictures(3)))
    live = live_material(cases["ember"].graph, square)
    material, colour = square.data.materials[0], live.tree.nodes["Principled BSDF"].inputs["Base Color"]
    assert colour.links[0].from_node == live.group_node
    assert isinstance(to_material(maps, square, frame_start=1), Made)
    assert square.data.materials[0] == material
    assert colour.links[0].from_node.bl_idname == "ShaderNodeTexImage"
    live_material(cases["ember"].graph, square)
    assert colour.links[0].from_node == live.group_node


def test_groups_are_shared_readable_and_as_many_as_said(cases: dict[str, Case]) -> None:
    for case in cases.values():
        tree = ensure_group(case.graph)
        assert ensure_group(case.graph) == tree
        assert count(tree) == pytest.approx(case.graph["node_count"], abs=2)
        assert [item.name for item in tree.interface.items_tree if item.in_out == "INPUT"] == [
            item["name"] for item in case.graph["inputs"]
        ]
    for tree in bpy.data.node_groups:
        nodes = [node for node in tree.nodes if node.type != "FRAME"]
        columns = {(round(node.location.x), round(node.location.y)) for node in nodes}
        assert len(columns) == len(nodes), f"nodes of {tree.name} lie on each other"
        for link in tree.links:
            assert link.is_valid
            assert link.from_node.location.x < link.to_node.location.x, f"{tree.name} runs backwards"


def count(tree: Any) -> int:
    """Nodes that compute, those of groups as often as they are used."""
    total = 0
    for node in tree.nodes:
        if node.type == "GROUP":
            total += count(node.node_tree)
        elif node.type not in ("FRAME", "GROUP_INPUT", "GROUP_OUTPUT"):
            total += 1
    return total


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


def test_a_graph_of_another_version_is_refused(cases: dict[str, Case]) -> None:
    graph = cases["ember"].graph
    with pytest.raises(LiveError, match="update"):
        ensure_group({**graph, "format": "avcore-graph-9"})
    flying = {"op": "fly", "args": [1.0], "kind": "float", "name": "", "section": ""}
    strange = {**graph, "groups": [{"name": "Picture", "nodes": [flying], "outputs": []}]}
    with pytest.raises(LiveError, match="update"):
        ensure_group(strange)
