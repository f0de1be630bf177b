"""Layers, masks and trails."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from make_track import make_track

from avcore.compute.device import cpu
from avcore.compute.reference import ReferencePainter
from avcore.errors import PresetError
from avcore.fields.colour import ColourSpec
from avcore.fields.cppn import CppnSpec
from avcore.fields.ink import InkPicture
from avcore.fields.layers import BLENDS, Blend, LayerSpec, MaskSpec, blend
from avcore.fields.loop import LoopSpec
from avcore.fields.organic.cells import CellsSpec
from avcore.fields.organic.spots import SpotsSpec
from avcore.fields.organic.warp import WarpSpec
from avcore.presets import load_preset
from avcore.presets.preset import Preset
from avcore.render.frames import Frames
from avcore.render.pixels import BAND_ROWS, bands
from avcore.render.spec import RenderSpec, TrailsSpec
from avcore.signals.spec import Driven, SignalSpec
from avcore.timebase import Duration, Timebase

TRACK = make_track(bass=np.random.default_rng(0).random(1001))
TIMEBASE = Timebase.for_duration(10, Fraction(30))
BELOW, ABOVE = CppnSpec(seed=3), CellsSpec(seed=1)
GLOWING = ColourSpec(mode="palette", glow=Driven.fixed(1.0), shade=Driven.fixed(0.5))
F = Driven.fixed


def drawn(*layers: LayerSpec, field: Any = BELOW, colour: ColourSpec | None = None, **render: Any) -> Any:
    preset = Preset(
        schema=1,
        signals={"kick": SignalSpec("bass")},
        field=field,
        colour=colour or ColourSpec(),
        layers=layers,
        render=RenderSpec(**render),
    )
    with Frames(preset, TRACK, TIMEBASE, size=(64, 36), device=cpu()) as frames:
        images = [frames.frame(number, "float32") for number in (31, 90)]
        np.testing.assert_array_equal(frames.frame(31, "float32"), images[0])
    return np.stack(images)


def layer(**settings: Any) -> LayerSpec:
    return LayerSpec(**{"field": ABOVE, "colour": GLOWING, **settings})


def test_every_blend_mode_is_there_and_stays_in_range() -> None:
    assert set(BLENDS) == set(get_args(Blend))
    below, above = np.random.default_rng(0).random((2, 5, 7, 3)).astype(np.float32)
    for mode in BLENDS:
        seen = blend(below, above, mode, 1.0)
        assert seen.dtype == np.float32
        assert seen.min() >= 0.0
        assert seen.max() <= 1.0
        np.testing.assert_array_equal(blend(below, above, mode, 0.0), below)


@pytest.mark.parametrize(
    ("mode", "neutral"),
    [
        *(("add", 0.0), ("screen", 0.0), ("lighten", 0.0), ("difference", 0.0), ("colour-dodge", 0.0)),
        *(("multiply", 1.0), ("darken", 1.0), ("overlay", 0.5), ("soft-light", 0.5)),
    ],
)
def test_a_neutral_layer_changes_nothing(mode: Blend, neutral: float) -> None:
    below = np.random.default_rng(0).random((5, 7, 3)).astype(np.float32)
    seen = blend(below, np.full_like(below, neutral), mode, 1.0)
    np.testing.assert_allclose(seen, below, atol=2e-6)


def test_opacity_goes_from_the_one_to_the_other() -> None:
    below, above = drawn(), drawn(field=ABOVE, colour=GLOWING)
    np.testing.assert_array_equal(drawn(layer(opacity=F(0.0))), below)
    np.testing.assert_allclose(drawn(layer()), above, atol=1e-6)
    np.testing.assert_allclose(drawn(layer(opacity=F(0.25))), below + 0.25 * (above - below), atol=1e-6)


def test_a_mask_and_its_inverse_are_the_whole() -> None:
    below, above = drawn(), drawn(field=ABOVE, colour=GLOWING)
    mask = {"ink": "glow", "low": F(0.2), "high": F(0.8)}
    seen, rest = (drawn(layer(mask=MaskSpec(**mask, invert=invert))) for invert in (False, True))
    np.testing.assert_allclose(seen + rest, below + above, atol=1e-5)
    assert (seen == below).all(axis=-1).mean() > 0.2
    assert np.abs(seen - above).max(axis=-1).min() < 1e-5


def test_another_field_may_mask() -> None:
    own, other = (drawn(layer(mask=MaskSpec(field=field))) for field in (None, CppnSpec(seed=9)))
    assert np.abs(own - other).max() > 0.1


def test_signals_drive_layers() -> None:
    first, second = drawn(layer(opacity=Driven(0.0, {"kick": 1.0}))), drawn(layer(opacity=F(0.0)))
    assert np.abs(first - second).max() > 0.05


def test_trails_are_the_moments_before() -> None:
    trails = TrailsSpec(count=2, spacing=Duration(0.2), fade=0.5)
    quick = CellsSpec(seed=1, period=Duration(2.0), membrane=F(0.1))
    dark = ColourSpec(palette=("#000000",), glow=F(1.0))
    alone, trailed = drawn(field=quick, colour=dark), drawn(field=quick, colour=dark, trails=trails)
    assert (trailed >= alone - 1e-6).all()
    assert trailed.mean() > alone.mean()
    preset = Preset(schema=1, field=quick, colour=dark)
    with Frames(preset, TRACK, TIMEBASE, size=(64, 36), device=cpu()) as frames:
        moments = [frames.frame(31 - 6 * step, "float32") * 0.5**step for step in range(3)]
    np.testing.assert_allclose(trailed[0], np.max(moments, axis=0), atol=1e-5)


@pytest.mark.parametrize("above", [WarpSpec(period=Duration(0.7)), CppnSpec(seed=5)])
def test_layers_go_round_in_the_loop_of_the_lowest_field(above: Any) -> None:
    preset = Preset(
        schema=1,
        field=CellsSpec(loop=LoopSpec(Duration(2.0))),
        layers=(LayerSpec(above, mask=MaskSpec(field=SpotsSpec())),),
    )
    with Frames(preset, TRACK, TIMEBASE, size=(32, 18), device=cpu()) as frames:
        n = frames.source.loop_frames
        assert n == 60
        images = [frames.frame(number, "float32") for number in range(1, n + 2)]
    steps = [float(np.abs(after - before).mean()) for before, after in pairwise(images)]
    np.testing.assert_array_equal(images[0], images[-1])
    assert steps[-1] < 2.0 * max(steps[-3:-1])  # the end flows into the beginning


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("{field: {type: director, scenes: {a: {preset: tide}}}}", "layers[0].field: a director cannot be a layer"),
        (
            "{field: {type: cells}, mask: {field: {type: director, scenes: {a: {preset: tide}}}}}",
            "layers[0].mask.field: a director cannot be a layer or a mask",
        ),
        ("{field: {type: cells, loop: {period: 2 s}}}", "layers[0].field: a layer or a mask goes round in the loop"),
        (", ".join(["{field: {type: cells}}"] * 33), "layers: 33 layers are too many"),
    ],
)
def test_what_cannot_be_a_layer_is_refused_when_read(tmp_path: Path, layer: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"schema: 1\nfield: {{type: cppn}}\nlayers: [{layer}]\n")
    with pytest.raises(PresetError, match=re.escape(said)):
        load_preset(path)


def test_large_frames_are_blended_some_rows_at_a_time() -> None:
    assert [(rows.start, rows.stop) for rows in bands(2 * BAND_ROWS + 1)][-1] == (2 * BAND_ROWS, 2 * BAND_ROWS + 1)
    preset = Preset(schema=1, field=BELOW, layers=(layer(blend="screen", mask=MaskSpec()),))
    plain = Preset(schema=1, field=BELOW)
    with Frames(preset, TRACK, TIMEBASE, size=(16, 150), device=cpu()) as frames:
        seen = frames.frame(31, "float32")
        exposure = frames.source.look(31).now[1]
        above, ink = (np.empty_like(seen) for _ in range(2))
        reference = ReferencePainter(cpu())
        reference.paint(exposure.pictures, above, supersample=1)
        reference.paint([InkPicture(exposure.mask, "height")], ink, supersample=1)
        reference.close()
    with Frames(plain, TRACK, TIMEBASE, size=(16, 150), device=cpu()) as frames:
        below = frames.frame(31, "float32")
    share = np.clip((ink[:, :, :1] - exposure.low) / (exposure.high - exposure.low), 0.0, 1.0)
    np.testing.assert_allclose(seen, blend(below, above, "screen", share), atol=1e-4)
