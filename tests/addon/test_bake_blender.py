"""A bake in real Blender: what Cycles renders is what was baked, again and again, and the user's own work stays."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import noise_pictures, write_bake

bpy = pytest.importorskip("bpy")

from addon.bake import (  # noqa: E402
    BakeError,
    InTheWay,
    Made,
    baked_images,
    missing_files,
    read_maps,
    recall,
    shift,
    to_brush,
    to_compositor,
    to_geometry_nodes,
    to_image,
    to_light,
    to_material,
    to_world,
)

SIZE, COUNT = 16, 5


@pytest.fixture
def bake(tmp_path: Path) -> Path:
    return write_bake(tmp_path / "ember", noise_pictures(COUNT))


@pytest.fixture
def pictures() -> list[np.ndarray]:
    return noise_pictures(COUNT)


@pytest.fixture
def plane() -> Any:
    return make_plane(bpy.context.scene)


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


def test_cycles_shows_exactly_the_baked_frame(
    tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]
) -> None:
    scene = bpy.context.scene
    made = to_material(read_maps(bake), plane, frame_start=11, lit=False)
    assert isinstance(made, Made)
    for frame, index in ((11, 0), (13, 2), (15, 4), (3, 0), (40, 4)):
        assert_shows(scene, frame, pictures[index], tmp_path)
    assert shift(bake, by=-4) == 1
    for frame, index in ((7, 0), (9, 2), (11, 4)):
        assert_shows(scene, frame, pictures[index], tmp_path)
    assert recall(baked_images()[0]).frame_start == 7


def test_an_animation_with_persistent_data(tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]) -> None:
    scene = bpy.context.scene
    to_material(read_maps(bake), plane, frame_start=1, lit=False)
    scene.render.use_persistent_data = True
    for frame in (1, 2, 5):
        assert_shows(scene, frame, pictures[frame - 1], tmp_path)


@pytest.mark.parametrize("first", [1, 11])
def test_files_may_begin_with_any_number(tmp_path: Path, plane: Any, pictures: list[np.ndarray], first: int) -> None:
    folder = write_bake(tmp_path / "numbered", pictures, first=first)
    to_material(read_maps(folder), plane, frame_start=101, lit=False)
    for index in (0, 2, 4):
        assert_shows(bpy.context.scene, 101 + index, pictures[index], tmp_path)


REOPEN = """
import sys, os, json
sys.path[:0] = [sys.argv[2]]
import bpy
import numpy as np
bpy.ops.wm.read_factory_settings()
bpy.ops.wm.open_mainfile(filepath=sys.argv[1], use_scripts=False)
scene = bpy.context.scene
for frame in (11, 13, 15):
    scene.frame_set(frame)
    scene.render.filepath = os.path.join(os.path.dirname(sys.argv[1]), f"again{frame}.exr")
    bpy.ops.render.render(write_still=True)
