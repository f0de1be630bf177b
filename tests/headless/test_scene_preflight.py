"""What a farm would lose is said before it does, and the copy that `--fix` writes holds where it is taken to."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.headless.blenders import Blender
from tests.headless.test_scene_render import made, shown

TROUBLE = """
bpy.ops.wm.open_mainfile(filepath=str(scene))
s = bpy.context.scene
thing = next(iter(bpy.data.meshes)).users and bpy.data.objects["Picture"]
driver = thing.driver_add("location", 2).driver
driver.type, driver.expression = "SCRIPTED", "len(str(frame))"
text = bpy.data.texts.new("startup.py")
text.use_module = True
thing.modifiers.new("Cloth", "CLOTH")
s.render.engine = "BLENDER_WORKBENCH"
bpy.ops.wm.save_mainfile()
"""


def test_a_portable_copy_renders_elsewhere(blender: Blender, tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    scene = made(blender, home)
    shutil.move(scene, project / "a.blend")
    scene = project / "a.blend"
    blender.do(
        "bpy.ops.wm.open_mainfile(filepath=str(scene))\n"
        "bpy.data.images[0].filepath = str(pictures / 'p_0001.png')\nbpy.ops.wm.save_mainfile()",
        scene=scene,
        pictures=home / "pictures",
    )
    before = scene.read_bytes()
    told = blender.told("preflight", scene, code=1)
    assert [finding["kind"] for finding in told["findings"]] == ["outside"]
    assert told["folders"] == [str(home / "pictures")]
    told = blender.told("preflight", scene, "--fix")
    assert told["findings"] == []
    assert len(told["copied"]) == 5
    assert scene.read_bytes() == before
    blender.run("preflight", scene, "--fix", "-o", scene, code=2)
    shutil.rmtree(home)
    project.rename(tmp_path / "farm")
    blender.run("render", tmp_path / "farm/a_portable.blend", "-o", tmp_path / "out/a_####", "-f", "1-5")
    assert [shown(tmp_path / "out", number) for number in range(1, 6)] == [1, 2, 3, 4, 5]


def test_paths_that_hold_on_one_machine_alone(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    blender.do(
        "bpy.ops.wm.open_mainfile(filepath=str(scene))\n"
        "bpy.data.images[0].filepath = str(scene.parent / 'pictures/p_0001.png')\nbpy.ops.wm.save_mainfile()",
        scene=scene,
    )
    told = blender.told("preflight", scene, code=1)
    assert [(each["kind"], each["fixable"]) for each in told["findings"]] == [("absolute path", True)]
    told = blender.told("preflight", scene, "--fix")
    assert (told["findings"], told["copied"]) == ([], [])


def test_what_only_runs_at_home(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    blender.do(TROUBLE, scene=scene)
    (tmp_path / "pictures/p_0002.png").unlink()
    told = blender.told("preflight", scene, code=1)
    assert {each["kind"] for each in told["findings"]} == {"driver", "script", "simulation", "engine", "missing"}
    said = blender.run("preflight", scene, code=1).stdout
    assert "p_0002.png" in said
    assert "--enable-autoexec" in said
