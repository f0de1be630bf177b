"""A bake as a material: every map where it belongs, ours brought up to date, the user's kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import noise_pictures, write_bake

bpy = pytest.importorskip("bpy")

from rendering import SIZE, feeds, principled, rendered, with_maps  # noqa: E402

from addon.bake import (  # noqa: E402
    BakeError,
    InTheWay,
    Made,
    baked_images,
    read_maps,
    recall,
    to_material,
)


def test_every_map_is_wired(bake: Path, plane: Any) -> None:
    maps = with_maps(bake, "height", "normal", "roughness", "emission", "mask")
    made = to_material(maps, plane, frame_start=1)
    material = bpy.data.materials[made.name]
    assert plane.active_material == material
    surface = principled(material)
    tree = material.node_tree
    assert feeds(tree, surface, "Base Color").image.name == made.images["base"]
    assert feeds(tree, surface, "Roughness").image.name == made.images["roughness"]
    assert feeds(tree, surface, "Emission Color").image.name == made.images["emission"]
    normal = feeds(tree, surface, "Normal")
    assert normal.bl_idname == "ShaderNodeNormalMap"
    assert feeds(tree, normal, "Color").image.name == made.images["normal"]
    spaces = {name: bpy.data.images[image].colorspace_settings.name for name, image in made.images.items()}
    assert spaces == {
        "base": "sRGB",
        "emission": "sRGB",
        "height": "Non-Color",
        "normal": "Non-Color",
        "roughness": "Non-Color",
        "mask": "Non-Color",
    }
    textures = [node for node in tree.nodes if node.bl_idname == "ShaderNodeTexImage"]
    assert len(textures) == 6
    for node in textures:
        assert feeds(tree, node, "Vector").bl_idname == "ShaderNodeMapping"
    corners = sorted((round(node.location.x), round(node.location.y)) for node in tree.nodes)
    assert len(set(corners)) == len(corners)


@pytest.mark.parametrize("relief", ["bump", "displacement"])
def test_other_reliefs(bake: Path, plane: Any, relief: Any) -> None:
    made = to_material(with_maps(bake, "height"), plane, frame_start=1, relief=relief)
    material = bpy.data.materials[made.name]
    bump, output = feeds(None, principled(material), "Normal"), material.node_tree.get_output_node("ALL")
    displacement = feeds(None, output, "Displacement")
    assert (bump is not None, displacement is not None) == (relief == "bump", relief == "displacement")


def test_light_comes_from_where_a_normal_map_says(tmp_path: Path, plane: Any) -> None:
    """A slope that rises to the right of the picture is dark in light from the right (green up, red right: OpenGL)."""
    scene = bpy.context.scene
    pictures = {"base": np.full((SIZE, SIZE, 3), 200, np.uint8), "normal": np.full((SIZE, SIZE, 3), 128, np.uint8)}
    pictures["normal"][..., 2] = 230
    pictures["normal"][:, : SIZE // 2, 0] = 60  # left half: leans left
    pictures["normal"][:, SIZE // 2 :, 0] = 196
    write_bake(tmp_path / "slope", [pictures["base"]])
    write_bake(tmp_path / "slope_normal", [pictures["normal"]])
    to_material(read_maps(tmp_path / "slope"), plane, frame_start=1)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.rotation_euler = (0, 0.9, 0)  # from the right
    scene.collection.objects.link(sun)
    scene.cycles.samples = 16
    picture = rendered(scene, 1, tmp_path)
    assert picture[:, SIZE // 2 + 2 :].mean() > 1.3 * picture[:, : SIZE // 2 - 2].mean()


def test_baking_again_replaces_only_what_it_made(tmp_path: Path, bake: Path, plane: Any) -> None:
    maps = with_maps(bake, "height")
    made = to_material(maps, plane, frame_start=1)
    material = bpy.data.materials[made.name]
    tree = material.node_tree
    mix = tree.nodes.new("ShaderNodeHueSaturation")
    texture = feeds(tree, principled(material), "Base Color")
    tree.links.new(texture.outputs["Color"], mix.inputs["Color"])
    tree.links.new(mix.outputs["Color"], principled(material).inputs["Base Color"])
    n_nodes, n_images = len(tree.nodes), len(bpy.data.images)
    shutil.rmtree(bake)
    shutil.rmtree(tmp_path / "ember_height")
    write_bake(bake, noise_pictures(8, seed=9))
    write_bake(tmp_path / "ember_height", noise_pictures(8, seed=8))
    again = to_material(read_maps(bake), plane, frame_start=21, heard="heard", recipe="recipe")
    assert again == made
    assert (len(tree.nodes), len(bpy.data.images), len(bpy.data.materials)) == (n_nodes, n_images, 1)
    assert feeds(tree, principled(material), "Base Color") == mix
    assert (texture.image_user.frame_start, texture.image_user.frame_duration) == (22, 7)
    memory = recall(texture.image)
    assert (memory.map, memory.frame_start, memory.heard, memory.recipe) == ("base", 21, "heard", "recipe")
    write_bake(tmp_path / "ember_roughness", noise_pictures(8, seed=7))
    to_material(read_maps(bake), plane, frame_start=21)
    assert feeds(tree, principled(material), "Roughness").image is not None
    assert feeds(tree, principled(material), "Base Color") == mix


def test_a_users_material_is_asked_about_and_kept(tmp_path: Path, bake: Path, plane: Any) -> None:
    mine = bpy.data.materials.new("mine")
    plane.data.materials.append(mine)
    maps = read_maps(bake)
    way = to_material(maps, plane, frame_start=1)
    assert way == InTheWay("material", "mine", "slot 1 of Plane")
    assert plane.active_material == mine
    assert not baked_images()
    made = to_material(maps, plane, frame_start=1, replace=True)
    assert plane.active_material.name == made.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert "mine" in bpy.data.materials
    assert isinstance(to_material(maps, bpy.data.objects["Plane"], frame_start=1), Made)


def test_a_chosen_slot(bake: Path, plane: Any) -> None:
    plane.data.materials.append(bpy.data.materials.new("first"))
    plane.data.materials.append(None)
    made = to_material(read_maps(bake), plane, frame_start=1, slot=1)
    assert [slot.material.name for slot in plane.material_slots] == ["first", made.name]
    with pytest.raises(BakeError, match="no material slot 5"):
        to_material(read_maps(bake), plane, frame_start=1, slot=4)
    with pytest.raises(BakeError, match="cannot be given a material"):
        to_material(read_maps(bake), bpy.context.scene.camera, frame_start=1)
