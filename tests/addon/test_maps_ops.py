"""Maps of a bake from the panel's own button, in the extension that was built and installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

bpy = pytest.importorskip("bpy")

from live_scene import psnr_db  # noqa: E402
from pictured import AGREEMENT_DB, FIRST, LAST, baked, rendered, roles, set_up, source, surface  # noqa: E402

pytest_plugins = ["operating"]


@pytest.fixture
def scene(preferences: Any, song: Path, tmp_path: Path) -> Any:
    return set_up(song, tmp_path)


def test_maps_are_wired_and_rendered(scene: Any, tmp_path: Path) -> None:
    bake = scene.avcore.now.bake
    bake.surface, bake.maps = "LIT", {"height", "normal", "roughness", "emission", "mask"}
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    folder = Path(bake.folder)
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        "song-ember",
        *(f"song-ember_{name}" for name in bake.maps),
    }
    principled = surface()
    assert {name: source(principled, name).get("avcore") for name in ("Base Color", "Roughness", "Normal")} == {
        "Base Color": "base",
        "Roughness": "roughness",
        "Normal": "normal map",
    }
    # Without any light, it shows what it gives: the emission map.
    picture = rendered(scene, FIRST + 4, tmp_path)
    wanted = baked(folder, "song-ember_emission", FIRST + 4)
    assert wanted.max() > 0.1
    assert psnr_db(picture, wanted) >= AGREEMENT_DB
    image = next(image for image in bpy.data.images if "avcore" in image)
    assert json.loads(json.loads(image["avcore"])["recipe"])["bake"]["maps"] == sorted(bake.maps)
    assert bpy.ops.avcore.job_add() == {"FINISHED"}
    assert scene.avcore.jobs[0].bake.maps == bake.maps
    # Live takes over all of them, and no glow of theirs stays.
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert roles() == {"output", "surface", "coordinates", "mapping", "live"}
    assert principled.inputs["Emission Strength"].default_value == 0.0
    assert rendered(scene, FIRST + 4, tmp_path).max() == 0.0
    scene.avcore.now.live.emission = True
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert rendered(scene, FIRST + 4, tmp_path).max() > 0.1
    # A bake in other frames and without maps has nothing to do with those that lie there.
    bake.maps, bake.last = set(), LAST - 3
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert roles() == {"output", "surface", "coordinates", "mapping", "base"}
    assert rendered(scene, FIRST + 4, tmp_path).max() == 0.0


def test_exr_has_maps_and_a_movie_has_none(scene: Any) -> None:
    bake = scene.avcore.now.bake
    bake.maps, bake.target = {"height"}, "IMAGE"
    bake.format = "video"
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert not list(Path(bake.folder).rglob("*_height*"))
    bake.format = "exr"
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    assert len(list((Path(bake.folder) / "song-ember_height").glob("*.exr"))) == 10
