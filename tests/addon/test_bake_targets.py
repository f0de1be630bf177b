"""A bake as an image, a world, a gobo, a node group, a compositor node and a brush."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import noise_pictures, write_bake

bpy = pytest.importorskip("bpy")

from rendering import COUNT, SIZE, feeds, linear, rendered, with_maps  # noqa: E402

from addon.bake import (  # noqa: E402
    BakeError,
    InTheWay,
    Made,
    baked_images,
    read_maps,
    recall,
    shift,
    to_brush,
    to_compositor,
    to_geometry_nodes,
    to_image,
    to_light,
    to_world,
)


def test_two_bakes_are_two(tmp_path: Path, bake: Path, plane: Any) -> None:
    (tmp_path / "other").mkdir()
    other = write_bake(tmp_path / "other" / "ember", noise_pictures(COUNT, seed=5))
    to_image(read_maps(bake), frame_start=1)
    to_image(read_maps(other), frame_start=5)
    assert len(baked_images()) == 2
    shift(other, by=10)
    assert sorted(recall(image).frame_start for image in baked_images()) == [1, 15]


def test_an_image_alone_is_kept(tmp_path: Path, bake: Path) -> None:
    made = to_image(read_maps(bake), frame_start=4)
    assert made.kind == "image"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    (image,) = baked_images()
    assert (image.source, recall(image).frame_start) == ("SEQUENCE", 4)


def test_the_world(tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]) -> None:
    scene = bpy.context.scene
    scene.world = mine = bpy.data.worlds.new("mine")
    assert to_world(read_maps(bake), scene, frame_start=1) == InTheWay("world", "mine", scene.name)
    made = to_world(read_maps(bake), scene, frame_start=1, replace=True)
    assert mine.use_fake_user
    bpy.data.objects.remove(plane)
    first, last = (rendered(scene, frame, tmp_path).mean(axis=(0, 1)) for frame in (1, 5))
    assert first.max() > 0.05
    assert np.abs(first - last).max() > 1e-3
    assert to_world(read_maps(bake), scene, frame_start=9) == made
    assert shift(bake, by=1) == 1


def test_a_spot_throws_the_picture(tmp_path: Path, plane: Any) -> None:
    """The picture lies on the floor as it was baked: red on the left, green at the top, seen from above."""
    scene = bpy.context.scene
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[:, : SIZE // 2, 0] = 255
    picture[: SIZE // 2, :, 1] = 255
    folder = write_bake(tmp_path / "gobo", [picture, picture // 2])
    light = bpy.data.objects.new("spot", bpy.data.lights.new("spot", "SPOT"))
    light.location.z = 1.0
    light.data.spot_size, light.data.spot_blend, light.data.energy = 2.0, 0.0, 50
    light.data.shadow_soft_size = 0.0
    scene.collection.objects.link(light)
    made = to_light(read_maps(folder), light, frame_start=1)
    assert isinstance(made, Made)
    assert to_light(read_maps(folder), light, frame_start=1) == made
    scene.cycles.samples = 8
    seen = rendered(scene, 1, tmp_path)
    middle = slice(SIZE // 2 - 4, SIZE // 2 + 4)
    left, right = seen[middle, SIZE // 2 - 4 : SIZE // 2 - 1], seen[middle, SIZE // 2 + 1 : SIZE // 2 + 4]
    top, bottom = seen[SIZE // 2 - 4 : SIZE // 2 - 1, middle], seen[SIZE // 2 + 1 : SIZE // 2 + 4, middle]
    assert left[..., 0].mean() > 10 * right[..., 0].mean() > -1
    assert top[..., 1].mean() > 10 * bottom[..., 1].mean() > -1
    with pytest.raises(BakeError, match="no light"):
        to_light(read_maps(folder), plane, frame_start=1)


def test_a_users_node_on_a_light_is_asked_about(bake: Path) -> None:
    light = bpy.data.objects.new("spot", bpy.data.lights.new("spot", "SPOT"))
    light.data.use_nodes = True
    tree = light.data.node_tree
    emission = next(node for node in tree.nodes if node.bl_idname == "ShaderNodeEmission")
    blackbody = tree.nodes.new("ShaderNodeBlackbody")
    tree.links.new(blackbody.outputs[0], emission.inputs["Color"])
    way = to_light(read_maps(bake), light, frame_start=1)
    assert isinstance(way, InTheWay)
    assert isinstance(to_light(read_maps(bake), light, frame_start=1, replace=True), Made)
    assert feeds(tree, emission, "Color").bl_idname == "ShaderNodeTexImage"
    assert blackbody.name in tree.nodes


def sampled(obj: Any, frame: int) -> np.ndarray:
    """The first colour that Geometry Nodes have stored on an object at a frame."""
    bpy.context.scene.frame_set(frame)
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array(evaluated.data.attributes["picture"].data[0].color[:3])


def test_geometry_nodes_read_the_picture(bake: Path, plane: Any, pictures: list[np.ndarray]) -> None:
    made = to_geometry_nodes(with_maps(bake, "height"), frame_start=11)
    group = bpy.data.node_groups[made.name]
    tree = bpy.data.node_groups.new("use", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    start, end = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    store, use = tree.nodes.new("GeometryNodeStoreNamedAttribute"), tree.nodes.new("GeometryNodeGroup")
    store.data_type = "FLOAT_COLOR"
    store.inputs["Name"].default_value = "picture"
    use.node_tree = group
    use.inputs["Vector"].default_value = (0.5 / SIZE, 0.5 / SIZE, 0)  # the lower left pixel
    tree.links.new(start.outputs[0], store.inputs["Geometry"])
    tree.links.new(use.outputs["Colour"], next(s for s in store.inputs if s.name == "Value" and s.enabled))
    tree.links.new(store.outputs[0], end.inputs[0])
    plane.modifiers.new("nodes", "NODES").node_group = tree
    for frame, index in ((11, 0), (13, 2), (15, 4), (2, 0), (99, 4)):
        np.testing.assert_allclose(sampled(plane, frame), linear(pictures[index][-1, 0]), atol=2e-3)
    assert shift(bake, by=5) == 1
    np.testing.assert_allclose(sampled(plane, 18), linear(pictures[2][-1, 0]), atol=2e-3)
    again = to_geometry_nodes(read_maps(bake), frame_start=1)
    assert again.name == made.name
    assert use.node_tree == group
    np.testing.assert_allclose(sampled(plane, 3), linear(pictures[2][-1, 0]), atol=2e-3)


def test_the_compositor_keeps_the_render(tmp_path: Path, bake: Path, plane: Any) -> None:
    scene = bpy.context.scene
    plain = rendered(scene, 1, tmp_path)
    to_compositor(read_maps(bake), scene, frame_start=3)
    to_compositor(read_maps(bake), scene, frame_start=4)
    tree = scene.node_tree if bpy.app.version < (5, 0, 0) else scene.compositing_node_group
    (node,) = [each for each in tree.nodes if each.bl_idname == "CompositorNodeImage"]
    assert (node.frame_start, node.frame_duration, node.use_auto_refresh) == (5, COUNT - 1, True)
    if hasattr(scene.render, "compositor_device"):
        scene.render.compositor_device = "CPU"
    np.testing.assert_allclose(rendered(scene, 1, tmp_path), plain, atol=1e-5)
    assert shift(bake, by=2) == 1
    assert node.frame_start == 7


def test_a_brush(bake: Path) -> None:
    brush = bpy.data.brushes.new("paint", mode="TEXTURE_PAINT")
    made = to_brush(read_maps(bake), brush, frame_start=3)
    assert brush.texture.name == made.name
    assert brush.texture.image_user.frame_start == 4
    assert shift(bake, by=2) == 1
    assert brush.texture.image_user.frame_start == 6
    assert to_brush(read_maps(bake), brush, frame_start=1) == made
    brush.texture = bpy.data.textures.new("mine", "CLOUDS")
    assert to_brush(read_maps(bake), brush, frame_start=1) == InTheWay("texture", "mine", "the brush paint")
