"""The Triton kernel, run by Triton's interpreter on the processor and held to the reference.

The interpreter must be chosen before Triton is imported, so it lives in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from avcore.compute.device import cpu
from avcore.compute.painter import CannotPaintError
from avcore.compute.reference import ReferencePainter
from avcore.compute.triton_pack import CODES, cycle, pack, padded
from avcore.compute.triton_painter import TritonPainter, supports
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnFrame, CppnSpec
from avcore.fields.moment import Moment
from avcore.signals.spec import Driven

F = Driven.fixed
SIZE = (13, 21)
PALETTE = ColourSpec(
    mode="palette", shade=F(0.7), shadow="#102030", glow=F(0.6), glow_colour="#ffeedd", vignette=F(0.5), shift=F(0.3)
)

needs_triton = pytest.mark.skipif(
    find_spec("triton") is None or find_spec("torch") is None, reason="triton and torch are not installed"
)


def pictures(spec: CppnSpec, colour: ColourSpec, *, times: tuple[float, ...] = (12.0,)) -> list[CppnFrame]:
    field = Cppn(spec, colour, spec.draw_weights(), seconds=lambda duration: duration.value)
    return [field.frame(Moment(time_s, {}), aspect=SIZE[1] / SIZE[0]) for time_s in times]


def _interpret() -> None:
    os.environ["TRITON_INTERPRET"] = "1"


def _draw(
    frames: list[CppnFrame], size: tuple[int, int], dtype: str, supersample: int, region: tuple[int, int] | None
) -> np.ndarray[Any, Any]:
    out = np.zeros((*size, 3), dtype=dtype)
    painter = TritonPainter("cpu")
    painter.paint(frames, out, supersample=supersample, region=region)
    painter.close()
    return out


@pytest.fixture(scope="module")
def interpreter() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_interpret) as pool:
        yield pool


def agreement(
    interpreter: ProcessPoolExecutor,
    frames: list[CppnFrame],
    *,
    size: tuple[int, int] = SIZE,
    dtype: str = "float32",
    supersample: int = 1,
    region: tuple[int, int] | None = None,
) -> float:
    """PSNR in dB of the kernel against the reference; the reference's picture must not be a flat one."""
    drawn = interpreter.submit(_draw, frames, size, dtype, supersample, region).result()
    exact = np.zeros((*size, 3), dtype=dtype)
    reference = ReferencePainter(cpu(), threads=1)
    reference.paint(frames, exact, supersample=supersample, region=region)
    reference.close()
    full = 1.0 if dtype == "float32" else float(np.iinfo(dtype).max)
    if size[0] * size[1] > 1:
        assert exact.std() > 0.01 * full
    return float(-10 * np.log10(np.mean(((drawn.astype(np.float64) - exact) / full) ** 2) + 1e-20))


@needs_triton
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(interpreter: ProcessPoolExecutor, activation: Any) -> None:
    """In the first layer and after a matrix."""
    spec = CppnSpec(layers=2, width=16, gain=2.0, activations=(activation,), seed=3)
    assert agreement(interpreter, pictures(spec, ColourSpec())) >= 55


@needs_triton
@pytest.mark.parametrize("width", [1, 4, 20, 64, 100, 256])
def test_every_width_padded_or_not(interpreter: ProcessPoolExecutor, width: int) -> None:
    spec = CppnSpec(layers=3, width=width, gain=2.0, activations=("cos", "sigmoid", "softplus"), seed=5)
    assert agreement(interpreter, pictures(spec, ColourSpec())) >= 50


@needs_triton
@pytest.mark.parametrize("layers", [1, 2, 7, 12])
def test_every_depth(interpreter: ProcessPoolExecutor, layers: int) -> None:
    """None, one, and more rounds of the loop over a cycle of activations, with and without a rest."""
    spec = CppnSpec(layers=layers, width=24, gain=1.5, activations=("sin", "tanh", "cos"), seed=4)
    assert agreement(interpreter, pictures(spec, ColourSpec())) >= 45


@needs_triton
@pytest.mark.parametrize("space", ["plane", "tile", "tunnel"])
@pytest.mark.parametrize("symmetry", ["none", "mirror", "quad", "radial"])
@pytest.mark.parametrize("moving", [False, True])
def test_every_space_and_symmetry(interpreter: ProcessPoolExecutor, space: Any, symmetry: Any, moving: bool) -> None:
    if space == "tile" and symmetry == "radial":
        pytest.skip("radial symmetry does not tile")
    coords = CoordsSpec(space=space, symmetry=symmetry, radius=moving, folds=5, scale=1.5)
    if moving:
        coords = replace(coords, pan_x=F(0.1), pan_y=F(-0.2))
    if moving and space != "tile":
        coords = replace(coords, zoom=F(1.3), rotate=F(0.1), swirl=F(0.3))
    spec = CppnSpec(layers=2, width=8, gain=2.0, coords=coords, seed=6)
    assert agreement(interpreter, pictures(spec, ColourSpec())) >= 50


