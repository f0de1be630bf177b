"""Cymatic looks: figures that follow their modes, physical where they claim to be, smooth, seamless and looping."""

from __future__ import annotations

import dataclasses
import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.special

from avcore.compute.device import Device, cpu
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cymatic.dish import DishSpec, dish_modes
from avcore.fields.cymatic.drops import DropsSpec
from avcore.fields.cymatic.figure import FigureSpec
from avcore.fields.cymatic.plate import PlateSpec, plate_modes
from avcore.fields.cymatic.pool import PoolSpec
from avcore.fields.loop import LoopSpec
from avcore.fields.moment import Moment
from avcore.fields.paint import Inks
from avcore.fields.pattern import PatternFrame, Place
from avcore.presets.settings import settings_of
from avcore.signals.spec import Driven
from avcore.timebase import Duration

NOTES = ("low", "middle", "high", "highest")
QUIET = dict.fromkeys(NOTES, 0.0)
CHORD = {"low": 0.9, "middle": 0.2, "high": 0.6, "highest": 0.1}
LOOKS = [PlateSpec, DishSpec, PoolSpec, DropsSpec]
SURFACES = ["sand", "water"]


def frame(
    spec: FigureSpec, controls: dict[str, float] = CHORD, *, time_s: float = 3.0, pixel: float = 1 / 96
) -> PatternFrame:
    """The look at one moment."""
    field = spec.build(ColourSpec(), seconds=lambda duration: duration.value, file=lambda name: pytest.fail(name))
    phase = None if spec.loop is None else time_s / spec.loop.period.value % 1.0
    return field.frame(Moment(time_s, controls, phase), aspect=1.0, pixel=pixel)


def planes(inks: Inks) -> list[Any]:
    """What a look says, by name of the ink."""
    return [inks.place, inks.light, inks.glow, inks.height]


def drawn(picture: PatternFrame, u: Any, v: Any, device: Device | None = None) -> Any:
    """Inks [shape=(4, n)] at u, v."""
    device = device or cpu()
    return np.stack(
        [device.to_numpy(ink) for ink in planes(picture.inks(device)(device.asarray(u), device.asarray(v)))]
    )


def grid(size: int, shift: float = 0.0) -> tuple[Any, Any]:
    """Centres of ``size`` by ``size`` pixels, ``shift`` pixels to the right."""
    at = (np.arange(size, dtype=np.float32) + 0.5) / size
    return np.tile(at + shift / size, size), np.repeat(at, size)


def looks(**settings: Any) -> list[Any]:
    """Every look on every surface, with these settings."""
    return [
        pytest.param(look(modes=NOTES, surface=surface, **settings), id=f"{look.__name__} {surface}")
        for look in LOOKS
        for surface in SURFACES
    ]


@pytest.mark.parametrize("spec", looks())
@pytest.mark.parametrize("controls", [QUIET, CHORD, dict.fromkeys(NOTES, 1.0), dict.fromkeys(NOTES, -3.0)])
@pytest.mark.parametrize("size", [1, 37])
def test_inks_are_finite_float32(spec: FigureSpec, controls: dict[str, float], size: int) -> None:
    u, v = grid(size)
    inks = frame(spec, controls).inks(cpu())(u, v)
    for ink in planes(inks):
        assert (ink.shape, ink.dtype) == ((size * size,), np.float32)
        assert np.isfinite(ink).all()
    for ink in (inks.light, inks.glow):
        assert 0.0 <= ink.min() <= ink.max() <= 1.0001


@pytest.mark.parametrize("spec", looks())
@pytest.mark.parametrize("value", [0.0, 30.0, -30.0])
def test_no_value_of_a_signal_breaks_a_picture(spec: FigureSpec, value: float) -> None:
    knobs = {name: Driven.fixed(value) for name, old in vars(spec).items() if isinstance(old, Driven)}
    assert np.isfinite(drawn(frame(dataclasses.replace(spec, modes=(), **knobs)), *grid(32))).all()


