"""The neural field: what it computes, how it repeats, and what a seed promises."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avcore.compute.device import cpu
from avcore.errors import PresetError
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import APART, Cppn, CppnSpec, LoopSpec
from avcore.fields.moment import Moment
from avcore.fields.streams import uniform
from avcore.fields.weights import Weights
from avcore.signals.spec import Driven
from avcore.timebase import Duration

SIGNALS = ("kick", "air")
HEARD = {"kick": 0.8, "air": 0.25}


def picture(
    spec: CppnSpec,
    *,
    colour: ColourSpec | None = None,
    time_s: float = 3.0,
    heard: dict[str, float] | None = None,
    loop_phase: float | None = None,
    size: tuple[int, int] = (48, 32),
) -> Any:
    """A small frame [shape=(height, width, 3)]."""
    width, height = size
    v, u = np.mgrid[0:height, 0:width].astype(np.float32) + np.float32(0.5)
    return colours(spec, u / width, v / height, colour, Moment(time_s, heard or HEARD, loop_phase), width / height)


def colours(
    spec: CppnSpec, u: Any, v: Any, colour: ColourSpec | None = None, moment: Moment | None = None, aspect: float = 1.0
) -> Any:
    field = Cppn(spec, colour or ColourSpec(), spec.draw_weights(), seconds=lambda duration: duration.value)
    u, v = np.asarray(u, dtype=np.float32), np.asarray(v, dtype=np.float32)
    tile = field.frame(moment or Moment(3.0, HEARD), aspect=aspect).tile(cpu())
    return tile(u.ravel(), v.ravel()).T.reshape(*u.shape, 3)


def test_it_is_the_network_that_the_weights_say() -> None:
    """A pixel worked out by hand, in plain Python, without splitting off what is the same for all pixels."""
    spec = CppnSpec(inputs=SIGNALS, seed=3, layers=4, width=5, audio=0.4, motion=0.7)
    weights = spec.draw_weights()
    u, v, aspect, time_s = 0.3, 0.8, 1.5, 7.0
    turn = 2 * math.pi * time_s / spec.period.value
    h = [
        (u - 0.5) * aspect,
        0.5 - v,
        0.7 * math.cos(turn),
        0.7 * math.sin(turn / APART),
        *(0.4 * (2 * HEARD[name] - 1) for name in SIGNALS),
    ]
    activations = [math.sin, math.cos, lambda x: math.exp(-x * x), math.tanh, lambda x: 1 / (1 + math.exp(-x))]
    for (matrix, bias), activation in zip(weights.layers, activations, strict=True):
        h = [
            activation(sum(w * x for w, x in zip(row, h, strict=True)) + b) for row, b in zip(matrix, bias, strict=True)
        ]
    seen = colours(spec, [u], [v], moment=Moment(time_s, HEARD), aspect=aspect)[0]
    np.testing.assert_allclose(seen, h, atol=2e-5)


def test_the_default_is_the_best_rated_architecture() -> None:
    spec = CppnSpec()
    assert (spec.layers, spec.width, spec.gain, spec.output_gain) == (3, 4, 5.0, 1.0)


def test_gain_one_is_the_historical_grey_and_gain_five_is_not() -> None:
    contrast = {
        gain: np.mean([picture(CppnSpec(gain=gain, seed=seed)).std(axis=(0, 1)).mean() for seed in range(20)])
        for gain in (1.0, 5.0)
    }
    assert contrast[1.0] < 0.01 < 0.05 < contrast[5.0]


@pytest.mark.parametrize("symmetry", ["none", "mirror", "quad"])
@pytest.mark.parametrize("radius", [False, True])
def test_tiles_meet_to_the_last_bit(symmetry: Any, radius: bool) -> None:
    coords = CoordsSpec(space="tile", symmetry=symmetry, radius=radius, scale=1.7, pan_x=Driven.fixed(0.3))
    spec = CppnSpec(coords=coords, seed=5)
    along = np.linspace(0, 1, 33)
    for one in (np.zeros(33), np.ones(33) * 2):
        np.testing.assert_array_equal(colours(spec, one, along), colours(spec, np.ones(33), along))
        np.testing.assert_array_equal(colours(spec, along, one), colours(spec, along, np.ones(33)))


@pytest.mark.parametrize("symmetry", ["none", "mirror", "quad"])
@pytest.mark.parametrize("relief", [0.0, 0.8])
def test_a_tile_has_no_step_at_its_edge(symmetry: Any, relief: float) -> None:
    coords = CoordsSpec(space="tile", scale=1.5, symmetry=symmetry)
    colour = ColourSpec(mode="palette", relief=Driven.fixed(relief))
    frame = picture(CppnSpec(coords=coords, seed=2), colour=colour, size=(256, 256))
    inside = max(np.abs(np.diff(frame, axis=axis)).max() for axis in (0, 1))
    assert np.abs(frame[0] - frame[-1]).max() <= inside
    assert np.abs(frame[:, 0] - frame[:, -1]).max() <= inside


@pytest.mark.parametrize("change", [{"zoom": Driven.fixed(2.0)}, {"rotate": Driven.fixed(0.1)}, {"symmetry": "radial"}])
def test_what_cannot_tile_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PresetError, match="tile"):
        CoordsSpec(space="tile", **change)


def test_mirrors() -> None:
    for symmetry, flips in (("mirror", [1]), ("quad", [0, 1])):
        frame = picture(CppnSpec(coords=CoordsSpec(symmetry=symmetry), seed=1))
        for axis in flips:
            np.testing.assert_allclose(frame, np.flip(frame, axis), atol=1e-4)


@pytest.mark.parametrize("folds", [1, 5, 6])
def test_a_kaleidoscope_repeats_at_every_fold(folds: int) -> None:
    spec = CppnSpec(coords=CoordsSpec(symmetry="radial", folds=folds), seed=4)
    angle, r = np.meshgrid(np.linspace(0, 2 * np.pi, 91), [0.1, 0.3, 0.45])

    def at(turned: Any) -> Any:
        return colours(spec, 0.5 + r * np.cos(turned), 0.5 - r * np.sin(turned))

    np.testing.assert_allclose(at(angle), at(angle + 2 * np.pi / folds), atol=2e-3)
    np.testing.assert_allclose(at(angle), at(-angle), atol=2e-3)


def test_the_tunnel_has_no_seam() -> None:
    spec = CppnSpec(coords=CoordsSpec(space="tunnel"), seed=4)
    v = np.array([0.5 - 1e-6, 0.5 + 1e-6])
    above, below = colours(spec, [0.2, 0.2], v)
    np.testing.assert_allclose(above, below, atol=1e-3)


def test_rotation_turns_the_picture_anticlockwise() -> None:
    still = picture(CppnSpec(seed=6), size=(32, 32))
    turned = picture(CppnSpec(seed=6, coords=CoordsSpec(rotate=Driven.fixed(0.25))), size=(32, 32))
    np.testing.assert_allclose(turned, np.rot90(still), atol=1e-4)


def test_time_and_sound_and_drift_move_it() -> None:
    spec = CppnSpec(inputs=SIGNALS, seed=8)
    still = picture(spec)
    assert np.abs(picture(spec, time_s=6.0) - still).mean() > 0.01
    assert np.abs(picture(spec, heard={**HEARD, "kick": 0.0}) - still).mean() > 0.01
    drifting = dataclasses.replace(spec, drift=0.2)
    assert np.abs(picture(drifting) - still).mean() > 0.01


def test_drift_begins_at_the_seed_and_comes_back() -> None:
    spec = CppnSpec(seed=8, drift=0.3, drift_period=Duration(10.0), motion=0.0)
    still = picture(dataclasses.replace(spec, drift=0.0))
    np.testing.assert_array_equal(picture(spec, time_s=0.0), still)
    np.testing.assert_allclose(picture(spec, time_s=10.0), still, atol=1e-4)


def test_a_loop_closes_and_moves_between() -> None:
    spec = CppnSpec(seed=8, drift=0.2, loop=LoopSpec(Duration(4.0)), inputs=SIGNALS)
    first, half, whole = (picture(spec, loop_phase=phase) for phase in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(first, whole, atol=1e-5)
    assert np.abs(first - half).mean() > 0.01


def test_adding_an_input_or_a_layer_reshuffles_nothing() -> None:
    few, more = CppnSpec(inputs=("kick",), seed=9), CppnSpec(inputs=("air", "kick"), seed=9, layers=4)
    before, after = few.draw_weights(), more.draw_weights()
    columns = [after.inputs.index(name) for name in before.inputs]
    np.testing.assert_array_equal(before.layers[0][0], after.layers[0][0][:, columns])
    for index in (1, 2):
        np.testing.assert_array_equal(before.layers[index][0], after.layers[index][0])


def test_a_seed_is_the_same_network_for_ever() -> None:
    """Pinned numbers: every picture ever made from a seed depends on them."""
    np.testing.assert_allclose(
        uniform(7, "cppn/layer.0/x", 3),
        [-0.21216033320690797, -0.3042327259840705, 0.6033370230013182],
        rtol=0,
        atol=1e-15,
    )


def test_weights_keep_within_xavier() -> None:
    weights = Weights.draw(("x", "y"), layers=2, width=256, gain=5.0, output_gain=1.0, ground=0.0, seed=1)
    limit = 5.0 * math.sqrt(6 / 512)
    assert np.abs(weights.layers[1][0]).max() <= limit
    assert weights.layers[1][0].std() == pytest.approx(limit / math.sqrt(3), rel=0.02)


def test_weight_files_round_trip(tmp_path: Path) -> None:
    spec = CppnSpec(inputs=SIGNALS, seed=11, ground=0.5)
    spec.draw_weights().save(tmp_path / "w.safetensors")
    loaded = spec.load_weights(tmp_path / "w.safetensors")
    for (drawn, bias), (read, read_bias) in zip(spec.draw_weights().layers, loaded.layers, strict=True):
        np.testing.assert_allclose(drawn, read, rtol=1e-6)
        np.testing.assert_allclose(bias, read_bias, rtol=1e-6)


def test_weight_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    spec = CppnSpec(seed=1)
    with pytest.raises(PresetError, match=r"w\.safetensors"):
        spec.load_weights(path)
    path.write_bytes(b"\x80\x04\x95 a pickle, perhaps")
    with pytest.raises(PresetError, match="safetensors"):
        spec.load_weights(path)
    spec.draw_weights().save(path)
    for other in (CppnSpec(width=8), CppnSpec(layers=2), CppnSpec(layers=5), CppnSpec(inputs=("kick",))):
        with pytest.raises(PresetError, match=r"w\.safetensors"):
            other.load_weights(path)
    broken = spec.draw_weights()
    broken.layers[0][0][0, 0] = np.nan
    broken.save(path)
    with pytest.raises(PresetError, match="finite"):
        spec.load_weights(path)


@pytest.mark.parametrize("mode", ["rgb", "palette"])
def test_extremes_stay_in_range(mode: Any) -> None:
    colour = ColourSpec(
        mode=mode,
        shade=Driven.fixed(3.0),
        glow=Driven.fixed(9.0),
        relief=Driven.fixed(2.0),
        contrast=Driven.fixed(50.0),
    )
    spec = CppnSpec(gain=100.0, output_gain=100.0, activations=("softplus", "abs", "identity"), seed=2)
    frame = picture(spec, colour=colour)
    assert np.isfinite(frame).all()
    assert frame.min() >= 0.0
    assert frame.max() <= 1.0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full((4, 4), 1e7, np.float32), "beyond 1000000"),
        (np.zeros((4, 4), np.int32), "numbers of the kind I32; use F16, F32 or F64"),
        (np.zeros((4, 4), np.uint8), "numbers of the kind U8"),
    ],
)
def test_weight_files_of_other_numbers_are_refused(tmp_path: Path, values: np.ndarray, said: str) -> None:
    from safetensors.numpy import load_file, save_file

    path, spec = tmp_path / "w.safetensors", CppnSpec(seed=1)
    spec.draw_weights().save(path)
    save_file({**load_file(path), "layer.0.weight": values}, path)
    with pytest.raises(PresetError, match=said):
        spec.load_weights(path)


def test_what_a_weight_file_says_stays_off_the_terminal(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path, spec = tmp_path / "w.safetensors", CppnSpec(seed=1)
    for tensors, about in (({"\x1b[31m": np.zeros(1)}, {}), ({"a": np.zeros(1)}, {"inputs": "\x1b[31m"})):
        save_file(tensors, path, metadata=about)
        with pytest.raises(PresetError) as caught:
            spec.load_weights(path)
        assert str(caught.value).isprintable()
