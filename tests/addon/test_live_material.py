"""Live materials in real Blender: they follow their sound, need no extension, and leave the user's work alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from live_scene import Case, plane, psnr_db, render, settings, shown  # noqa: E402
from scenes import noise_pictures, write_bake  # noqa: E402

from addon.bake import InTheWay, Made, read_maps, to_material  # noqa: E402
from addon.keys import Driven, Written, find_curve, make_controller  # noqa: E402
from addon.live import (  # noqa: E402
    LiveError,
    ensure_group,
    follow,
    live_material,
    shift,
)

pytest_plugins = ["living"]
AGREEMENT_DB = 45.0


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
    assert shift(live, 24) == len(case.moments[0])
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


def test_a_graph_of_another_version_is_refused(cases: dict[str, Case]) -> None:
    graph = cases["ember"].graph
    with pytest.raises(LiveError, match="update"):
        ensure_group({**graph, "format": "avcore-graph-9"})
    flying = {"op": "fly", "args": [1.0], "kind": "float", "name": "", "section": ""}
    strange = {**graph, "groups": [{"name": "Picture", "nodes": [flying], "outputs": []}]}
    with pytest.raises(LiveError, match="update"):
        ensure_group(strange)