@pytest.mark.parametrize("spec", looks())
def test_every_setting_that_sound_can_move_moves_it(spec: FigureSpec) -> None:
    u, v = grid(64)
    before = drawn(frame(spec, pixel=1 / 512), u, v)
    idle = {"sand": {"mirror"}, "water": {"grain", "scatter"}}[spec.surface]
    for setting in settings_of(type(spec)):
        if setting.hint is Driven and setting.name not in {"clock", *idle}:
            other = dataclasses.replace(spec, **{setting.name: Driven.fixed(getattr(spec, setting.name).base + 0.2)})
            assert np.abs(drawn(frame(other, pixel=1 / 512), u, v) - before).max() > 1e-3, setting.name
    assert np.abs(drawn(frame(dataclasses.replace(spec, seed=5)), u, v) - before).max() > 0.1


@pytest.mark.parametrize("spec", looks())
def test_every_note_has_a_figure_of_its_own_and_blends_without_a_jump(spec: FigureSpec) -> None:
    u, v = grid(48)
    smooth = dataclasses.replace(spec, grain=Driven.fixed(0.0))
    alone = [drawn(frame(smooth, {**QUIET, note: 1.0}), u, v)[1] for note in NOTES]
    for i, one in enumerate(alone):
        assert all(np.abs(one - other).mean() > 0.02 for other in alone[:i])
    steps = [drawn(frame(smooth, {**QUIET, "low": 1.0 - x, "high": x}), u, v)[1] for x in np.linspace(0, 1, 101)]
    assert max(np.abs(b - a).mean() for a, b in itertools.pairwise(steps)) < 0.05


@pytest.mark.parametrize("spec", looks())
def test_quiet_music_has_the_figure_of_loud_music(spec: FigureSpec) -> None:
    loud = {note: 0.8 if note == "middle" else 0.0 for note in NOTES}
    strong = spec.strengths(cpu().xp, at(spec), [loud[note] for note in NOTES])
    soft = spec.strengths(cpu().xp, at(spec), [0.6 * loud[note] for note in NOTES])
    assert float((strong * soft).sum()) > 0.95
    np.testing.assert_allclose([(strong**2).sum(), (soft**2).sum()], 1.0, atol=1e-3)


def at(spec: FigureSpec, size: int = 3) -> Place:
    """A patch of the plane."""
    u, v = grid(size)
    x, y = u - 0.5, 0.5 - v
    return Place(x, y, pixel=1 / 96, turn=1.0, wander=2.0, space=spec.coords.space, aspect=1.0)


@pytest.mark.parametrize("look", LOOKS)
def test_slopes_are_those_of_the_height(look: type[FigureSpec]) -> None:
    spec = look(modes=NOTES, coarsest=3.0, finest=9.0)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-0.3, 0.3, (2, 500)).astype(np.float32)

    def wave(x: Any, y: Any) -> Any:
        here = Place(x, y, pixel=1 / 96, turn=1.0, wander=2.0, space="plane", aspect=1.0)
        knobs = frame(spec).knobs
        strengths = spec.strengths(cpu().xp, here, [CHORD[note] for note in NOTES])
        return spec.figure(cpu().xp, here, strengths, SimpleNamespace(**knobs))

    step, found = np.float32(1e-3), wave(x, y)
    tolerance = 0.04 * float(found.number)
    right = (wave(x + step, y).height - wave(x - step, y).height) / (2 * step)
    up = (wave(x, y + step).height - wave(x, y - step).height) / (2 * step)
    if look is DropsSpec:  # the slow fading of the rings is left out of their slope
        tolerance *= 8
    np.testing.assert_allclose(found.right, right, atol=tolerance)
    np.testing.assert_allclose(found.up, up, atol=tolerance)


@pytest.mark.parametrize("seed", range(4))
def test_a_plate_has_all_mirrors_of_the_square(seed: int) -> None:
    u, v = grid(33)
    figure = drawn(frame(PlateSpec(modes=NOTES, seed=seed, grain=Driven.fixed(0.0))), u, v)[2].reshape(33, 33)
    for mirrored in (figure[::-1], figure[:, ::-1], figure.T):
        np.testing.assert_allclose(figure, mirrored, atol=2e-3)


