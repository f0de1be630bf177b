"""Maps for materials: height, normal, roughness, emission, mask."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_track import make_track
from PIL import Image as Pictures

from avcore.cli import main
from avcore.compute.device import cpu
from avcore.encode import ImageSettings
from avcore.encode.exr import read_exr
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.maps import MAPS, InkRange, MapsSpec
from avcore.fields.organic.cells import CellsSpec
from avcore.presets import load_preset
from avcore.presets.preset import Preset
from avcore.render.frames import Frames
from avcore.render.job import RenderJob, map_job, render
from avcore.render.maps import normals
from avcore.signals.spec import Driven
from avcore.timebase import Timebase

TRACK = make_track(bass=np.linspace(0, 1, 301))
TILING = CellsSpec(coords=CoordsSpec(space="tile"), membrane=Driven.fixed(0.3))


def drawn(name: Any, *, maps: MapsSpec | None = None, size: tuple[int, int] = (48, 48), **colour: Any) -> Any:
    spec = ColourSpec(**{"glow": Driven.fixed(1.0), **colour})
    preset = Preset(schema=1, field=TILING, colour=spec, maps=maps or MapsSpec())
    timebase = Timebase.for_duration(3, Fraction(30))
    with Frames(preset, TRACK, timebase, size=size, device=cpu(), map_name=name) as frames:
        return frames.frame(20, "float32")


def test_a_slope_leans_the_way_it_falls() -> None:
    rising = np.tile(np.linspace(0, 1, 64), (64, 1))  # higher to the right
    x, y, z = 2.0 * normals(rising, depth=1.0, tiles=False)[10, 10] - 1.0
    slope = 64 / 63  # a picture height of relief over a picture's width
    np.testing.assert_allclose([x, y, z], np.array([-slope, 0, 1]) / np.hypot(slope, 1), atol=1e-3)
    x, y, z = 2.0 * normals(rising.T[::-1], depth=1.0, tiles=False)[10, 10] - 1.0  # higher upwards
    np.testing.assert_allclose([x, y, z], np.array([0, -slope, 1]) / np.hypot(slope, 1), atol=1e-3)


def test_an_edge_ends_a_relief_or_wraps_it() -> None:
    wave = np.tile(np.sin(np.arange(32) * 2 * np.pi / 32), (32, 1))
    wrapped, ended = (normals(wave, depth=1.0, tiles=tiles) for tiles in (True, False))
    np.testing.assert_allclose(np.roll(wrapped, 5, axis=1), normals(np.roll(wave, 5, axis=1), depth=1.0, tiles=True))
    np.testing.assert_array_equal(wrapped[:, 1:-1], ended[:, 1:-1])
    np.testing.assert_allclose(np.linalg.norm(2 * ended - 1, axis=-1), 1.0, atol=1e-6)


def test_a_flat_relief_is_the_blue_of_all_normal_maps() -> None:
    np.testing.assert_allclose(normals(np.full((5, 4), 0.3), depth=1.0, tiles=False), [[[0.5, 0.5, 1.0]] * 4] * 5)


@pytest.mark.parametrize("name", MAPS)
def test_maps_of_a_tile_tile(name: str) -> None:
    image = drawn(name)
    seams = [np.abs(image[:, 0] - image[:, -1]).mean(), np.abs(image[0] - image[-1]).mean()]
    inside = [np.abs(np.diff(image, axis=axis)).mean(axis=(1 - axis, 2)).max() for axis in (1, 0)]
    assert seams[0] <= 1.2 * inside[0]
    assert seams[1] <= 1.2 * inside[1]
    assert image.std() > 0.01


def test_values_follow_the_preset() -> None:
    height = drawn("height")
    maps = MapsSpec(roughness=InkRange("height", 0.9, 0.2), mask=InkRange("height", 1.0, 0.0))
    np.testing.assert_allclose(drawn("roughness", maps=maps), 0.9 - 0.7 * height, atol=1e-6)
    np.testing.assert_allclose(drawn("mask", maps=maps), 1.0 - height, atol=1e-6)
    assert (drawn("emission", glow=Driven.fixed(0.0)) <= drawn("emission", maps=MapsSpec(emission="light")) + 1).all()


def test_a_network_has_maps_too() -> None:
    timebase = Timebase.for_duration(3, Fraction(30))
    for name in MAPS:
        track = make_track(bass=np.linspace(0, 1, 301), treble=np.linspace(1, 0, 301), mid=np.ones(301))
        preset = load_preset("azulejo")
        preset = Preset(schema=1, field=preset.field.__class__(seed=4), colour=preset.colour.__class__(mode="palette"))
        with Frames(preset, track, timebase, size=(32, 18), device=cpu(), map_name=name) as frames:
            image = frames.frame(5, "float32")
        assert image.min() >= 0.0
        assert image.max() <= 1.0


def test_heights_have_16_bits_and_an_exr_keeps_data_as_it_is(tmp_path: Path, demo_track: Path) -> None:
    preset = Preset(schema=1, field=TILING)
    for name, images in (("png", ImageSettings()), ("exr", ImageSettings("exr", 16))):
        job = RenderJob(demo_track, tmp_path / name, preset, size=(32, 32), frames="5", device="cpu", images=images)
        render(map_job(job, "normal"))
    path = tmp_path / "png_normal" / "png_normal_0005.png"
    with Pictures.open(path) as image:
        assert image.size == (32, 32)
    assert path.read_bytes()[24] == 16  # bits of a channel, in the header
    data = read_exr(tmp_path / "exr_normal" / "exr_normal_0005.exr").astype(np.float32)
    np.testing.assert_allclose(np.linalg.norm(2 * data - 1, axis=-1), 1.0, atol=5e-3)


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, demo_track: Path) -> None:
    (tmp_path / "out_height").mkdir()
    (tmp_path / "out_height" / "notes.txt").write_text("mine")
    arguments = ["render", str(demo_track), f"{tmp_path}/out/", "-p", "malachite", "-r", "16x16", "--frames", "1"]
    assert main([*arguments, "--maps", "height"]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out_height"]
    assert main([*arguments, "--maps", "height,height", "--overwrite"]) == 0
    assert (tmp_path / "out_height" / "out_height_0001.png").exists()
