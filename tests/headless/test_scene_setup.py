"""Scenes from nothing: in step with the song to the sample, and showing the picture pixel by pixel."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.headless.blenders import Blender, pixels, psnr_db

SMALL = ("--texture", "64x36", "--quality", "draft", "--duration", "4 frames")


def made(blender: Blender, scene: Path, song: Path, *more: object) -> None:
    blender.run("setup", song, "-o", scene, "--start", "4", *SMALL, *more)


def test_a_plane_shows_the_baked_pixels(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    made(blender, tmp_path / "a.blend", demo_track)
    blender.run("render", tmp_path / "a.blend", "-o", tmp_path / "frames", "-f", "1-3")
    for number in (1, 2, 3):
        picture = pixels(tmp_path / f"texture/texture_{number:04d}.png")
        assert picture.std() > 5
        assert (pixels(tmp_path / f"frames/a_{number:04d}.png") == picture).all()
    assert not (tmp_path / "texture/texture_0004.png").exists(), "a picture that no frame asked for was baked"


@pytest.mark.parametrize("fps", ["24", "30000/1001", "24000/1001", "12.5", "59.94"])
def test_time_is_exact(blender: Blender, tmp_path: Path, demo_track: Path, fps: str) -> None:
    scene = tmp_path / "a.blend"
    blender.run("setup", demo_track, "-o", scene, *SMALL, "--fps", fps, "--start", "3.21", "--start-frame", "11")
    told = blender.do(
        """
bpy.ops.wm.open_mainfile(filepath=str(scene))
from addon.sound import scene_fps, sound_strips, timing
from headless.scene.sounding import read_note
s = bpy.context.scene
strips = sound_strips(s)
out = {"fps": scene_fps(s), "range": [s.frame_start, s.frame_end], "note": read_note(s),
       "heard": timing(strips[0], s).time_of_frame(s.frame_start) if strips else None,
       "sound": bpy.app.build_options.audaspace}
""",
        scene=scene,
    )
    from avcore.timebase import parse_fps

    assert Fraction(told["fps"]) == parse_fps(fps)
    assert told["range"] == [11, 14]
    assert told["note"]["start_s"] == "321/100"
    if told["sound"]:
        assert float(Fraction(told["heard"])) == pytest.approx(3.21, abs=1e-5)


def test_a_live_plane_shows_what_a_bake_shows(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    made(blender, tmp_path / "a.blend", demo_track, "-p", "tide")
    made(blender, tmp_path / "b.blend", demo_track, "-p", "tide", "--live", "-r", "64x36")
    for name in "ab":
        blender.run("render", tmp_path / f"{name}.blend", "-o", tmp_path / name, "-f", "1,4")
    for number in (1, 4):
        baked, live = (pixels(tmp_path / f"{name}/{name}_{number:04d}.png") for name in "ab")
        assert psnr_db(baked, live) > 40


@pytest.mark.parametrize("template", ["sphere", "room"])
def test_templates_are_lit_by_the_picture(blender: Blender, tmp_path: Path, demo_track: Path, template: str) -> None:
    made(blender, tmp_path / "a.blend", demo_track, "--template", template, "-r", "64x36")
    blender.run("render", tmp_path / "a.blend", "-o", tmp_path / "frames", "-f", "2", "--samples", "4")
    frame = pixels(tmp_path / "frames/a_0002.png")
    assert frame.shape == (36, 64, 3)
    assert frame.max() > 60
    assert frame[-4:].max() > 2, "the floor mirrors nothing"


USERS = """
bpy.ops.wm.read_factory_settings(use_empty=True)
s = bpy.context.scene
mesh = bpy.data.meshes.new("screen")
mesh.from_pydata([(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)], [], [(0, 1, 2, 3)])
mesh.uv_layers.new()
screen = bpy.data.objects.new("avcore" if by == "object" else "screen", mesh)
material = bpy.data.materials.new("avcore" if by == "material" else "shiny")
material.use_nodes = True
tree = material.node_tree
glow = tree.nodes.new("ShaderNodeEmission")
glow.inputs["Strength"].default_value = 0.5
tree.links.new(glow.outputs[0], next(n for n in tree.nodes if n.bl_idname == "ShaderNodeOutputMaterial").inputs[0])
if by == "node":
    image = tree.nodes.new("ShaderNodeTexImage")
    image.name = "avcore"
    tree.links.new(image.outputs[0], glow.inputs["Color"])
mesh.materials.append(material)
camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
camera.location, camera.rotation_euler, camera.data.type = (0, -3, 0), (1.5707963, 0, 0), "ORTHO"
camera.data.ortho_scale = 2
for each in (screen, camera):
    s.collection.objects.link(each)
s.camera = camera
s.view_settings.view_transform = "Raw"
s.render.engine, s.cycles.samples = "CYCLES", 4
bpy.ops.wm.save_as_mainfile(filepath=str(path))
"""


@pytest.mark.parametrize("by", ["node", "material", "object"])
def test_a_scene_of_the_users_takes_the_picture(blender: Blender, tmp_path: Path, demo_track: Path, by: str) -> None:
    blender.do(USERS, by=by, path=tmp_path / "mine.blend")
    before = (tmp_path / "mine.blend").read_bytes()
    made(blender, tmp_path / "a.blend", demo_track, "--template", tmp_path / "mine.blend", "-r", "64x64")
    blender.run("render", tmp_path / "a.blend", "-o", tmp_path / "frames", "-f", "1-2", "-r", "64x64")
    frame, picture = pixels(tmp_path / "frames/a_0001.png"), pixels(tmp_path / "texture/texture_0001.png")
    assert (tmp_path / "mine.blend").read_bytes() == before
    # Half as bright as the picture, in linear light, which Raw shows as it is.
    linear = (picture / 255) ** 2.2 * 127.5
    assert frame.mean() == pytest.approx(linear.mean(), rel=0.1)
    assert frame.std() > 3


def test_a_scene_without_a_place_says_what_is_looked_for(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    blender.do(USERS, by="nothing", path=tmp_path / "mine.blend")
    said = blender.run("setup", demo_track, "-o", tmp_path / "a.blend", "--template", tmp_path / "mine.blend", code=3)
    assert "called 'avcore'" in said.stderr
    assert not (tmp_path / "a.blend").exists()


def test_what_cannot_be_is_said(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    said = blender.run("setup", demo_track, "-o", tmp_path / "a.blend", "-p", "voyage", "--live", code=2)
    assert "bake it" in said.stderr
    blender.run("setup", demo_track, "-o", tmp_path / "a.blend", "--template", "cave", code=2)
    blender.run("setup", tmp_path / "no.wav", "-o", tmp_path / "a.blend", code=3)
    assert list(tmp_path.iterdir()) == []