@needs_triton
@pytest.mark.parametrize(
    "colour",
    [
        PALETTE,
        replace(PALETTE, vignette=F(-0.8), cycles=F(2.5), saturation=F(0.5)),
        ColourSpec(brightness=F(1.2), contrast=F(1.3), saturation=F(1.5), vignette=F(-0.5), glow=F(1.0)),
    ],
)
def test_every_paint(interpreter: ProcessPoolExecutor, colour: ColourSpec) -> None:
    spec = CppnSpec(layers=2, width=8, gain=2.0, output_gain=2.0, seed=7)
    assert agreement(interpreter, pictures(spec, colour)) >= 45


@needs_triton
@pytest.mark.parametrize(("dtype", "least_db"), [("uint8", 48), ("uint16", 50), ("float32", 50)])
def test_samples_pictures_and_regions(interpreter: ProcessPoolExecutor, dtype: str, least_db: float) -> None:
    """Four samples of each of three pictures, in each kind of pixel, of a corner that is not a whole tile."""
    frames = pictures(CppnSpec(layers=2, width=8, gain=2.0, seed=8), ColourSpec(), times=(3.0, 4.0, 5.0))
    assert agreement(interpreter, frames, dtype=dtype, supersample=2, region=(7, 11)) >= least_db


@needs_triton
@pytest.mark.parametrize("size", [(1, 1), (3, 257), (129, 1), (16, 32)])
def test_odd_sizes(interpreter: ProcessPoolExecutor, size: tuple[int, int]) -> None:
    frames = pictures(CppnSpec(layers=1, width=4, seed=9), ColourSpec(vignette=F(0.4)))
    assert agreement(interpreter, frames, size=size) >= 50


@needs_triton
def test_without_the_interpreter_and_a_gpu_it_says_so() -> None:
    with pytest.raises(CannotPaintError, match="CUDA"):
        TritonPainter("cpu")


def test_relief_and_wide_networks_are_for_others() -> None:
    assert supports(CppnSpec(width=256, layers=32), PALETTE)
    assert not supports(CppnSpec(width=257), PALETTE)
    assert not supports(CppnSpec(), replace(PALETTE, relief=F(0.1)))
    assert not supports(CppnSpec(), replace(PALETTE, relief=Driven(0.0, {"bass": 0.5})))
    with pytest.raises(CannotPaintError, match="relief"):
        pack(pictures(CppnSpec(), replace(PALETTE, relief=F(0.1))))
    with pytest.raises(CannotPaintError, match="256"):
        pack(pictures(CppnSpec(width=300), PALETTE))
    with pytest.raises(CannotPaintError, match="one field"):
        pack([*pictures(CppnSpec(), PALETTE), *pictures(CppnSpec(layers=4), PALETTE)])


def test_weights_beyond_float16_are_refused() -> None:
    (frame,) = pictures(CppnSpec(), PALETTE)
    matrix, bias = frame.layers[1]
    loud = replace(frame, layers=(frame.layers[0], (matrix * 1e6, bias), *frame.layers[2:]))
    with pytest.raises(CannotPaintError, match="float16"):
        pack([loud])


def test_padding_adds_nothing() -> None:
    """The packed network, evaluated as it lies in memory, gives the outputs of the network itself."""
    (frame,) = pictures(CppnSpec(layers=3, width=20, gain=1.0, activations=("tanh",)), PALETTE)
    matrices = pack([frame]).matrices[0].astype(np.float32).reshape(2, 32, 32)
    h = np.linspace(-1, 1, 20, dtype=np.float32)
    wide = np.pad(h, (0, 12), constant_values=7.0)
    for packed, (matrix, _) in zip(matrices, frame.layers[1:-1], strict=True):
        np.testing.assert_allclose((wide @ packed)[:20], matrix @ h, atol=2e-3)
        assert not (wide @ packed)[20:].any()


def test_names_and_numbers() -> None:
    assert set(CODES) == set(ACTIVATIONS)
    assert [padded(width) for width in (1, 16, 17, 64, 65, 256)] == [16, 16, 32, 64, 128, 256]
    assert [cycle(codes) for codes in ((0,), (0, 1), (0, 1, 0, 1, 0, 1), (5, 2, 2, 2), (0, 1, 2, 3))] == [1, 1, 2, 1, 3]
