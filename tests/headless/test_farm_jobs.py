"""Whole jobs: many songs with many presets from one list, and an artist's own scene."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
import yaml

from tests.headless.farming import JOB, LAST, SHOT, copy_of, export, headless, made, pictures, python, run


@pytest.fixture(scope="module")
def songs(home: Path) -> Path:
    """A folder with two songs, of which one is short."""
    sound, rate = soundfile.read(home / "demo.wav")
    folder = home / "songs"
    folder.mkdir()
    soundfile.write(folder / "slow.wav", sound[4 * rate : 4 * rate + rate // 6], rate)
    soundfile.write(folder / "fast.wav", sound[8 * rate : 8 * rate + rate // 4], rate)
    return folder


def in_yaml(folder: Path) -> dict[str, object]:
    """Every song with every preset."""
    return {"songs": ["songs/slow.wav", "songs/fast.wav"], "presets": ["ember", "tide"]}


def in_csv(folder: Path) -> dict[str, object]:
    """The same as a list, a line for each."""
    lines = [f"songs/{song}.wav,{preset}" for song in ("slow", "fast") for preset in ("ember", "tide")]
    (folder / "list.csv").write_text("\n".join(["song,preset", *lines]))
    return {"list": "list.csv"}


def test_two_songs_with_two_presets_as_one_job(home: Path, songs: Path, tmp_path: Path) -> None:
    """From YAML and from CSV; the shorter song has no more frames than it has."""
    common = {key: JOB[key] for key in ("fps", "texture", "render")}
    made_of = {}
    for name, listed in (("yaml", in_yaml(home)), ("csv", in_csv(home))):
        (home / f"{name}.yaml").write_text(json.dumps({"name": "tour", **common, **listed}))
        made_of[name] = export(home / f"{name}.yaml", tmp_path / name, "--frames-per-task", 4)
    assert (made_of["yaml"] / "job.yaml").read_text() == (made_of["csv"] / "job.yaml").read_text()

    bundle = made_of["yaml"]
    headless("farm", "run", bundle, "--workers", 2)
    frames = {"slow_ember": 4, "slow_tide": 4, "fast_ember": 6, "fast_tide": 6}
    for shot, count in frames.items():
        of_shot = {name for name in pictures(bundle) if name.startswith(f"out/{shot}/")}
        assert of_shot == {
            f"out/{shot}/{shot}.mp4",
            *(f"out/{shot}/{kind}_{number:04d}.png" for kind in (f"frames/{shot}", "texture/texture")
              for number in range(1, count + 1)),
        }  # fmt: skip
        headless("verify", "--job", bundle / "job.yaml", "--shot", shot)
    assert len(set(pictures(bundle).values())) == len(pictures(bundle))


def test_an_artists_scene_travels_whole(exported: Path, reference: dict[str, str], tmp_path: Path) -> None:
    """What it shows from elsewhere comes along, and what is to be baked is read from it."""
    artist = copy_of(exported, tmp_path / "artist")
    scene = artist / "out" / SHOT / f"{SHOT}.blend"
    before = scene.read_bytes()
    bundle = export(scene, tmp_path / "bundle")
    assert scene.read_bytes() == before
    (shot,) = yaml.safe_load((bundle / "job.yaml").read_text())["shots"]
    assert (shot["first"], shot["count"], shot["fps"]) == (1, LAST, "24")
    assert not Path(shot["song"]).is_absolute()
    assert [not Path(bake["out"]).is_absolute() for bake in shot["bakes"]] == [True]

    moved = (tmp_path / "bundle").rename(tmp_path / "elsewhere")
    for path in artist.rglob("*"):
        if path.is_file():
            path.unlink()
    headless("farm", "run", moved)
    assert len([name for name in made(moved) if name.endswith(".png")]) == LAST
    assert [told for name, told in pictures(moved).items() if "/frames/" in name] == [
        told for name, told in reference.items() if "/frames/" in name and name.endswith(".png")
    ]


def test_a_scene_that_a_farm_would_lose_something_of(exported: Path, tmp_path: Path) -> None:
    scene = exported / "out" / SHOT / f"{SHOT}.blend"
    spoilt = tmp_path / "spoilt.blend"
    code = (
        "import os, sys\nfrom headless.needs_bpy import need_bpy\nneed_bpy('test')\nimport bpy\n"
        f"bpy.ops.wm.open_mainfile(filepath={str(scene)!r})\n"
        "image = bpy.data.images.new('gone', 4, 4)\nimage.source, image.filepath = 'FILE', '/nowhere/gone.png'\n"
        "tree = bpy.context.scene.world.node_tree\nnode = tree.nodes.new('ShaderNodeTexEnvironment')\n"
        "node.image = image\nsky = next(n for n in tree.nodes if n.bl_idname == 'ShaderNodeBackground')\n"
        "tree.links.new(node.outputs[0], sky.inputs[0])\n"
        f"bpy.ops.wm.save_as_mainfile(filepath={str(spoilt)!r})\nsys.stdout.flush()\nos._exit(0)"
    )
    run(python(), "-c", code)
    refused = headless("farm", "export", spoilt, "-o", tmp_path / "bundle", code=2)
    assert "gone" in refused.stderr
    headless("farm", "export", spoilt, "-o", tmp_path / "bundle", "--anyway")
