"""Geometric patterns: what every look promises."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from avcore.compute.device import Device, cpu, torch_device
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.geometric.hexes import HexesSpec
from avcore.fields.geometric.moire import MoireSpec
from avcore.fields.geometric.penrose import Half, PenroseSpec
from avcore.fields.geometric.polygons import PolygonsSpec
from avcore.fields.geometric.rosette import RosetteSpec
from avcore.fields.geometric.truchet import TruchetSpec
from avcore.fields.moment import Moment
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternFrame, PatternSpec
from avcore.signals.spec import Driven
from avcore.timebase import Duration

LOOKS: list[PatternSpec] = [
    PolygonsSpec(repeat=2.0, plates=5),
    PolygonsSpec(round=1.0),
    TruchetSpec(count=4.0, contours=5.0, two=0.2),
    HexesSpec(pulse=Driven.fixed(0.4), spark=Driven.fixed(0.5)),
    MoireSpec(kind="lines", gratings=3, lines=11.0),
    MoireSpec(lines=11.0),
    RosetteSpec(),
    PenroseSpec(levels=5, dive=Driven.fixed(0.4), spark=Driven.fixed(0.5)),
]
TILING = [look for look in LOOKS if "tile" in look.spaces]
COLOUR = ColourSpec(shade=Driven.fixed(1.0), glow=Driven.fixed(1.0))
SHOWN = ("place", "light", "glow", "height")


def name(look: PatternSpec) -> str:
    return type(look).__name__ + (look.kind if isinstance(look, MoireSpec) else "")


def picture(look: PatternSpec, *, time_s: float = 3.0, pixel: float = 1 / 96, aspect: float = 1.0) -> PatternFrame:
    field = look.build(COLOUR, seconds=lambda duration: duration.value, file=lambda _: pytest.fail("no files"))
    return field.frame(Moment(time_s, {}), aspect=aspect, pixel=pixel)


def grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    v, u = np.mgrid[0:height, 0:width].reshape(2, -1) + 0.5
    return (u / width).astype(np.float32), (v / height).astype(np.float32)


def inks(look: PatternSpec, u: Any, v: Any, *, device: Device | None = None, **how: Any) -> Inks:
    device = device or cpu()
    return picture(look, **how).inks(device)(device.asarray(u), device.asarray(v))


def painted(look: PatternSpec, u: Any, v: Any, **how: Any) -> np.ndarray:
    return np.asarray(picture(look, **how).tile(cpu())(u, v))


def tiled(look: PatternSpec) -> PatternSpec:
    return replace(look, coords=CoordsSpec(space="tile"))


@pytest.mark.parametrize("look", LOOKS, ids=name)
@pytest.mark.parametrize("shape", [(1, 1), (13, 31)])
@pytest.mark.parametrize("extreme", [None, -3.0, 0.0, 1e3])
def test_inks_are_finite_float32_whatever_the_sound(
    look: PatternSpec, shape: tuple[int, int], extreme: float | None
) -> None:
    if extreme is not None:
        driven = [item.name for item in fields(look) if isinstance(item.default, Driven) and item.name != "clock"]
        look = replace(look, **dict.fromkeys(driven, Driven.fixed(extreme)))
    seen = inks(look, *grid(*shape))
    for ink in SHOWN:
        values = getattr(seen, ink)
        assert values.dtype == np.float32, ink
        assert values.shape == (shape[0] * shape[1],), ink
        assert np.isfinite(values).all(), ink


@pytest.mark.parametrize("look", LOOKS, ids=name)
def test_torch_draws_the_same(look: PatternSpec) -> None:
    pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")
    u, v = grid(90, 120)
    a, b = (inks(look, u, v, device=device) for device in (cpu(), torch_device("cpu")))
    for ink in SHOWN:
        apart = np.abs(getattr(a, ink) - getattr(b, ink).numpy())
        assert np.quantile(apart, 0.999) < 2e-3, ink


@pytest.mark.parametrize("look", TILING, ids=name)
@pytest.mark.parametrize("aspect", [1.0, 16 / 9])
def test_tiles_have_no_seam(look: PatternSpec, aspect: float) -> None:
    """Steps across an edge are like those inside, and a picture further it is the same."""
    look, size = tiled(look), 192
    u, v = grid(size, size)
    image = painted(look, u, v, pixel=1 / size, aspect=aspect).reshape(3, size, size)
    for axis in (1, 2):
        inside = np.abs(np.diff(image, axis=axis)).mean(axis=(0, 3 - axis))
        seam = np.abs(np.take(image, 0, axis=axis) - np.take(image, -1, axis=axis)).mean()
        assert seam <= 1.2 * inside.max()
    again = painted(look, u + np.float32(1.0), v - np.float32(1.0), pixel=1 / size, aspect=aspect)
    assert np.abs(again - image.reshape(3, -1)).mean() < 1e-3


@pytest.mark.parametrize("look", TILING, ids=name)
def test_the_tunnel_closes_around(look: PatternSpec) -> None:
    """Just above and just below the ray where the angle begins anew, the inks agree."""
    look = replace(look, coords=CoordsSpec(space="tunnel"))
    u = np.linspace(0.05, 0.3, 200, dtype=np.float32)
    above, below = (painted(look, u, np.full_like(u, 0.5 + side)) for side in (-1e-5, 1e-5))
    assert np.abs(above - below).mean() < 5e-3


@pytest.mark.parametrize("look", LOOKS, ids=name)
def test_a_round_of_its_motion_ends_where_it_began(look: PatternSpec) -> None:
    u, v = grid(64, 64)
    still = replace(picture(look, time_s=0.0), wander=0.0, turn=0.0)
    begin, middle, end = (
        np.asarray(replace(still, turn=turn, wander=turn).tile(cpu())(u, v)) for turn in (0.0, 2.0, 2.0 * np.pi)
    )
    assert np.abs(begin - end).mean() < 1e-3
    assert np.abs(begin - middle).mean() > 1e-3


@pytest.mark.parametrize("look", [look for look in LOOKS if not isinstance(look, MoireSpec)], ids=name)
def test_the_seed_decides(look: PatternSpec) -> None:
    u, v = grid(64, 64)
    assert np.abs(painted(look, u, v) - painted(replace(look, seed=5), u, v)).mean() > 1e-3


@pytest.mark.parametrize("look", LOOKS, ids=name)
def test_every_setting_that_sound_can_move_shows(look: PatternSpec) -> None:
    u, v = grid(96, 96)
    before = painted(look, u, v)
    for item in fields(look):
        value = getattr(look, item.name)
        if isinstance(value, Driven) and not (item.name == "sway" and getattr(look, "kind", "") == "rings"):
            moved = replace(look, **{item.name: Driven.fixed(0.7 * value.base + 0.1)})
            assert np.abs(painted(moved, u, v) - before).mean() > 1e-4, item.name


@pytest.mark.parametrize("look", LOOKS, ids=name)
def test_edges_are_smooth(look: PatternSpec) -> None:
    """One sample a pixel is close to sixteen, and stays so when the picture moves by a third of a pixel."""
    size, fine = 256, 4
    u, v = grid(size * fine, size * fine)
    many = painted(look, u, v, pixel=1 / (size * fine)).reshape(3, size, fine, size, fine).mean(axis=(2, 4))
    one = painted(look, *grid(size, size), pixel=1 / size).reshape(3, size, size)
    assert np.abs(one - many).mean() <= 0.02
    u, v = grid(size, size)
    moved = painted(look, u + np.float32(1 / 3 / size), v, pixel=1 / size).reshape(3, size, size)
    assert abs(moved.mean() - one.mean()) < 2e-3


def test_half_rhombs_divide_without_gap_or_overlap() -> None:
    """Every point of a half lies in the one that it is said to be in, and areas shrink by the golden ratio squared."""
    weights = np.random.default_rng(2).dirichlet((1, 1, 1), 20000).T
    zero = np.zeros(20000)
    for thin in (True, False):
        half = Half(*weights, thin=np.full(20000, thin), way=zero, hand=zero + 1.0)
        for _ in range(4):
            half = half.divided(np)
            corners = np.stack([half.a, half.b, half.c])
            assert corners.min() > -1e-9
            np.testing.assert_allclose(corners.sum(axis=0), 1.0, atol=1e-9)
        # Rhombs of both kinds come to stand in the golden ratio, their areas too.
        assert np.mean(~half.thin) / np.mean(half.thin) == pytest.approx(1.618**2, rel=0.15)


def test_a_fall_through_four_generations_ends_where_it_began() -> None:
    u, v = grid(96, 96)
    look = PenroseSpec(levels=5, period=Duration(1e6))
    fallen = replace(look, dive=Driven.fixed(4.0))
    before, after = (painted(spec, u, v, time_s=0.0) for spec in (look, fallen))
    assert np.abs(before - after).mean() < 1e-3
    nearly = replace(look, dive=Driven.fixed(0.9995))
    there = replace(look, dive=Driven.fixed(1.0005))
    assert np.abs(painted(nearly, u, v) - painted(there, u, v)).mean() < 0.02