def test_higher_notes_have_finer_figures() -> None:
    _, _, plate = plate_modes(10, 4.0, 20.0, 0)
    lines = [np.hypot(n, m) for n, m in plate]
    assert lines[-1] > 3 * lines[0]
    assert np.corrcoef(lines, np.geomspace(4, 20, 10))[0, 1] > 0.98
    dish, numbers, _ = dish_modes(10, 4.0, 20.0, 3, 0)
    assert numbers[-1] > 3 * numbers[0]
    assert all(n % 3 == 0 for n, _ in dish)


def test_a_dish_mode_is_a_bessel_function_with_a_free_rim() -> None:
    spec = DishSpec(modes=("only",), folds=3, coarsest=7.0, finest=7.0)
    ((n, m),), _, _ = dish_modes(1, 7.0, 7.0, 3, 0)
    k = scipy.special.jnp_zeros(n, m)[-1]
    radius = np.linspace(0.01, 0.46, 200, dtype=np.float32)
    place = Place(radius, 0 * radius, pixel=1 / 512, turn=0.0, wander=0.0, space="plane", aspect=1.0)
    found = spec.figure(cpu().xp, place, np.ones(1, np.float32), None).height
    expected = scipy.special.jv(n, k * radius / spec.radius)
    assert np.corrcoef(found, expected)[0, 1] > 0.9999


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("plates", [1.0, 2.0])
def test_a_plate_tiles(surface: Any, plates: float) -> None:
    spec = PlateSpec(modes=NOTES, surface=surface, plates=plates, coords=CoordsSpec(space="tile"))
    picture, size = frame(spec, pixel=1 / 256), 256
    lines = (np.arange(size, dtype=np.float32) + 0.5) / size
    for here, there in (((0.0, lines), (1.0, lines)), ((lines, 0.0), (lines, 1.0))):
        first, again = (
            drawn(picture, *(np.broadcast_to(np.float32(c), size).copy() for c in place)) for place in (here, there)
        )
        np.testing.assert_array_equal(first, again)
    u, v = grid(size)
    plane = drawn(picture, u, v)[1:].reshape(3, size, size)
    seam = np.abs(plane[:, :, 0] - plane[:, :, -1]).mean()
    assert seam <= 1.3 * np.abs(np.diff(plane, axis=2)).mean(axis=(0, 1)).max()


@pytest.mark.parametrize("spec", looks(loop=LoopSpec(period=Duration(8.0))))
def test_a_loop_closes(spec: FigureSpec) -> None:
    u, v = grid(32)
    start, end = frame(spec, time_s=0.0), frame(spec, time_s=8.0)
    assert start.equals(end)
    just_before = drawn(dataclasses.replace(start, turn=float(2 * np.pi)), u, v)
    np.testing.assert_allclose(just_before, drawn(start, u, v), atol=2e-3)


@pytest.mark.parametrize("spec", looks(width=Driven.fixed(0.004)))
@pytest.mark.parametrize("size", [96, 256])
def test_lines_and_grains_are_smooth(spec: FigureSpec, size: int) -> None:
    spec = dataclasses.replace(spec, modes=NOTES, grains=100.0)
    picture = frame(spec, pixel=1 / size)
    u, v = grid(size)
    coarse = drawn(picture, u, v)[1:3]
    fine = drawn(picture, *grid(4 * size))[1:3].reshape(2, size, 4, size, 4).mean(axis=(2, 4)).reshape(2, -1)
    assert np.abs(coarse - fine).mean() <= 0.02
    # Nothing flickers as the picture is moved by a third of a pixel.
    assert np.abs(drawn(picture, *grid(size, 1 / 3))[1:3].mean(axis=1) - coarse.mean(axis=1)).max() < 0.003


@pytest.mark.parametrize("spec", looks())
def test_torch_draws_the_same(spec: FigureSpec) -> None:
    pytest.importorskip("torch")
    from avcore.compute.device import torch_device

    u, v = grid(64)
    picture = frame(spec)
    difference = np.abs(drawn(picture, u, v) - drawn(picture, u, v, torch_device("cpu")))
    assert np.quantile(difference, 0.999) < 2e-3
    assert difference.mean() < 1e-4
