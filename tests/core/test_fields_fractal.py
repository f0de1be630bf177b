"""Fractal looks: finite, the same on torch, seamless where they tile, closed where they loop, calm at the pixel."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from avcore.compute.device import Device, cpu, torch_device
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.fractal.branches import BranchesSpec
from avcore.fields.fractal.dive import DiveSpec
from avcore.fields.fractal.flame import FlameSpec
from avcore.fields.fractal.gasket import GasketSpec
from avcore.fields.fractal.julia import JuliaSpec
from avcore.fields.fractal.kaleidoscope import KaleidoscopeSpec
from avcore.fields.fractal.mandelbrot import SPOTS, MandelbrotSpec
from avcore.fields.loop import LoopSpec
from avcore.fields.moment import Moment
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternFrame, PatternSpec, Place
from avcore.presets.settings import settings_of
from avcore.signals.spec import Driven
from avcore.timebase import Duration

F = Driven.fixed
HALF = CoordsSpec(scale=0.5)
LOOKS: dict[str, PatternSpec] = {
    "julia pearls": JuliaSpec(coords=HALF),
    "julia stalks": JuliaSpec(power=4, where=F(0.12), trap="stalks", trap_size=F(0.03)),
    "julia rings": JuliaSpec(power=3, trap="rings", trap_size=F(0.4)),
    "julia highest power": JuliaSpec(power=5),
    "mandelbrot veins": MandelbrotSpec(trap="veins", trap_size=F(0.02), spot="star"),
    "mandelbrot stalks": MandelbrotSpec(trap="stalks", trap_size=F(0.03), spot="elephants"),
    "dive": DiveSpec(),
    "dive winding": DiveSpec(arms=F(13.4), trap="stalks", trap_size=F(0.03)),
    "flame spherical": FlameSpec(),
    "flame sine": FlameSpec(variation="sine"),
    "flame swirl": FlameSpec(variation="swirl", turn=F(0.05), shift_x=F(0.5), shift_y=F(0.8)),
    "star": BranchesSpec(),
    "tree": BranchesSpec(arms=1, pairs=2, levels=6, angle=F(0.1), ratio=F(0.7), taper=F(0.3)),
    "kaleidoscope": KaleidoscopeSpec(),
    "gasket": GasketSpec(),
}
each_look = pytest.mark.parametrize("spec", LOOKS.values(), ids=LOOKS.keys())


def frame(
    spec: PatternSpec, colour: ColourSpec | None = None, *, time_s: float = 3.0, pixel: float = 1 / 96
) -> PatternFrame:
    """The look at one moment."""
    field = spec.build(
        colour or ColourSpec(), seconds=lambda duration: duration.value, file=lambda name: pytest.fail(name)
    )
    phase = None if spec.loop is None else time_s / spec.loop.period.value % 1.0
    return field.frame(Moment(time_s, {}, phase), aspect=1.0, pixel=pixel)


def planes(inks: Inks) -> list[Any]:
    """What a look says, ink by ink."""
    return [inks.place, inks.light, inks.glow, inks.height]


def drawn(picture: PatternFrame, u: Any, v: Any, device: Device | None = None) -> Any:
    """Inks [shape=(4, n)] at u, v."""
    device = device or cpu()
    inks = picture.inks(device)(device.asarray(u), device.asarray(v))
    return np.stack([device.to_numpy(ink) for ink in planes(inks)])


def grid(size: int, *, fine: int = 1, shift: float = 0.0) -> tuple[Any, Any]:
    """Middles of ``size`` by ``size`` pixels with ``fine`` samples each way, ``shift`` pixels to the right."""
    at = (np.arange(size * fine, dtype=np.float32) + 0.5) / (size * fine)
    return np.tile(at + np.float32(shift / size), size * fine), np.repeat(at, size * fine)


@each_look
@pytest.mark.parametrize("size", [1, 37])
@pytest.mark.parametrize("extreme", [None, -5.0, 0.0, 50.0])
def test_inks_are_finite_float32_whatever_sound_does(spec: PatternSpec, size: int, extreme: float | None) -> None:
    picture = frame(spec)
    if extreme is not None:
        picture = dataclasses.replace(picture, knobs=dict.fromkeys(picture.knobs, extreme))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        inks = picture.inks(cpu())(*grid(size))
    for ink in planes(inks):
        assert (ink.shape, ink.dtype) == ((size * size,), np.float32)
        assert np.isfinite(ink).all()
    for ink in (inks.light, inks.glow, inks.height):
        assert -1e-4 <= ink.min() <= ink.max() <= 1.0001


@each_look
def test_torch_draws_the_same(spec: PatternSpec) -> None:
    pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")
    u, v = grid(64)
    a, b = (drawn(frame(spec), u, v, device) for device in (cpu(), torch_device("cpu")))
    difference = np.abs(a - b)[1:]
    assert np.quantile(difference, 0.98) < 1e-2  # at the edge of chaos one rounding may decide
    assert difference.mean() < 1e-3


@each_look
def test_every_setting_that_sound_can_move_and_the_seed_change_it(spec: PatternSpec) -> None:
    u, v = grid(64)
    before = drawn(frame(spec), u, v)
    idle = {"clock"}
    if getattr(spec, "trap", "") == "veins":  # they lie along the set
        idle |= {"trap_x", "trap_y", "sway"}
    for setting in settings_of(type(spec)):
        if setting.hint is Driven and setting.name not in idle:
            moved = F(getattr(spec, setting.name).base + 0.07)
            other = drawn(frame(dataclasses.replace(spec, **{setting.name: moved})), u, v)
            assert np.abs(other - before).max() > 1e-3, setting.name
    assert np.abs(drawn(frame(dataclasses.replace(spec, seed=5)), u, v) - before).mean() > 0.003


@each_look
def test_its_own_motion_moves_it_and_a_loop_closes(spec: PatternSpec) -> None:
    u, v = grid(48)
    looped = dataclasses.replace(spec, loop=LoopSpec(period=Duration(8.0)))
    start = frame(looped, time_s=0.0)
    assert start.equals(frame(looped, time_s=8.0))
    first, quarter = drawn(start, u, v), drawn(frame(looped, time_s=1.3), u, v)
    assert np.abs(first - quarter).mean() > 1e-3
    around = drawn(dataclasses.replace(start, turn=2 * np.pi, wander=2 * np.pi), u, v)
    np.testing.assert_allclose(around[1:], first[1:], atol=5e-3)


@each_look
def test_it_is_smooth_at_the_pixel(spec: PatternSpec) -> None:
    size, fine = 256, 4
    colour = ColourSpec(shade=F(1.0), glow=F(0.5))

    def picture(samples: int, shift: float = 0.0) -> Any:
        tile = frame(spec, colour, pixel=1 / (size * samples)).tile(cpu())
        pixels = tile(*grid(size, fine=samples, shift=shift)).reshape(3, size, samples, size, samples)
        return pixels.mean(axis=(2, 4))

    once, many = picture(1), picture(fine)
    assert np.abs(once - many).mean() <= 0.022
    step = np.abs(np.diff(many, axis=2)).mean()
    assert np.abs(once - picture(1, shift=1 / 3)).mean() <= 1.1 * step  # a pan by a pixel would be a whole step


@pytest.mark.parametrize("look", [KaleidoscopeSpec, GasketSpec])
@pytest.mark.parametrize("count", [1.0, 3.0])
def test_it_tiles(look: type[KaleidoscopeSpec | GasketSpec], count: float) -> None:
    picture, size = frame(look(count=count, coords=CoordsSpec(space="tile")), pixel=1 / 256), 256
    lines = (np.arange(size, dtype=np.float32) + 0.5) / size
    for here, there in (((0.0, lines), (1.0, lines)), ((lines, 0.0), (lines, 1.0))):
        first, again = (
            drawn(picture, *(np.broadcast_to(np.float32(at), size).copy() for at in place)) for place in (here, there)
        )
        np.testing.assert_array_equal(first, again)
    plane = drawn(picture, *grid(size)).reshape(4, size, size)
    seam = np.abs(plane[:, :, 0] - plane[:, :, -1]).mean(axis=1)
    assert (seam <= 1.3 * np.abs(np.diff(plane, axis=2)).mean(axis=1).max(axis=1) + 1e-6).all()


@pytest.mark.parametrize("spec", [DiveSpec(), KaleidoscopeSpec(), GasketSpec()])
def test_a_tunnel_has_no_seam_around(spec: PatternSpec) -> None:
    picture = frame(dataclasses.replace(spec, coords=CoordsSpec(space="tunnel")), pixel=1 / 256)
    x, y = np.linspace(0.02, 0.45, 300, dtype=np.float32), np.float32(1e-5)
    above, below = (drawn(picture, 0.5 - x, np.full_like(x, 0.5 - side)) for side in (y, -y))
    assert np.quantile(np.abs(above - below), 0.95) < 0.02


def test_a_dive_is_the_same_after_each_ring() -> None:
    u, v = grid(96)
    whole = [drawn(frame(DiveSpec(dive=F(depth), laps=0)), u, v) for depth in (0.0, 1.0, 7.0)]
    for deeper in whole[1:]:
        assert np.abs(deeper - whole[0]).mean() < 2e-3


@pytest.mark.parametrize("arms", [3.1, 5.2, 8.0, 13.0])
def test_the_rings_of_a_dive_meet(arms: float) -> None:
    picture = frame(DiveSpec(arms=F(arms), laps=0), pixel=1 / 1024)
    angle = np.linspace(0.0, 2.0 * np.pi, 500, dtype=np.float32)

    def jump(radius: float) -> float:
        out, inn = (
            drawn(picture, 0.5 + r * np.cos(angle), 0.5 - r * np.sin(angle))
            for r in (radius * (1 + 1e-4), radius * (1 - 1e-4))
        )
        return float(np.abs(out - inn).mean())

    ring, within = 1.1**-10, 1.1**-9.5  # where one ring ends and the next begins, and the middle of one
    assert jump(ring) <= jump(within) + 2e-3


@pytest.mark.parametrize("power", [2, 3, 4, 5])
def test_the_julia_constant_is_as_far_outside_as_it_says(power: int) -> None:
    spec = JuliaSpec(power=power)
    knobs = SimpleNamespace(where=0.3, outside=0.25, travel=0.0)
    c = spec.constant(Place(0.0, 0.0, pixel=1.0, turn=1.0, wander=2.0, space="plane", aspect=1.0), knobs)
    fixed_points = np.roots([1.0, *[0.0] * (power - 2), -1.0, c])
    assert min(abs(abs(power * z ** (power - 1)) - 1.25) for z in fixed_points) < 1e-6


@pytest.mark.parametrize("spot", SPOTS)
def test_a_place_of_the_mandelbrot_set_is_where_it_should_be(spot: Any) -> None:
    centre, size = SPOTS[spot]
    spec = MandelbrotSpec(spot=spot, iterations=80, bands=F(1.0), variety=F(0.0), breath=F(0.0))
    u, v = grid(24)
    steps = drawn(frame(spec, pixel=1e-6), u, v)[0]
    c = centre + size * ((u.astype(np.float64) - 0.5) + 1j * (0.5 - v))
    z, expected = np.zeros_like(c), np.zeros(len(c))
    for _ in range(400):
        z = np.where(np.abs(z) < 1e3, z * z + c, 1e6)
        expected += np.abs(z) < 1e3
    fled = expected < expected.min() + 40
    offset = np.median(steps[fled] - expected[fled])  # the steps that the series stands for
    assert np.abs(steps[fled] - expected[fled] - offset).mean() < 1.0
