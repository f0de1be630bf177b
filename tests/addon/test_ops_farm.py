"""Send to farm: a saved scene becomes a job for farms, and a Flamenco Manager gets it."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")

from tests.addon import installed  # noqa: E402

pytest_plugins = ["operating"]


needs_strips = pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy wheel was built without audio, and has no strips"
)


@pytest.fixture
def saved(scene: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The scene on disk, with a camera, and with the song as a strip where there can be one; frames 5 to 10."""
    if bpy.app.build_options.audaspace:
        request.getfixturevalue("strip")
    scene = bpy.context.scene
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera, scene.frame_start, scene.frame_end = camera, 5, 10
    path = tmp_path / "stage.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def full_python(preferences: Any) -> str:
    """A Python with avcore and a bpy that reads what this one saves, as the engine."""
    named = os.environ.get("AVCORE_HEADLESS_PYTHON") or str(installed.ROOT / ".venv-headless-4.5.15" / "bin" / "python")
    asked = "import avcore, headless, bpy; print(*bpy.app.version[:2])"
    try:
        done = subprocess.run([named, "-P", "-c", asked], capture_output=True, text=True, check=True)
        version = tuple(int(part) for part in done.stdout.split()[-2:])
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no Python with avcore and bpy; `make test-headless` makes one")
    if version < bpy.app.version[:2]:
        pytest.skip(f"the bpy beside avcore is {version}, and cannot read what this one saves")
    preferences.python = named
    return named


def state() -> Any:
    """What the extension knows of the job."""
    return sys.modules[f"{installed.MODULE}.session.farm"].current


def test_a_scene_has_to_be_saved(preferences: Any) -> None:
    assert not bpy.ops.avcore.send_to_farm.poll()
    assert not bpy.ops.avcore.cancel_farm.poll()


@needs_strips
def test_a_saved_scene_becomes_a_bundle(full_python: str, saved: Path, tmp_path: Path) -> None:
    bpy.context.scene.avcore.farm.frames_per_task = 3
    assert bpy.ops.avcore.send_to_farm() == {"FINISHED"}
    bundle = tmp_path / "stage farm"
    assert state().export.sentence.startswith(str(bundle))
    assert (bundle / "template.yaml").is_file()
    assert "FramesPerTask: 3" in (bundle / "openjd_params.yaml").read_text()
    assert "Frames: 5-10" in (bundle / "openjd_params.yaml").read_text()
    assert (bundle / "scene" / "stage.blend").is_file()


def test_an_engine_without_blender_says_so(saved: Path) -> None:
    """Blender as a module is no program that could open the scene."""
    assert not bpy.app.binary_path
    with pytest.raises(RuntimeError, match="needs Blender as a module"):
        bpy.ops.avcore.send_to_farm()
    assert state().export.has_failed


def test_an_avcore_without_the_part_for_farms_says_so(preferences: Any, saved: Path) -> None:
    engine = sys.modules[f"{installed.MODULE}.engine"]
    farm = sys.modules[f"{installed.MODULE}.engine.farm"]
    old = engine.Engine("here", Path(sys.base_prefix) / "bin" / "python3", "0.0.1", "", "3.11")
    export = farm.Export(farm.Order(old, saved, saved.parent / "farm", 10))
    export.start()
    export.wait()
    assert export.has_failed
    assert "has no part for farms" in export.sentence


@needs_strips
def test_a_manager_gets_the_job(full_python: str, preferences: Any, saved: Path) -> None:
    sent: list[Any] = []

    class Manager(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"id": "0123"}).encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Manager)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    online = bpy.context.preferences.system.use_online_access
    preferences.flamenco_manager = f"http://127.0.0.1:{server.server_port}"
    try:
        bpy.context.preferences.system.use_online_access = False
        if not bpy.app.online_access:
            with pytest.raises(RuntimeError, match="allow online access"):
                bpy.ops.avcore.send_to_farm(submit=True)
        bpy.context.preferences.system.use_online_access = True
        if not bpy.app.online_access:
            pytest.skip("this Blender was started offline")
        assert bpy.ops.avcore.send_to_farm(submit=True) == {"FINISHED"}
    finally:
        bpy.context.preferences.system.use_online_access = online
        preferences.flamenco_manager = ""
        server.shutdown()
    (job,) = sent
    assert job["settings"]["frames"] == "5-10"
    assert state().export.page == f"http://127.0.0.1:{server.server_port}/app/jobs/0123"
