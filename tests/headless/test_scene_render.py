"""Frames of a .blend: only right ones appear, each the same whoever renders it, and log readers find their lines."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.headless.blenders import ROOT, Blender, pixels

MAKE = """
import numpy as np
bpy.ops.wm.read_factory_settings(use_empty=True)
s = bpy.context.scene
folder.mkdir(exist_ok=True)
for number in range(1, 6):
    image = bpy.data.images.new("p", 8, 8)
    image.pixels.foreach_set(np.tile(np.float32([number / 8, 0.5, 0, 1]), 64))
    image.filepath_raw, image.file_format = str(folder / f"p_{number:04d}.png"), "PNG"
    image.save()
    bpy.data.images.remove(image)
from headless.scene.templates import TEMPLATES
stage = TEMPLATES["plane"](s, (64, 36), resolution=(64, 36))
material = bpy.data.materials.new("m")
material.use_nodes = True
tree = material.node_tree
node, glow = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeEmission")
node.image = bpy.data.images.load(str(folder / "p_0001.png"))
node.image.source = "SEQUENCE"
user = node.image_user
user.frame_duration, user.frame_start, user.frame_offset, user.use_auto_refresh = 5, start, 0, True
tree.links.new(node.outputs[0], glow.inputs[0])
tree.links.new(glow.outputs[0], next(n for n in tree.nodes if n.bl_idname == "ShaderNodeOutputMaterial").inputs[0])
stage.obj.data.materials.append(material)
s.render.resolution_x, s.render.resolution_y = 64, 36
s.frame_start, s.frame_end = 1, 5
s.cycles.samples = samples
bpy.ops.wm.save_as_mainfile(filepath=str(scene))
"""


def made(blender: Blender, folder: Path, *, start: int = 1, samples: int = 1) -> Path:
    """A .blend that shows five pictures, whose red says which."""
    blender.do(MAKE, folder=folder / "pictures", scene=folder / "a.blend", start=start, samples=samples)
    return folder / "a.blend"


def shown(frames: Path, number: int) -> int:
    """Which of the pictures a frame shows."""
    return round(float(pixels(frames / f"a_{number:04d}.png")[18, 32, 0]) / 255 * 8)


def hashes(folder: Path) -> dict[str, str]:
    """What lies in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_every_frame_shows_its_picture(blender: Blender, tmp_path: Path) -> None:
    told = blender.told("render", made(blender, tmp_path), "-o", tmp_path / "out")
    assert (told["frames"], told["skipped"]) == (5, 0)
    assert [shown(tmp_path / "out", number) for number in range(1, 6)] == [1, 2, 3, 4, 5]