assert not any(name.split(".")[0] == "addon" for name in sys.modules)
sys.stdout.flush(); os._exit(0)
"""


def test_a_saved_file_renders_the_same_elsewhere_without_the_extension(
    tmp_path: Path, bake: Path, plane: Any, pictures: list[np.ndarray]
) -> None:
    import sys

    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    shutil.move(bake, here / "ember")
    bpy.ops.wm.save_as_mainfile(filepath=str(here / "scene.blend"))
    to_material(read_maps(here / "ember"), plane, frame_start=11, lit=False)
    assert baked_images()[0].filepath == "//ember/ember_0001.png"
    show_pixels(plane)
    bpy.ops.wm.save_mainfile()
    here.rename(there)
    subprocess.run([sys.executable, "-c", REOPEN, str(there / "scene.blend"), ""], check=True, capture_output=True)
    for frame in (11, 13, 15):
        image = bpy.data.images.load(str(there / f"again{frame}.exr"))
        image.colorspace_settings.name = "Non-Color"
        pixels = np.empty(SIZE * SIZE * 4, np.float32)
        image.pixels.foreach_get(pixels)
        again = pixels.reshape(SIZE, SIZE, 4)[::-1, :, :3]
        np.testing.assert_allclose(again, linear(pictures[frame - 11]), atol=1e-5)


def test_a_bake_of_avcores_own(tmp_path: Path, avcore_python: str, plane: Any) -> None:
    out = tmp_path / "agate"
    demo = tmp_path / "demo.wav"
    subprocess.run([avcore_python, "-m", "avcore.audio.demo", str(demo)], check=True, capture_output=True)
    command = [avcore_python, "-m", "avcore", "render", str(demo), str(out), "--preset", "agate", "--format", "png"]
    command += ["-r", f"{SIZE}x{SIZE}", "--fps", "24", "--frames", "1-3", "--maps", "height,normal"]
    subprocess.run(command, check=True, capture_output=True)
    maps = read_maps(out)
    assert set(maps) == {"base", "height", "normal"}
    to_material(maps, plane, frame_start=1, lit=False)
    for number in (1, 3):
        image = bpy.data.images.load(str(out / f"agate_{number:04d}.png"))
        image.colorspace_settings.name = "Non-Color"
        pixels = np.empty(SIZE * SIZE * 4, np.float32)
        image.pixels.foreach_get(pixels)
        picture = np.round(pixels.reshape(SIZE, SIZE, 4)[::-1, :, :3] * 255)
        assert_shows(bpy.context.scene, number, picture, tmp_path)


def with_maps(bake: Path, *names: str) -> Any:
    for seed, name in enumerate(names, 1):
        write_bake(bake.with_name(f"{bake.name}_{name}"), noise_pictures(COUNT, seed=seed))
    return read_maps(bake)


def feeds(tree: Any, node: Any, socket: str) -> Any:
    links = node.inputs[socket].links
    return links[0].from_node if links else None


def principled(material: Any) -> Any:
    return next(node for node in material.node_tree.nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")


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


def test_missing_files_are_named_before_a_render(tmp_path: Path, bake: Path, plane: Any) -> None:
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 100
    to_material(with_maps(bake, "height"), plane, frame_start=11)
    assert missing_files(scene) == []
    (bake / "ember_0003.png").unlink()
    (bake / "ember_0004.png").unlink()
    (missing,) = missing_files(scene)
    assert (missing.path, missing.n) == (bake / "ember_0003.png", 2)
    assert "ember_0003.png and 1 more" in missing.sentence
    assert missing_files(scene, frame_start=1, frame_end=12) == []
    shutil.rmtree(bake)
    assert missing_files(scene)[0].n == COUNT
    packed = bpy.data.images.new("packed", 8, 8)
    packed.pack()
    packed.filepath = str(tmp_path / "gone.png")
    principled(plane.active_material).id_data.nodes.new("ShaderNodeTexImage").image = packed
    assert len(missing_files(scene)) == 1


def test_files_are_checked_as_blender_looks_for_them(tmp_path: Path, bake: Path) -> None:
    """A user's own sequence, which is magenta before its start: Blender looks for the file before the first."""
    scene = bpy.context.scene
    material = bpy.data.materials.new("mine")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(str(bake / "ember_0001.png"))
    node.image.source = "SEQUENCE"
    node.image_user.frame_start, node.image_user.frame_duration = 11, COUNT
    assert missing_files(scene, frame_start=11, frame_end=99) == []
    (missing,) = missing_files(scene, frame_start=10, frame_end=99)
    assert missing.path == bake / "ember_0000.png"
    node.image_user.use_cyclic = True
    assert missing_files(scene, frame_start=1, frame_end=99) == []


def test_one_picture_stays(tmp_path: Path, plane: Any, pictures: list[np.ndarray]) -> None:
    to_material(read_maps(write_bake(tmp_path / "still", pictures[:1])), plane, frame_start=11, lit=False)
    for frame in (1, 11, 99):
        assert_shows(bpy.context.scene, frame, pictures[0], tmp_path)
    assert missing_files(bpy.context.scene) == []


def test_missing_frames_do_render_magenta(tmp_path: Path, bake: Path, plane: Any) -> None:
    """Why the check is there."""
    to_material(read_maps(bake), plane, frame_start=1, lit=False)
    (bake / "ember_0002.png").unlink()
    np.testing.assert_allclose(rendered(bpy.context.scene, 2, tmp_path)[0, 0], [1, 0, 1], atol=1e-5)


def test_a_film(tmp_path: Path, plane: Any) -> None:
    levels = [40, 80, 120, 160, 200, 240]
    flat = write_bake(tmp_path / "flat", [np.full((SIZE, SIZE, 3), level, np.uint8) for level in levels])
    to_material(read_maps(flat), plane, frame_start=1, lit=False)
    film = make_film(bpy.context.scene, tmp_path / "film.mp4", n=len(levels))
    made = to_material(read_maps(film), plane, frame_start=5, lit=False)
    assert bpy.data.images[made.images["base"]].source == "MOVIE"
    for frame, level in ((1, 40), (5, 40), (7, 120), (10, 240), (30, 240)):
        seen = rendered(bpy.context.scene, frame, tmp_path)
        assert seen.mean() == pytest.approx(float(linear(np.array(level))), abs=0.02)
    assert shift(film, by=1) == 1
    assert missing_files(bpy.context.scene) == []
    with pytest.raises(BakeError, match="film"):
        to_geometry_nodes(read_maps(film), frame_start=1)


def make_film(scene: Any, path: Path, *, n: int) -> Path:
    """What the scene shows, as a film of ``n`` frames."""
    film = scene.copy()
    film.frame_start, film.frame_end = 1, n
    film.render.resolution_x = film.render.resolution_y = 64
    film.view_settings.view_transform = "Standard"
    if hasattr(film.render.image_settings, "media_type"):
        film.render.image_settings.media_type = "VIDEO"
    film.render.image_settings.file_format = "FFMPEG"
    film.render.ffmpeg.format, film.render.ffmpeg.codec = "MPEG4", "H264"
    film.render.filepath = str(path)
    bpy.ops.render.render(animation=True, scene=film.name)
    bpy.data.scenes.remove(film)
    return path
