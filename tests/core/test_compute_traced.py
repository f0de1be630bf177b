"""Compiled pictures: the reference's, whatever the look, the size, the threads; made once and kept."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_picture import painted, psnr_db, reference

pytest.importorskip("llvmlite", reason="llvmlite is not installed")

from avcore.compute.choose import choose_painter
from avcore.compute.device import cpu
from avcore.compute.painter import CannotPaintError
from avcore.compute.traced import CannotTraceError, TracedPainter, emit, kernel
from avcore.compute.traced.namespace import trace
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.families import FIELDS
from avcore.fields.ink import InkPicture
from avcore.fields.moment import Moment
from avcore.fields.noise import hashed, unit, wrapped
from avcore.fields.pattern import PatternSpec
from avcore.signals.spec import Driven

F = Driven.fixed
RICH = ColourSpec(
    palette=("#102030", "#d06030", "#f0e0c0"), cycles=F(1.3), shift=F(0.2), shade=F(0.8), glow=F(0.4),
    relief=F(0.5), vignette=F(0.3), shadow="#102030", glow_colour="#ffe0c0", highlight="#e0f0ff",
)  # fmt: skip
PLAIN = ColourSpec(mode="palette", relief=F(0.0), shade=F(0.0), glow=F(0.0), vignette=F(0.0))

# Drawn at 33 x 61 with relief, which multiplies what two ways of rounding differ by; most agree to 80 dB and more.
LEAST_DB = 50.0


def classes() -> dict[str, type[PatternSpec]]:
    """Every look that there is, by its name."""
    found = {}
    for name, where in FIELDS.classes.items():
        module, _, qualified = where.partition(":")
        look = getattr(importlib.import_module(module), qualified)
        if issubclass(look, PatternSpec):
            found[name] = look
    return found


LOOKS = classes()
PLACES = [(name, space) for name, look in LOOKS.items() for space in look.spaces]


def picture(spec: PatternSpec, colour: ColourSpec = RICH, *, time_s: float = 7.0, aspect: float = 61 / 33) -> Any:
    field = spec.build(colour, seconds=lambda duration: duration.value, file=lambda name: pytest.fail(name))
    return field.frame(Moment(time_s, {}), aspect=aspect, pixel=1 / 66)


def moved(space: Any) -> CoordsSpec:
    """A camera that is not at rest."""
    turned = {} if space == "tile" else {"rotate": F(0.13), "swirl": F(0.1), "zoom": F(1.2)}
    return CoordsSpec(space=space, pan_x=F(0.1), pan_y=F(-0.05), **turned)


@pytest.fixture(scope="module")
def traced() -> Any:
    painter = TracedPainter(threads=2)
    yield painter
    painter.close()


@dataclass(frozen=True)
class Drawn:
    """A picture of which only the function matters: places to colours, of an array namespace."""

    function: Callable[[Any, Any, Any], Any]
    mirrors: tuple[bool, bool] = (False, False)

    def tile(self, device: Any) -> Any:
        return lambda u, v: device.xp.stack(list(self.function(device.xp, u, v)))


@pytest.mark.parametrize(("name", "space"), PLACES)
def test_every_look_is_the_reference_s(traced: TracedPainter, name: str, space: Any) -> None:
    spec = LOOKS[name](coords=moved(space), seed=3)
    pictures = [picture(spec, time_s=time_s) for time_s in (7.0, 7.02)]
    seen = painted(traced, pictures, (33, 61), supersample=2)
    assert np.isfinite(seen).all()
    assert 0.0 <= seen.min() < seen.max() <= 1.0
    agreement = psnr_db(seen, reference(pictures, (33, 61), supersample=2))
    assert agreement >= LEAST_DB, f"{agreement:.1f} dB"


@pytest.mark.parametrize("name", LOOKS)
def test_knobs_that_move_compile_nothing_new(name: str) -> None:
    look, rng = LOOKS[name], np.random.default_rng(5)
    own = [item.name for item in fields(look) if isinstance(getattr(look(), item.name), Driven)]
    structures = set()
    for _ in range(50):
        knobs = {knob: F(getattr(look(), knob).base + rng.uniform(0.01, 0.2)) for knob in own}
        colour = replace(
            RICH, cycles=F(rng.uniform(1, 2)), glow=F(rng.uniform(0.1, 1)), vignette=F(rng.uniform(0.1, 1))
        )
        coords = replace(moved(look.spaces[0]), pan_x=F(rng.uniform(-1, 1)))
        spec = look(coords=coords, **knobs)
        structures.add(trace(picture(spec, colour, time_s=rng.uniform(0, 300)))[0])
    assert len(structures) == 1


@pytest.mark.parametrize("size", [(1, 1), (7, 1), (2, 255), (3, 4097)])
def test_odd_sizes(traced: TracedPainter, size: tuple[int, int]) -> None:
    pictures = [picture(LOOKS["cells"](), aspect=size[1] / size[0])]
    assert psnr_db(painted(traced, pictures, size), reference(pictures, size)) >= LEAST_DB


def test_integers_are_the_floats_rounded(traced: TracedPainter) -> None:
    pictures, size = [picture(LOOKS["warp"]())], (33, 61)
    floats = painted(traced, pictures, size).astype(np.float64)
    for pixel, largest in ((np.uint8, 255), (np.uint16, 65535)):
        integers = painted(traced, pictures, size, dtype=pixel)
        assert np.abs(integers - floats * largest).max() <= 0.5 + 0.01


@pytest.mark.parametrize("name", ["truchet", "dish", "streams"])
def test_threads_and_regions_give_the_same_bytes(name: str, traced: TracedPainter) -> None:
    size = (93, 301)
    pictures = [picture(LOOKS[name](), time_s=time_s) for time_s in (7.0, 7.1)]
    how = {"dtype": np.uint16, "supersample": 2}
    whole = painted(traced, pictures, size, **how)
    for rows, columns in ((1, 1), (47, 150), (93, 257), (50, 301)):
        part = np.full_like(whole, 7)
        traced.paint(pictures, part, supersample=2, region=(rows, columns))
        np.testing.assert_array_equal(part[:rows, :columns], whole[:rows, :columns])
        assert np.all(part[rows:] == 7)
        assert np.all(part[:, columns:] == 7)
    for threads in (1, 5):
        other = TracedPainter(threads=threads)
        np.testing.assert_array_equal(painted(other, pictures, size, **how), whole)
        other.close()
    image = np.zeros((93, 400, 3), dtype=np.uint16)
    traced.paint(pictures, image[:, 20:321], supersample=2)
    np.testing.assert_array_equal(image[:, 20:321], whole)


@pytest.mark.parametrize("name", ["plate", "dish", "streams"])
def test_where_a_program_is_cut_hardly_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, numbers = trace(picture(LOOKS[name]()))
    places = np.linspace(0.0, 1.0, 64, dtype=np.float32)
    planes = []
    for length in (10**9, 1000, 50):
        monkeypatch.setattr(emit, "STAGE", length)
        planes.append(np.zeros((3, 64, 64), dtype=np.float32))
        kernel.Kernel(kernel.compiled(program)).draw(places, places, numbers, planes[-1])
    # Not at all but for products that are rounded before they are added to, at a cut.
    assert planes[0].max() > 0.1
    assert all(psnr_db(planes[0], other) > 80.0 for other in planes[1:])


def line(function: Callable[[Any, Any], Any], *, size: int = 4096) -> tuple[Any, Any]:
    """Values of a function (xp, u) with results in [0, 1], along a row: compiled, and by NumPy in float64."""
    painter = TracedPainter(threads=1)
    seen = painted(painter, [Drawn(lambda xp, u, v: [function(xp, u)] * 3)], (1, size))[0, :, 0]
    painter.close()
    u = ((np.arange(size) + 0.5) / size).astype(np.float32).astype(np.float64)
    return seen, function(cpu().xp, u)


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (lambda xp, u: 0.5 + 0.5 * xp.sin(2e3 * (u - 0.5)), 3e-5),  # the argument's own rounding
        (lambda xp, u: 0.5 + 0.5 * xp.sin(20.0 * (u - 0.5)), 8e-7),
        (lambda xp, u: 0.5 + 0.5 * xp.cos(20.0 * (u - 0.5)), 8e-7),
        (lambda xp, u: xp.exp(-20.0 * u), 5e-7),
        (lambda xp, u: 1e-2 * xp.exp(4.0 * u), 5e-7),
        (lambda xp, u: 0.5 + 0.03 * xp.log(1e-6 + 1e6 * u * u), 3e-7),
        (lambda xp, u: 0.5 + 0.02 * xp.log2(1e-6 + 1e6 * u * u), 3e-7),
        (lambda xp, u: 0.5 + 0.5 * xp.tanh(10.0 * (u - 0.5)), 5e-7),
        (lambda xp, u: 0.5 + 0.15 * xp.atan2(u - 0.3, 0.5 - u), 3e-7),
        (lambda xp, u: 0.5 + 0.15 * xp.atan2(u - 0.7, u - 0.5), 3e-7),
        (lambda xp, u: xp.sqrt(u), 1e-7),
        (lambda xp, u: (2.0 - u) ** 5 / 32.0, 5e-7),
        (lambda xp, u: xp.remainder(17.0 * (u - 0.4) + 1e-3, 2.0) / 2, 1e-6),
        (lambda xp, u: abs(u - 0.3) + xp.abs(0.7 - u) - 0.4, 2e-7),
        (lambda xp, u: xp.where((u < 0.25) | ~(u <= 0.75), 0.25, u), 1e-7),
        (lambda xp, u: xp.clip(xp.minimum(xp.maximum(2.0 * u, 0.3), 1.5 - u), 0.1, 0.7), 2e-7),
    ],
)
def test_functions_are_as_exact_as_a_picture_needs(function: Callable[[Any, Any], Any], error: float) -> None:
    seen, exact = line(function)
    assert np.abs(seen - exact).max() <= error


def whole_numbers(xp: Any, u: Any) -> Any:
    ix = xp.astype(xp.floor((u - 0.5) * 3e4), xp.int32)
    there = hashed(xp, wrapped(xp, ix, 12), wrapped(xp, ix - 7, 64) >> 1, 5) ^ (1 << (ix & 3)) ^ ~ix
    return unit(xp, xp.where(ix < 40, -there, xp.remainder(ix, 3 + (ix & 7)) * abs(ix)) * 0x2C1B3C6D)


def test_whole_numbers_wrap_as_they_do_in_numpy(traced: TracedPainter) -> None:
    u = ((np.arange(999) + 0.5) / 999).astype(np.float32)
    seen = painted(traced, [Drawn(lambda xp, u, v: [whole_numbers(xp, u)] * 3)], (1, 999))
    np.testing.assert_array_equal(seen[0, :, 1], whole_numbers(cpu().xp, u))


def test_tables_are_not_read_beyond_their_ends(traced: TracedPainter) -> None:
    table = np.array([[0.25, 0.5, 0.75]] * 3, dtype=np.float32)

    def wild(xp: Any, u: Any, v: Any) -> Any:
        place = xp.astype((u - 0.5) * 4e9, xp.int32)
        return [xp.take(table, place, axis=1)[row, :] for row in range(3)]

    seen = painted(traced, [Drawn(wild)], (1, 64))
    assert set(np.unique(seen)) <= {np.float32(0.25), np.float32(0.75)}


@pytest.mark.parametrize("pixel", [np.uint8, np.uint16, np.float32])
def test_what_is_no_number_is_black(traced: TracedPainter, pixel: Any) -> None:
    def wild(xp: Any, u: Any, v: Any) -> Any:
        zero = u - u
        return [zero / zero, 1.0 / zero, -1.0 / zero]

    seen = painted(traced, [Drawn(wild)], (2, 40), dtype=pixel, supersample=2)
    full = 1.0 if pixel is np.float32 else np.iinfo(pixel).max
    np.testing.assert_array_equal(seen, np.broadcast_to(np.array([0, full, 0]), seen.shape))


def test_an_ink_and_constants_are_pictures_too(traced: TracedPainter) -> None:
    inked = InkPicture(picture(LOOKS["blobs"]()), "light")
    assert psnr_db(painted(traced, [inked], (20, 30)), reference([inked], (20, 30))) >= LEAST_DB
    plain = Drawn(lambda xp, u, v: [0.25, xp.full_like(u, 0.5), 1])
    np.testing.assert_array_equal(painted(traced, [plain], (1, 3)), np.full((1, 3, 3), [0.25, 0.5, 1.0]))


@pytest.mark.parametrize(
    "function",
    [
        lambda xp, u, v: [xp.sort(u), u, v],
        lambda xp, u, v: [u if u > 0.5 else v, u, v],
        lambda xp, u, v: [np.sin(u), u, v],
        lambda xp, u, v: [u[3:], u, v],
        lambda xp, u, v: [u[:1] * 2.0, u, v],
        lambda xp, u, v: [u + np.arange(3.0), u, v],
        lambda xp, u, v: [u + xp.astype(u, xp.int32), u, v],
        lambda xp, u, v: [xp.sum(u), u, v],
        lambda xp, u, v: [u.shape[0] * u, u, v],
        lambda xp, u, v: [u**0.5, u, v],
        lambda xp, u, v: [u & v, u, v],
        lambda xp, u, v: [xp.astype((u < v) + (v < u), xp.float32), u, v],
        lambda xp, u, v: [u, v],
    ],
)
def test_what_cannot_be_recorded_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(CannotTraceError):
        trace(Drawn(function))


@dataclass(frozen=True)
class DrawnField:
    """A field of one picture."""

    picture: Any


def test_the_reference_takes_over_and_says_so() -> None:
    sorted_ = Drawn(lambda xp, u, v: [xp.flip(u), u, v])
    chosen = choose_painter(DrawnField(sorted_), cpu(), threads=1)  # type: ignore[arg-type]
    assert chosen.name == "llvm float32"
    chosen.check(sorted_)
    assert chosen.name == "numpy float32"
    assert "xp.flip" in chosen.notes[0]
    chosen.close()


def test_patterns_are_compiled_and_agree() -> None:
    spec = LOOKS["penrose"]()
    field = spec.build(RICH, seconds=lambda duration: duration.value, file=lambda name: pytest.fail(name))
    chosen = choose_painter(field, cpu(), threads=1)
    chosen.check(picture(spec))
    assert chosen.name == "llvm float32"
    assert chosen.agreement_db is not None
    assert chosen.agreement_db > LEAST_DB
    chosen.close()


def test_what_must_not_be_compiled_is_only_taken_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVCORE_CACHE", str(tmp_path))
    one = Drawn(lambda xp, u, v: [u, v, u * v + 0.1234])
    idle, busy = TracedPainter(threads=1, may_compile=False), TracedPainter(threads=1)
    with pytest.raises(CannotPaintError, match="compiled"):
        painted(idle, [one], (3, 3))
    seen = painted(busy, [one], (3, 3))
    np.testing.assert_array_equal(painted(idle, [one], (3, 3)), seen)
    # A kernel that is not whole is made again.
    (kept,) = tmp_path.rglob("*.o")
    content = kept.read_bytes()
    kept.write_bytes(content[:-9])
    kernel.load.cache_clear()
    np.testing.assert_array_equal(painted(busy, [one], (3, 3)), seen)
    assert kept.read_bytes()[:32] == content[:32]
    idle.close()
    busy.close()


SECOND = """
import logging, sys
import numpy as np
from avcore.compute.traced import TracedPainter
from avcore.fields.colour import ColourSpec
from avcore.fields.geometric.moire import MoireSpec
from avcore.fields.moment import Moment
assert "llvmlite" not in sys.modules
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
field = MoireSpec().build(ColourSpec(), seconds=lambda duration: duration.value, file=None)
painter = TracedPainter(threads=1)
painter.paint([field.frame(Moment(1.0, {}), aspect=1.0, pixel=0.1)], np.empty((9, 9, 3), np.uint8), supersample=1)
painter.close()
print("numba" in sys.modules)
"""


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    def said() -> str:
        variables = {**os.environ, "AVCORE_CACHE": str(tmp_path)}
        command = [sys.executable, "-c", SECOND]
        return subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout

    assert "compiled in" in said()
    assert said() == "False\n"
