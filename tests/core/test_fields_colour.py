"""Colour: OKLab, palettes, and what the settings do."""

from __future__ import annotations

import numpy as np
import pytest

from avcore.compute.device import cpu
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.colour import ColourSpec
from avcore.fields.cppn import as_inks
from avcore.fields.oklab import oklab_to_srgb, srgb_to_oklab
from avcore.fields.paint import RING_STEPS
from avcore.fields.palette import check_colours, parse_hex, ring
from avcore.signals.spec import Driven
from avcore.srgb import linear_to_srgb, srgb_to_linear

F = Driven.fixed
OUT = np.random.default_rng(0).normal(0, 1.5, (3, 500)).astype(np.float32)
ZERO = np.zeros(500, dtype=np.float32)


def coloured(spec: ColourSpec, *, x: np.ndarray = ZERO, towards_light: np.ndarray | None = None) -> np.ndarray:
    paint = spec.at({}, ring(spec.palette, RING_STEPS))
    lit = None if towards_light is None else as_inks(cpu().xp, towards_light, paint)
    return paint.brush(cpu())(as_inks(cpu().xp, OUT, paint), x, ZERO, lit)


def test_oklab_matches_the_published_values() -> None:
    """White, and the pure sRGB primaries as Ottosson's own conversion gives them."""
    srgb = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    lab = [[1, 0, 0], [0.62796, 0.22486, 0.12585], [0.86644, -0.23389, 0.17950], [0.45201, -0.03246, -0.31153]]
    np.testing.assert_allclose(srgb_to_oklab(srgb), lab, atol=1e-4)


def test_oklab_and_linear_light_round_trip() -> None:
    srgb = np.random.default_rng(1).random((1000, 3))
    np.testing.assert_allclose(oklab_to_srgb(srgb_to_oklab(srgb)), srgb, atol=1e-6)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(srgb)), srgb, atol=1e-9)


def test_a_palette_is_a_ring_through_its_colours() -> None:
    colours = ("#ff0000", "#00ff00", "#0000ff", "#ffffff")
    circle = ring(colours, 400)
    np.testing.assert_allclose(circle[::100], srgb_to_oklab(np.array([parse_hex(c) for c in colours])), atol=1e-12)
    steps = np.abs(np.diff(np.concatenate([circle, circle[:1]]), axis=0)).max(axis=1)
    assert steps.max() < 0.011


@pytest.mark.parametrize("text", ["red", "#ff", "ff0000", "#gg0000", "#ff00001"])
def test_a_bad_colour_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="rrggbb"):
        check_colours(["#ffffff", text])


def test_a_whole_turn_of_the_palette_changes_nothing() -> None:
    palette = ColourSpec(mode="palette")
    turned = ColourSpec(mode="palette", shift=F(1.0))
    np.testing.assert_allclose(coloured(palette), coloured(turned), atol=2e-3)
    assert np.abs(coloured(palette) - coloured(ColourSpec(mode="palette", shift=F(0.5)))).mean() > 0.1


@pytest.mark.parametrize("mode", ["rgb", "palette"])
def test_no_saturation_is_grey(mode: str) -> None:
    grey = coloured(ColourSpec(mode=mode, saturation=F(0.0)))
    assert np.abs(grey - grey.mean(axis=0)).max() < 0.01


def test_shadows_take_their_colour_and_spare_the_light() -> None:
    lit = coloured(ColourSpec(mode="palette"))
    shaded = coloured(ColourSpec(mode="palette", shade=F(1.0), shade_gain=50.0, shadow="#102030"))
    dark, bright = OUT[1] < -0.5, OUT[1] > 0.5
    np.testing.assert_allclose(
        shaded[:, dark], np.array(parse_hex("#102030"))[:, None].repeat(dark.sum(), 1), atol=1e-5
    )
    np.testing.assert_allclose(shaded[:, bright], lit[:, bright], atol=1e-5)


def test_relief_is_bright_towards_the_light() -> None:
    spec = ColourSpec(mode="palette", relief=F(0.8))
    flat = coloured(spec, towards_light=OUT)
    np.testing.assert_allclose(flat, coloured(ColourSpec(mode="palette")), atol=1e-6)
    assert (
        coloured(spec, towards_light=OUT - 0.01).mean() > flat.mean() > coloured(spec, towards_light=OUT + 0.01).mean()
    )


def test_vignettes_darken_the_edge_or_the_centre() -> None:
    x = np.linspace(0, 1, 500).astype(np.float32)
    plain = coloured(ColourSpec(), x=x)
    edge, centre = (coloured(ColourSpec(vignette=F(v)), x=x) / plain for v in (0.8, -1.0))
    assert (np.diff(edge.mean(axis=0)) <= 1e-6).all()
    assert edge[0, -1] < 0.7
    assert centre[:, 0].max() < 1e-6
    assert centre[0, -1] > 0.99


def test_activations_are_what_their_names_say() -> None:
    x = np.linspace(-20, 20, 4001)
    expected = {
        "sin": np.sin(x),
        "cos": np.cos(x),
        "gaussian": np.exp(-(x**2)),
        "tanh": np.tanh(x),
        "sigmoid": 1 / (1 + np.exp(-x)),
        "triangle": 2 / np.pi * np.arcsin(np.sin(x)),
        "abs": np.abs(x),
        "softplus": np.logaddexp(0, x),
        "bump": 1 / (1 + x**2),
        "identity": x,
    }
    assert set(expected) == set(ACTIVATIONS)
    for name, values in expected.items():
        np.testing.assert_allclose(ACTIVATIONS[name](cpu().xp, x), values, atol=1e-9, err_msg=name)
