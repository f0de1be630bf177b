"""The fused kernel: the reference's picture, whatever the field, the size, the threads."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_track import make_track

pytest.importorskip("numba", reason="Numba is not installed")

from avcore.compute.device import Device, cpu
from avcore.compute.fused import FusedPainter, supports
from avcore.compute.painter import CannotPaintError
from avcore.compute.reference import ReferencePainter
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnFrame, CppnSpec
from avcore.fields.moment import Moment
from avcore.presets import list_presets, load_preset
from avcore.render.frames import Frames
from avcore.signals.spec import Driven
from avcore.timebase import Timebase

F = Driven.fixed
PLAIN = ColourSpec()
RICH = ColourSpec(
    mode="palette", cycles=F(2.3), shift=F(0.4), shade=F(0.7), glow=F(0.6), relief=F(0.5), vignette=F(0.8),
    brightness=F(1.1), contrast=F(1.2), saturation=F(0.8),
    shadow="#102030", glow_colour="#ffe0c0", highlight="#e0f0ff",
)  # fmt: skip
GRADED = dataclasses.replace(RICH, mode="rgb", vignette=F(-0.6))

# A network's picture depends on rounding the more the larger its gain; the reference shows by how much, where its
# float32 is held to its own float64. The kernel must be as close as that, but for two bits (its functions err by up
# to 5e-7 where libm's err by 6e-8), or as good as exact.
AS_GOOD_AS_EXACT_DB = 60.0
TWO_BITS_DB = 12.1
SAFETY = 20.0  # for the errors of single pixels, which differ more than their mean

EXACT = dataclasses.replace(cpu(), asarray=lambda array: np.ascontiguousarray(array, dtype=np.float64))


@pytest.fixture(scope="module")
def fused() -> Any:
    painter = FusedPainter(threads=2)
    yield painter
    painter.close()


def picture(
    spec: CppnSpec, colour: ColourSpec = PLAIN, *, time_s: float = 3.0, size: tuple[int, int] = (90, 50)
) -> CppnFrame:
    field = Cppn(spec, colour, spec.draw_weights(), seconds=lambda duration: duration.value)
    return field.frame(Moment(time_s, {}), aspect=size[0] / size[1])


def drawn(
    painter: Any, pictures: Sequence[CppnFrame], size: tuple[int, int], pixel: Any = np.float32, supersample: int = 1
) -> np.ndarray:
    out = np.zeros((size[1], size[0], 3), dtype=pixel)
    painter.paint(pictures, out, supersample=supersample)
    return out


def reference(
    pictures: Sequence[CppnFrame], size: tuple[int, int], supersample: int = 1, device: Device | None = None
) -> np.ndarray:
    painter = ReferencePainter(device or cpu(), threads=1)
    # A float64 array, so that the reference does not round what it found.
    tiles = [each.tile(device or cpu()) for each in pictures]
    image = painter._block(tiles, np.empty((size[1], size[0], 3), np.float32), slice(0, size[1]), size[0], supersample)
    painter.close()
    return image


def psnr_db(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10.0 * np.log10(np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2) + 1e-20))


def hold(fused: FusedPainter, pictures: Sequence[CppnFrame], size: tuple[int, int], supersample: int = 1) -> None:
    """Fail unless the kernel is as close to the exact picture as the reference is."""
    exact = reference(pictures, size, supersample, EXACT)
    needed_db = min(AS_GOOD_AS_EXACT_DB, psnr_db(reference(pictures, size, supersample), exact) - TWO_BITS_DB)
    seen_db = psnr_db(drawn(fused, pictures, size, supersample=supersample), exact)
    assert seen_db >= needed_db, f"{seen_db:.1f} dB, needed {needed_db:.1f}"


@pytest.mark.parametrize("colour", [PLAIN, RICH, GRADED], ids=["rgb", "palette", "rgb-lit"])
@pytest.mark.parametrize("symmetry", ["none", "mirror", "quad", "radial"])
@pytest.mark.parametrize("space", ["plane", "tile", "tunnel"])
def test_every_space_symmetry_and_paint(fused: FusedPainter, space: Any, symmetry: Any, colour: ColourSpec) -> None:
    if space == "tile" and symmetry == "radial":
        pytest.skip("radial symmetry cannot tile")
    moves = {} if space == "tile" else {"zoom": F(1.4), "rotate": F(0.13), "swirl": F(0.6)}
    for radius in (False, True):
        for camera in ({}, {**moves, "pan_x": F(0.21), "pan_y": F(-0.13), "scale": 1.7}):
            coords = CoordsSpec(space=space, symmetry=symmetry, folds=5, radius=radius, **camera)
            hold(fused, [picture(CppnSpec(seed=2, coords=coords), colour)], (90, 50))


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation(fused: FusedPainter, activation: Any) -> None:
    spec = CppnSpec(seed=4, layers=3, width=7, activations=(activation,), gain=2.0)
    hold(fused, [picture(spec)], (90, 50))


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (255, 3), (257, 2), (4097, 3)])
@pytest.mark.parametrize("supersample", [1, 2, 3])
def test_odd_sizes_samples_and_an_open_shutter(fused: FusedPainter, size: tuple[int, int], supersample: int) -> None:
    pictures = [picture(CppnSpec(seed=5), RICH, time_s=time_s, size=size) for time_s in (3.0, 3.3)]
    hold(fused, pictures, size, supersample)


def test_integers_are_the_floats_rounded(fused: FusedPainter) -> None:
    pictures, size = [picture(CppnSpec(seed=6), RICH, size=(301, 17))], (301, 17)
    floats = drawn(fused, pictures, size).astype(np.float64)
    for pixel, largest in ((np.uint8, 255), (np.uint16, 65535)):
        assert np.abs(drawn(fused, pictures, size, pixel) - floats * largest).max() <= 0.5 + 0.01
    assert floats.min() >= 0.0
    assert floats.max() <= 1.0


def test_threads_and_regions_give_the_same_bytes(fused: FusedPainter) -> None:
    size = (700, 93)
    pictures = [picture(CppnSpec(seed=7, layers=4, width=11), RICH, time_s=time_s, size=size) for time_s in (1.0, 1.1)]
    whole = drawn(fused, pictures, size, np.uint16, supersample=2)
    for threads in (1, 3, 8):
        other = FusedPainter(threads=threads)
        np.testing.assert_array_equal(drawn(other, pictures, size, np.uint16, supersample=2), whole)
        other.close()
    for rows, columns in ((1, 1), (47, 350), (93, 257), (50, 700)):
        part = np.full_like(whole, 7)
        fused.paint(pictures, part, supersample=2, region=(rows, columns))
        np.testing.assert_array_equal(part[:rows, :columns], whole[:rows, :columns])
        assert np.all(part[rows:] == 7)
        assert np.all(part[:, columns:] == 7)


def test_a_view_of_a_larger_image_can_be_painted(fused: FusedPainter) -> None:
    size, pictures = (40, 30), [picture(CppnSpec(seed=1), size=(40, 30))]
    image = np.zeros((30, 80, 3), dtype=np.uint8)
    fused.paint(pictures, image[:, 20:60], supersample=1)
    np.testing.assert_array_equal(image[:, 20:60], drawn(fused, pictures, size, np.uint8))
    assert not image[:, :20].any()


def test_opposite_edges_of_a_tile_are_neighbours(fused: FusedPainter) -> None:
    spec = CppnSpec(seed=8, coords=CoordsSpec(space="tile", pan_x=F(0.3)))
    image = drawn(fused, [picture(spec, size=(512, 512))], (512, 512))
    inside = np.abs(np.diff(image, axis=1)).max()
    assert np.abs(image[:, 0] - image[:, -1]).max() <= 1.5 * inside
    assert np.abs(image[0] - image[-1]).max() <= 1.5 * np.abs(np.diff(image, axis=0)).max()


names = st.sampled_from(sorted(ACTIVATIONS))
coords = st.one_of(
    st.builds(
        CoordsSpec,
        space=st.sampled_from(["plane", "tunnel"]),
        symmetry=st.sampled_from(["none", "mirror", "quad", "radial"]),
        radius=st.booleans(),
        rotate=st.builds(F, st.floats(0, 1)),
        swirl=st.builds(F, st.sampled_from([0.0, 0.4])),
        scale=st.floats(0.3, 4.0),
    ),
    st.builds(
        CoordsSpec,
        space=st.just("tile"),
        symmetry=st.sampled_from(["none", "mirror", "quad"]),
        radius=st.booleans(),
        pan_x=st.builds(F, st.floats(-2, 2)),
    ),
)
networks = st.builds(
    CppnSpec,
    layers=st.integers(1, 12),
    width=st.integers(1, 32),
    activations=st.lists(names, min_size=1, max_size=5).map(tuple),
    gain=st.floats(0.0, 100.0),
    output_gain=st.floats(0.0, 10.0),
    ground=st.floats(0.0, 5.0),
    seed=st.integers(0, 2**32 - 1),
    coords=coords,
)


@settings(max_examples=60, deadline=None)
@given(
    spec=networks, colour=st.sampled_from([PLAIN, RICH, GRADED]), size=st.sampled_from([(31, 17), (130, 5), (257, 3)])
)
def test_any_legal_network_is_as_close_to_exact_as_the_reference(
    fused: FusedPainter, spec: CppnSpec, colour: ColourSpec, size: tuple[int, int]
) -> None:
    assert supports(spec)
    pictures = [picture(spec, colour, size=size)]
    image = drawn(fused, pictures, size)
    assert np.all(np.isfinite(image))
    assert image.min() >= 0.0
    assert image.max() <= 1.0
    with np.errstate(all="ignore"):
        exact = reference(pictures, size, device=EXACT)
        expected_error = np.abs(reference(pictures, size) - exact)
    if not np.isfinite(exact).all() or not np.isfinite(expected_error).all():
        return  # overflow in the reference itself
    # Not the mean square: where the slope of a hill drowns in rounding, one pixel that flips decides it.
    error = np.abs(image - exact)
    for part in (0.5, 0.95):
        allowed = max(1e-3, SAFETY * float(np.quantile(expected_error, part)))
        assert np.quantile(error, part) <= allowed, f"{part}: {np.quantile(error, part):.2g} > {allowed:.2g}"


FEATURES = (
    "bass",
    "mid",
    "treble",
    "onset",
    "beat_pulse",
    "centroid",
    "flux",
    "harmonic",
    "percussive",
    "rms",
    "rolloff",
)
TRACK = make_track(**{name: np.random.default_rng(index).random(1001) for index, name in enumerate(FEATURES)})


@pytest.mark.parametrize("name", [entry.name for entry in list_presets() if entry.family == "neural"])
def test_every_shipped_preset(fused: FusedPainter, name: str) -> None:
    preset, size = load_preset(name), (160, 90)
    if not isinstance(preset.field, CppnSpec) or not supports(preset.field):
        pytest.skip("not a network for the kernel")
    with Frames(preset, TRACK, Timebase.for_duration(10, Fraction(30)), size=size, device=cpu()) as frames:
        for number in (1, 60, 151, 299):
            scene: Any = frames.source
            pictures = [scene.sheets[0].field.frame(scene.moment(number), aspect=16 / 9)]
            assert psnr_db(drawn(fused, pictures, size), reference(pictures, size, device=EXACT)) >= 50.0


def test_pictures_of_two_architectures_are_for_another_painter(fused: FusedPainter) -> None:
    two = [picture(CppnSpec(width=4)), picture(CppnSpec(width=5))]
    with pytest.raises(CannotPaintError, match="one architecture"):
        drawn(fused, two, (8, 8))


def test_a_wide_network_is_for_matrix_products() -> None:
    assert supports(CppnSpec(width=32))
    assert not supports(CppnSpec(width=512))
