"""`render` inside a Blender of the user's, with its own Python and no package of ours installed: a real 5.2 LTS."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.gui import rig
from tests.headless.blenders import ROOT, Blender
from tests.headless.test_scene_render import made, shown

EXPRESSION = """
import sys
sys.path.insert(0, "/mnt/share/code")
from headless.main import main
code = main(["render", bpy.data.filepath, "-o", "/mnt/share/out", "-f", "1-3", "--progress", "flamenco"{more}])
import os
sys.stdout.flush()
os._exit(code)
"""


def in_blender(folder: Path, *more: str) -> tuple[int, str]:
    """Render in Blender as one would by hand; exit code and what was printed."""
    root = rig.place()
    if root is None or not (root / rig.READY).exists():
        pytest.skip("there is no Blender to run in; AVCORE_GUI_RIG names one that `make test-gui` made")
    text = "import bpy" + EXPRESSION.replace("{more}", "".join(f", {each!r}" for each in more))
    arguments = ("--factory-startup", "-b", "/mnt/share/a.blend", "--python-exit-code", "1", "--python-expr", text)
    done = rig.enter(root, folder, "blender", *arguments, online=False)
    return done.returncode, done.stdout


def test_render_in_a_blender_binary(blender: Blender, tmp_path: Path) -> None:
    made(blender, tmp_path)
    for name in ("headless", "avcore", "addon"):
        shutil.copytree(ROOT / name, tmp_path / "code" / name, ignore=shutil.ignore_patterns("__pycache__"))
    code, said = in_blender(tmp_path)
    assert code == 0, said
    assert [shown(tmp_path / "out", number) for number in (1, 2, 3)] == [1, 2, 3]
    assert said.count("Saved: '/mnt/share/out/a_") == 3
    assert "avcore-part" not in said
    (tmp_path / "pictures/p_0003.png").unlink()
    code, said = in_blender(tmp_path, "--existing", "overwrite")
    assert code == 3, said
    assert "p_0003.png" in said
