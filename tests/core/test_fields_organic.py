"""Organic patterns: whole pictures for every setting, tiles without seams, loops that close, smooth edges."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from avcore.compute.device import Device, cpu, torch_device
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.loop import LoopSpec
from avcore.fields.moment import Moment
from avcore.fields.noise import hashed
from avcore.fields.organic.blobs import BlobsSpec
from avcore.fields.organic.cells import CellsSpec
from avcore.fields.organic.plumage import PlumageSpec
from avcore.fields.organic.spots import SpotsSpec
from avcore.fields.organic.voronoi import FURTHEST, tissue
from avcore.fields.organic.warp import WarpSpec
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternSpec
from avcore.signals.spec import Driven
from avcore.timebase import Duration

LOOKS: list[type[PatternSpec]] = [WarpSpec, BlobsSpec, CellsSpec, SpotsSpec, PlumageSpec]
PERIOD_S = 40.0
COLOUR = ColourSpec(palette=("#102030", "#d06030", "#f0e0c0"), shade=Driven.fixed(0.8), glow=Driven.fixed(0.4))

every_look = pytest.mark.parametrize("look", LOOKS)


def picture(spec: PatternSpec, *, time_s: float = 7.0, aspect: float = 1.0, pixel: float = 1 / 128) -> Any:
    field = spec.build(COLOUR, seconds=lambda duration: duration.value, file=lambda name: pytest.fail(name))
    return field.frame(Moment(time_s, {}), aspect=aspect, pixel=pixel)


def inks(spec: PatternSpec, u: Any, v: Any, *, device: Device | None = None, **frame: Any) -> NDArray[np.float32]:
    """What the look says [shape=(4, n)]."""
    device = device or cpu()
    drawn: Inks = picture(spec, **frame).inks(device)(device.asarray(u), device.asarray(v))
    return np.stack([device.to_numpy(ink) for ink in (drawn.place, drawn.light, drawn.glow, drawn.height)])


def grid(width: int, height: int, *, left: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    v, u = (np.mgrid[0:height, 0:width].reshape(2, -1) + 0.5) / [[height], [width]]
    return (u + left).astype(np.float32), v.astype(np.float32)


def rgb(spec: PatternSpec, size: int, *, samples: int = 1, left: float = 0.0) -> NDArray[np.float32]:
    """The painted frame [shape=(3, size, size)]; ``left`` moves it by pixels."""
    u, v = grid(size * samples, size * samples, left=left / size)
    drawn = picture(spec, pixel=1 / (size * samples)).tile(cpu())(u, v)
    return np.asarray(drawn.reshape(3, size, samples, size, samples).mean((2, 4)))


def knobs(look: type[PatternSpec]) -> list[str]:
    spec = look()
    own = {item.name for item in fields(look)} - {item.name for item in fields(PatternSpec)}
    return sorted(name for name in own if isinstance(getattr(spec, name), Driven))


@every_look
@pytest.mark.parametrize("space", ["plane", "tile", "tunnel"])
def test_inks_are_whole_at_any_size_and_setting(look: type[PatternSpec], space: Any) -> None:
    plain = look(coords=CoordsSpec(space=space))
    for value in (None, 0.0, 1.0, -3.0, 8.0):
        extreme = {} if value is None else dict.fromkeys(knobs(look), Driven.fixed(value))
        for size in ((1, 1), (33, 17)):
            drawn = inks(replace(plain, **extreme), *grid(*size), aspect=size[0] / size[1])
            assert drawn.shape == (4, size[0] * size[1])
            assert drawn.dtype == np.float32
            assert np.isfinite(drawn).all(), (value, size)
            assert drawn[1:3].min() >= 0.0
            assert drawn[1:3].max() <= 1.0


@every_look
def test_torch_says_the_same_as_numpy(look: type[PatternSpec]) -> None:
    pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")
    for space in ("plane", "tile", "tunnel"):
        spec = look(coords=CoordsSpec(space=space))
        u, v = grid(96, 64)
        here = inks(spec, u, v, aspect=1.5)
        there = inks(spec, u, v, aspect=1.5, device=torch_device("cpu"))
        assert there.dtype == np.float32
        # A place that lies on an edge to the last bit may fall to either side.
        assert np.quantile(np.abs(here - there), 0.999) < 1e-3
        assert np.abs(here - there).mean() < 1e-4


@every_look
@pytest.mark.parametrize("aspect", [1.0, 1.5])
def test_tiles_have_no_seam(look: type[PatternSpec], aspect: float) -> None:
    spec = look(coords=CoordsSpec(space="tile"))
    u, v = (np.random.default_rng(1).integers(0, 1024, (2, 2000)) / 1024).astype(np.float32)
    here = inks(spec, u, v, aspect=aspect)
    for across, down in ((1.0, 0.0), (0.0, 1.0)):
        np.testing.assert_array_equal(inks(spec, u + across, v + down, aspect=aspect), here)
    # Across the seam the picture changes no more than across any other line.
    step = 1e-3
    for swap in (False, True):
        lines = np.linspace(0.05, 1.0, 96, dtype=np.float32)  # the last is the seam
        change = []
        for line in lines:
            along = v[:400]
            before, after = (np.full_like(along, line + side * step) for side in (-0.5, 0.5))
            a, b = ((along, end) if swap else (end, along) for end in (before, after))
            change.append(np.abs(inks(spec, *a, aspect=aspect) - inks(spec, *b, aspect=aspect)).mean())
        assert change[-1] <= 1.5 * max(change[:-1])


@every_look
def test_the_tunnel_has_no_seam_around(look: type[PatternSpec]) -> None:
    spec = look(coords=CoordsSpec(space="tunnel"))
    u = np.linspace(0.02, 0.45, 300, dtype=np.float32)  # the seam of the angle is the left half of the middle row
    above, below, further = (inks(spec, u, np.full_like(u, 0.5 + step)) for step in (-1e-4, 1e-4, 3e-4))
    assert np.abs(above - below).mean() <= 2.0 * np.abs(below - further).mean() + 1e-4


@every_look
def test_a_round_of_its_motion_ends_where_it_began(look: type[PatternSpec]) -> None:
    u, v = grid(48, 48)
    field = look(loop=LoopSpec(Duration(8.0))).build(
        COLOUR, seconds=lambda duration: duration.value, file=lambda name: pytest.fail(name)
    )
    first, last, middle = (
        np.stack([drawn.place, drawn.light, drawn.glow, drawn.height])
        for phase in (0.0, 1.0 - 1e-7, 0.5)
        for drawn in [field.frame(Moment(0.0, {}, phase), aspect=1.0, pixel=1 / 48).inks(cpu())(u, v)]
    )
    assert np.abs(first - last).mean() < 1e-4
    assert np.abs(first - middle).mean() > 0.01


@every_look
def test_seed_and_every_knob_change_the_picture(look: type[PatternSpec]) -> None:
    u, v = grid(64, 64)
    before = inks(look(), u, v)
    assert np.abs(inks(look(seed=1), u, v) - before).mean() > 0.01
    for name in knobs(look):
        driven = {name: Driven.fixed(getattr(look(), name).base + 0.2)}
        assert np.abs(inks(look(**driven), u, v) - before).mean() > 1e-4, name


@every_look
def test_edges_are_smooth(look: type[PatternSpec]) -> None:
    spec, size = look(), 192
    once, often = rgb(spec, size), rgb(spec, size, samples=4)
    assert np.abs(once - often).mean() <= 0.02
    # A pan by a third of a pixel changes a frame hardly more than it changes a perfectly sampled one.
    shimmer = np.abs(rgb(spec, size, left=1 / 3) - once).mean()
    motion = np.abs(rgb(spec, size, samples=4, left=1 / 3) - often).mean()
    assert shimmer <= 1.35 * motion + 1e-3


def test_walls_stand_half_way_between_nuclei() -> None:
    xp, seed, spin = cpu().xp, 5, 0.7
    x, y = np.random.default_rng(2).uniform(0, 12, (2, 4000)).astype(np.float32)
    found = tissue(xp, x, y, seed=seed, spin=spin)

    # All nuclei around, and every wall by its definition.
    column, row = (axis.ravel().astype(np.int32) for axis in np.meshgrid(np.arange(-3, 15), np.arange(-3, 15)))
    bits = hashed(xp, column, row, seed)
    angle = (bits & 0xFFF) * (2 * np.pi / 4096) + (1 - 2 * (bits & 1)) * spin
    reach = FURTHEST * (0.5 + 0.5 * ((bits >> 12) & 0xFFF) / 4096)
    nuclei = np.stack([column + 0.5 + reach * np.cos(angle), row + 0.5 + reach * np.sin(angle)], axis=1)
    way = np.stack([x, y], axis=1)[:, None] - nuclei
    far = np.linalg.norm(way, axis=2)
    own = far.argmin(axis=1)
    apart = np.linalg.norm(nuclei[own][:, None] - nuclei, axis=2)
    wall = (far**2 - far.min(axis=1)[:, None] ** 2) / np.where(apart > 0, 2 * apart, 1.0)
    wall[np.arange(len(own)), own] = np.inf
    np.testing.assert_allclose(np.hypot(found.dx, found.dy), far.min(axis=1), atol=1e-4)
    np.testing.assert_allclose(found.wall, wall.min(axis=1), atol=1e-3)
