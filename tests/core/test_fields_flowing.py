"""Flowing patterns: what every look of the family promises."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from avcore.compute.device import Device, cpu, torch_device
from avcore.fields.coords import Space
from avcore.fields.flowing.aurora import AuroraSpec
from avcore.fields.flowing.lic import LicSpec
from avcore.fields.flowing.marbling import MarblingSpec
from avcore.fields.flowing.ribbons import RibbonsSpec
from avcore.fields.flowing.silk import SilkSpec
from avcore.fields.flowing.stir import stir
from avcore.fields.flowing.streams import StreamsSpec
from avcore.fields.pattern import PatternSpec, Place
from avcore.signals.spec import Driven

LOOKS = [AuroraSpec(), LicSpec(), MarblingSpec(), RibbonsSpec(), SilkSpec(), StreamsSpec()]
TILING, TUNNELS = ([look for look in LOOKS if space in look.spaces] for space in ("tile", "tunnel"))
INKS = ("place", "light", "glow", "height")
CPU = cpu()

each = pytest.mark.parametrize("look", LOOKS, ids=lambda look: type(look).__name__)
each_tiling = pytest.mark.parametrize("look", TILING, ids=lambda look: type(look).__name__)


def driven(look: PatternSpec) -> dict[str, float]:
    values = {item.name: getattr(look, item.name) for item in dataclasses.fields(look)}
    return {name: value.base for name, value in values.items() if isinstance(value, Driven) and name != "clock"}


def inks(
    look: PatternSpec,
    x: Any,
    y: Any,
    *,
    pixel: float = 1 / 256,
    turn: float = 0.7,
    wander: float = 0.4,
    space: Space = "plane",
    aspect: float = 1.0,
    device: Device = CPU,
    **knobs: float,
) -> dict[str, NDArray[np.float32]]:
    at = Place(device.asarray(x), device.asarray(y), pixel, turn, wander, space, aspect)
    drawn = look.draw(device.xp, at, SimpleNamespace(**(driven(look) | knobs)))
    return {name: device.to_numpy(getattr(drawn, name)) for name in INKS}


def grid(width: int, height: int, *, shift: float = 0.0) -> tuple[Any, Any]:
    """Centres of pixels from -0.5 to 0.5, moved to the right by ``shift`` of one."""
    v, u = np.mgrid[0:height, 0:width].reshape(2, -1)
    return (u + 0.5 + shift) / height - 0.5, 0.5 - (v + 0.5) / height


def shown(drawn: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """A picture of the inks: the palette is a smooth wave around its ring."""
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * (drawn["place"] + np.array([[0.0], [1 / 3], [2 / 3]])))
    return np.clip(wave * drawn["light"] + drawn["glow"], 0.0, 1.0)


def difference(a: dict[str, NDArray[np.float32]], b: dict[str, NDArray[np.float32]]) -> float:
    return float(np.abs(shown(a) - shown(b)).mean())


@each
@pytest.mark.parametrize(("width", "height"), [(1, 1), (37, 23)])
@pytest.mark.parametrize("extreme", [-3.0, 0.0, 1.0, 50.0])
def test_inks_are_finite_and_of_the_pixels_shape(look: PatternSpec, width: int, height: int, extreme: float) -> None:
    for drawn in (
        inks(look, *grid(width, height)),
        inks(look, *grid(width, height), **dict.fromkeys(driven(look), extreme)),
        inks(look, *(1000.0 * side for side in grid(width, height)), pixel=4.0),
    ):
        for name in INKS:
            assert drawn[name].shape == (width * height,), name
            assert drawn[name].dtype == np.float32, name
            assert np.isfinite(drawn[name]).all(), name
        for name in ("light", "glow"):
            assert drawn[name].min() >= -1e-6, name
            assert drawn[name].max() <= 1.5, name


@each
def test_torch_draws_the_same(look: PatternSpec) -> None:
    pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")
    place = grid(160, 90)
    for space in look.spaces:
        numpy_inks = inks(look, *place, space=space)
        torch_inks = inks(look, *place, space=space, device=torch_device("cpu"))
        assert difference(numpy_inks, torch_inks) < 2e-4, space


@each
def test_knobs_may_be_arrays_without_a_shape(look: PatternSpec) -> None:
    arrays: Any = {name: np.asarray(value, dtype=np.float32) for name, value in driven(look).items()}
    drawn = inks(look, *grid(20, 20), **arrays)
    assert drawn["light"].dtype == np.float32
    assert difference(drawn, inks(look, *grid(20, 20))) < 1e-3


@each
def test_the_motion_closes(look: PatternSpec) -> None:
    place = grid(64, 64)
    first = inks(look, *place, turn=0.0, wander=0.0)
    assert difference(first, inks(look, *place, turn=math.tau, wander=math.tau)) < 2e-3
    assert difference(first, inks(look, *place, turn=0.5, wander=0.3)) > 5e-3


@each
def test_every_knob_and_the_seed_change_the_picture(look: PatternSpec) -> None:
    place = grid(96, 96)
    before = inks(look, *place)
    for name, value in driven(look).items():
        changed = shown(inks(look, *place, **{name: value + 0.1}))
        assert np.abs(changed - shown(before)).max() > 5e-3, name
    assert difference(before, inks(dataclasses.replace(look, seed=1), *place)) > 0.01


@each_tiling
@pytest.mark.parametrize("aspect", [1.0, 16 / 9])
def test_tiles_without_a_seam(look: PatternSpec, aspect: float) -> None:
    along = (np.arange(128) + 0.5) / 128
    zero = np.zeros(128)
    for (x0, y0), (x1, y1) in (((zero, along), (zero + 1, along)), ((along, zero), (along, zero + 1))):
        one = inks(look, x0, y0, space="tile", aspect=aspect)
        other = inks(look, x1, y1, space="tile", aspect=aspect)
        assert difference(one, other) < 2e-3


@pytest.mark.parametrize("look", TUNNELS, ids=lambda look: type(look).__name__)
def test_the_tunnel_has_no_seam_around(look: PatternSpec) -> None:
    y = np.linspace(-1, 0, 128)
    one, other = (inks(look, np.full(128, side), y, space="tunnel") for side in (-0.5, 0.5))
    assert difference(one, other) < 2e-3


@each
def test_edges_are_smooth(look: PatternSpec) -> None:
    """In the middle quarter of a picture of 512 x 512, against 16 samples a pixel."""
    size, fine = 256, 4

    def picture(size: int, shift: float = 0.0) -> NDArray[np.float32]:
        x, y = (0.5 * side for side in grid(size, size, shift=shift))
        return shown(inks(look, x, y, pixel=0.5 / size)).reshape(3, size, size)

    coarse = picture(size)
    assert np.abs(coarse - picture(size * fine).reshape(3, size, fine, size, fine).mean(axis=(2, 4))).mean() <= 0.02
    # A pan by a third of a pixel changes a picture by no more than about a third of what a whole one does: no shimmer.
    step = np.abs(np.diff(coarse, axis=2)).mean()
    assert np.abs(picture(size, 1 / 3) - coarse).mean() <= 0.45 * step


def test_stirring_keeps_areas_and_knows_its_slopes() -> None:
    xp, step = CPU.xp, 1e-3
    x, y = grid(32, 32)
    at, right, up = (
        stir(
            xp,
            Place(CPU.asarray(x + dx), CPU.asarray(y + dy), 1 / 32, 0.7, 0.4, "plane", 1.0),
            seed=3,
            steps=6,
            cells=1.0,
            amount=0.8,
            shiver=0.1,
        )
        for dx, dy in ((0, 0), (step, 0), (0, step))
    )
    np.testing.assert_allclose(at.xx * at.yy - at.xy * at.yx, 1.0, atol=1e-4)
    np.testing.assert_allclose((right.x - at.x) / step, at.xx, atol=0.05)
    np.testing.assert_allclose((up.y - at.y) / step, at.yy, atol=0.05)
    np.testing.assert_allclose((right.y - at.y) / step, at.yx, atol=0.05)