def test_a_missing_texture_is_never_a_pink_frame(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    (tmp_path / "pictures/p_0004.png").unlink()
    said = blender.run("render", scene, "-o", tmp_path / "out", code=3)
    assert "p_0004.png" in said.stderr
    assert "frame 4" in said.stderr
    assert not (tmp_path / "out").exists(), "a frame was rendered before all was checked"
    blender.run("render", scene, "-o", tmp_path / "out", "-f", "1-3,5")
    (tmp_path / "pictures/p_0004.png").touch()  # empty, as a host leaves it that was killed
    blender.run("render", scene, "-o", tmp_path / "out", code=3)


def test_before_its_start_a_sequence_asks_for_the_file_before_the_first(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path, start=3)
    said = blender.run("render", scene, "-o", tmp_path / "out", code=3)
    assert "p_0000.png" in said.stderr
    blender.run("render", scene, "-o", tmp_path / "out", "-f", "3-5")
    assert [shown(tmp_path / "out", number) for number in (3, 4, 5)] == [1, 2, 3]


def test_a_file_that_goes_away_meanwhile_drops_the_frame(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    told = blender.do(
        """
from headless.scene import drawing, rendering
from headless.progress import Progress
from avcore.errors import InputError
draw = drawing.Drawer.draw
def draw_and_lose(self, number, path):
    if number == 2:
        (pictures / "p_0002.png").unlink()
    draw(self, number, path)
drawing.Drawer.draw = draw_and_lose
try:
    rendering.render(rendering.RenderTask(scene, folder, range), Progress("json", write=lambda line: None))
except InputError as error:
    out = str(error)
""".replace("range)", "lambda first, last: range(first, last + 1))"),
        scene=scene,
        folder=tmp_path / "out",
        pictures=tmp_path / "pictures",
    )
    assert "p_0002.png" in told
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a_0001.png", "manifest.json"]


def test_one_process_and_many_write_the_same_bytes(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path, samples=4)
    blender.run("render", scene, "-o", tmp_path / "one")
    for frames, threads in (("4-5", 1), ("2", 2), ("1,3", 1)):
        blender.run("render", scene, "-o", tmp_path / "many", "-f", frames, "-t", threads)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "many")
    inodes = {path: path.stat().st_mtime_ns for path in (tmp_path / "one").glob("*.png")}
    told = blender.told("render", scene, "-o", tmp_path / "one")
    assert (told["frames"], told["skipped"]) == (0, 5)
    assert {path: path.stat().st_mtime_ns for path in inodes} == inodes
    blender.run("render", scene, "-o", tmp_path / "one", "--existing", "error", code=2)


def test_the_spellings_of_blender(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    blender.run(
        "render", scene, "-j", 2, "-s", 2, "-o", "//out/shot_####", "-F", "PNG", "-E", "CYCLES", "-t", 1, "-e", 5
    )
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == ["shot_0002.png", "shot_0004.png"]
    blender.run("render", scene, "-o", tmp_path / "deep", "-f", "1", "-F", "OPEN_EXR", "-r", "32x18", "--samples", 2)
    assert (tmp_path / "deep/a_0001.exr").read_bytes()[:4] == bytes([0x76, 0x2F, 0x31, 0x01])
    for wrong in (
        ("-f", "1", "-a"),
        ("-F", "AVI"),
        ("-E", "luxrender"),
        ("-S", "none"),
        ("--camera", "none"),
        ("-j", 0),
    ):
        blender.run("render", scene, "-o", tmp_path / "no", *wrong, code=2)
    blender.run("render", scene, "-o", tmp_path / "no", "--device", "cuda", code=3)
    blender.run("render", tmp_path / "none.blend", "-o", tmp_path / "no", code=3)
    (tmp_path / "broken.blend").write_bytes(scene.read_bytes()[:2000])
    blender.run("render", tmp_path / "broken.blend", "-o", tmp_path / "no", code=3)
    assert not (tmp_path / "no").exists()


def test_log_readers_find_their_lines(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    lines = blender.run(
        "render", scene, "-o", tmp_path / "out", "-f", "1-2", "--progress", "flamenco"
    ).stdout.splitlines()
    # The patterns of Flamenco's worker.
    saved = [match[1] for line in lines if (match := re.search(r"^Saved: '(.*)'", line))]
    assert saved == [str(tmp_path / f"out/a_000{number}.png") for number in (1, 2)]
    assert sum(bool(re.search(r"^Time: ([0-9:.]+)", line)) for line in lines) == 2
    assert not any("avcore-part" in line for line in lines)
    lines = blender.run("render", scene, "-o", tmp_path / "out", "-f", "1-3", "--progress", "json").stdout.splitlines()
    events = [json.loads(line.partition(" ")[2]) for line in lines if line.startswith("headless_event:")]
    assert [(each["event"], each["frame"]) for each in events if "frame" in each and each["event"] != "rendering"] == [
        ("skipped", 1),
        ("skipped", 2),
        ("saved", 3),
    ]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGTERM to hear")
def test_a_frame_under_way_is_finished_when_it_is_told_to_stop(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path, samples=30_000)
    process = subprocess.Popen(
        [blender.python, "-m", "headless", "render", str(scene), "-o", str(tmp_path / "out"), "--progress", "flamenco"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Fra:1"):
            break
    assert re.search(r"^Fra:\d+ .*Sample\s(\d+)\/(\d+)$", line)  # what Deadline Cloud's adaptor looks for
    process.send_signal(signal.SIGTERM)
    said = process.stdout.read()
    assert process.wait(120) == 143
    assert "a_0001.png" in said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a_0001.png", "manifest.json"]


def test_paths_of_another_machine(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    (tmp_path / "pictures").rename(tmp_path / "moved")
    blender.run("render", scene, "-o", tmp_path / "out", "-f", "2", code=3)
    rule = f"{tmp_path / 'pictures'}={tmp_path / 'moved'}"
    blender.run("render", scene, "-o", tmp_path / "out", "-f", "2", "--map", rule)
    assert shown(tmp_path / "out", 2) == 2


def test_an_animated_choice_of_the_file_is_checked_at_its_frame(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    blender.do(
        """
bpy.ops.wm.open_mainfile(filepath=str(scene))
user = next(n for n in bpy.data.materials["m"].node_tree.nodes if n.bl_idname == "ShaderNodeTexImage").image_user
for frame, offset in ((1, 2), (2, 9)):
    user.frame_offset = offset
    user.keyframe_insert("frame_offset", frame=frame)
bpy.ops.wm.save_mainfile()
""",
        scene=scene,
    )
    said = blender.run("render", scene, "-o", tmp_path / "out", "-f", "1-2", code=3)
    assert "p_0011.png" in said.stderr
    assert shown(tmp_path / "out", 1) == 3


def test_braces_in_a_path_are_braces(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    blender.run("render", scene, "-o", tmp_path / "{blend_name} #1 b", "-f", "1")
    assert (tmp_path / "{blend_name} #1 b/a_0001.png").is_file()


def test_what_blender_says_of_a_frame_becomes_an_exit_code(blender: Blender) -> None:
    said = {
        "00:01.1  cycles           | ERROR Image file '/x/a.png' does not exist.": 3,
        "Error: Cannot open '/x/b.abc'": 3,
        "00:01.1  cycles | ERROR System is out of GPU memory": 75,
        "Error: Calloc returns null: len=123456 in imb_alloc_pixels": 33,
        "00:01.1  render | ERROR Render error (No space left on device) cannot save: '/x/a.png'": 1,
        "Fra:1 Mem:10.36M | Updating Images | Loading a_ERROR.png": 0,
        "EGL Error (0x3009): EGL_BAD_MATCH": 0,
        "Warning: region type 4 missing": 0,
    }
    told = blender.do(
        """
from avcore.errors import AvcoreError
from headless.scene.drawing import judge
out = []
for line in said:
    try:
        judge(1, [line], "")
        out.append(0)
    except AvcoreError as error:
        out.append(error.exit_code)
""",
        said=list(said),
    )
    assert told == list(said.values())


def test_rendering_needs_numpy_alone(blender: Blender, tmp_path: Path) -> None:
    """A Blender has NumPy and none of the other packages that avcore asks for."""
    scene = made(blender, tmp_path)
    told = blender.do(
        """
import importlib.abc
from importlib.metadata import requires
import re
others = {re.match(r"[\\w-]+", text)[0].lower().replace("-", "_") for text in requires("avcore") or ()} - {"numpy"}
others |= {"yaml", "PIL", "isal"}
class Without(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0].lower() in {each.lower() for each in others}:
            raise ImportError(name)
sys.meta_path.insert(0, Without())
from headless.main import main
out = main(["render", str(scene), "-o", str(folder), "-f", "2"]), sorted(others)
""",
        scene=scene,
        folder=tmp_path / "out",
    )
    assert told[0] == 0
    assert "numba" in told[1]
    assert shown(tmp_path / "out", 2) == 2
