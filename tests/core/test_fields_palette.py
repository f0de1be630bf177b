"""Palettes: the named ones, gradients, cosines, and the grade of hue."""

from __future__ import annotations

import numpy as np
import pytest

from avcore.fields.colour import ColourSpec
from avcore.fields.oklab import oklab_to_srgb, srgb_to_oklab, turn_hue
from avcore.fields.palette import Cosine, CosinePalette, Gradient, ImagePalette, parse_hex, ring
from avcore.fields.palette_table import PALETTES
from avcore.signals.spec import Driven
from avcore.srgb import linear_to_srgb, srgb_to_linear

STEPS = 1200

# What eyes without one kind of cone see of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
MACHADO = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
SAFE = [name for name, palette in PALETTES.items() if palette.family == "safe"]


def stops(colours: tuple[str, ...]) -> np.ndarray:
    return srgb_to_oklab(np.array([parse_hex(colour) for colour in colours]))


def largest_step(circle: np.ndarray) -> float:
    """The largest distance of neighbours on a closed ring."""
    return float(np.linalg.norm(circle - np.roll(circle, 1, axis=0), axis=1).max())


def nearest_neighbours(name: str, vision: list[list[float]]) -> float:
    """The smallest OKLab distance of two colours side by side on a palette's ring, as an eye sees them."""
    colours = np.array([parse_hex(colour) for colour in PALETTES[name].colours])
    seen = linear_to_srgb(np.clip(srgb_to_linear(colours) @ np.array(vision).T, 0.0, 1.0))
    lab = srgb_to_oklab(seen)
    return float(np.linalg.norm(lab - np.roll(lab, 1, axis=0), axis=1).min())


@pytest.mark.parametrize("name", PALETTES)
def test_a_named_palette_is_the_ring_of_its_colours_without_a_seam(name: str) -> None:
    circle = ring(name, STEPS)
    np.testing.assert_array_equal(circle, ring(PALETTES[name].colours, STEPS))
    assert largest_step(circle) < 0.006


def test_no_two_named_palettes_are_alike() -> None:
    assert len({palette.colours for palette in PALETTES.values()}) == len(PALETTES)
    assert all(len(set(palette.colours)) == len(palette.colours) for palette in PALETTES.values())


@pytest.mark.parametrize("vision", MACHADO)
def test_the_safe_palettes_hold_for_every_eye(vision: str) -> None:
    assert len(SAFE) >= 6
    apart = {name: nearest_neighbours(name, MACHADO[vision]) for name in SAFE}
    assert min(apart.values()) > 0.1, apart


def test_the_simulation_sees_what_is_not_safe() -> None:
    """A ring of equally light hues loses colours to every kind of colour blindness, and to none of the others."""
    assert nearest_neighbours("wheel", np.eye(3).tolist()) > 0.1
    assert all(nearest_neighbours("wheel", matrix) < 0.08 for matrix in MACHADO.values())


def test_a_gradient_passes_through_its_colours_at_their_places() -> None:
    colours, at = ("#0b1026", "#f4f1de", "#e07a5f"), (0.1, 0.25, 0.8)
    circle = ring(Gradient(colours, at=at), STEPS)
    # A step is the mean over its width, so that a corner is cut by less than a quarter of the step before it.
    np.testing.assert_allclose(circle[[120, 300, 960]], stops(colours), atol=largest_step(circle))
    between = 0.5 * (stops(colours)[1] + stops(colours)[2])
    np.testing.assert_allclose(circle[630], between, atol=largest_step(circle))
    assert largest_step(circle) < 0.01


def test_a_gradient_without_places_is_the_plain_ring() -> None:
    colours = PALETTES["lagoon"].colours
    for gradient in (Gradient("lagoon"), Gradient(colours), Gradient(colours, at=tuple(np.arange(6) / 6))):
        circle = ring(gradient, STEPS)
        np.testing.assert_allclose(circle, ring("lagoon", STEPS), atol=largest_step(circle))


def test_hard_bands_hold_their_colours_alone() -> None:
    colours = PALETTES["poster"].colours
    bands = ring(Gradient(colours, blend=0.0), STEPS)
    distance = np.linalg.norm(bands[:, None] - stops(colours)[None], axis=-1)
    pure = distance.min(axis=1) < 1e-9
    assert (~pure).sum() <= len(colours)
    np.testing.assert_allclose(np.bincount(distance.argmin(axis=1)), STEPS / len(colours), atol=1)


def test_blend_is_how_much_of_the_ring_lies_between_colours() -> None:
    colours = ("#000000", "#ffffff")
    for blend in (0.25, 0.5, 1.0):
        circle = ring(Gradient(colours, blend=blend), STEPS)[:, 0]
        between = ((circle > 1e-6) & (circle < 1 - 1e-6)).mean()
        assert between == pytest.approx(blend, abs=4 / STEPS)


def test_an_edge_where_two_places_meet() -> None:
    circle = ring(Gradient(("#000000", "#ffffff"), at=(0.0, 1.0)), STEPS)[:, 0]
    assert (np.diff(circle) > 0).all()
    assert circle[0] < 0.001
    assert circle[-1] > 0.999


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"colours": ("#fff", "#000"), "at": (0.5,)}, "1 places for 2 colours"),
        ({"colours": "lagoon", "at": (0.0, 0.5)}, "2 places for 6 colours"),
        ({"colours": ("#fff", "#000"), "at": (0.5, 0.4)}, "must rise"),
    ],
)
def test_places_that_do_not_fit_are_refused(settings: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Gradient(**settings)


def test_cosines_are_the_published_formula() -> None:
    """The first of Quilez's examples, at places worked out by hand: cos of 0, 1/3 and 2/3 of a turn."""
    circle = oklab_to_srgb(ring(CosinePalette(Cosine(phase=(0.0, 1 / 3, 2 / 3))), STEPS))
    np.testing.assert_allclose(circle[0], [1.0, 0.25, 0.25], atol=1e-5)
    np.testing.assert_allclose(circle[STEPS // 3], [0.25, 0.25, 1.0], atol=1e-5)
    np.testing.assert_allclose(circle[STEPS // 2], [0.0, 0.75, 0.75], atol=1e-5)


@pytest.mark.parametrize("frequency", [(1.0, 1.0, 1.0), (2.0, 1.0, 0.0), (1.0, 1.0, 0.5), (0.3, 1.7, 1.0)])
def test_every_cosine_closes(frequency: tuple[float, float, float]) -> None:
    wave = Cosine(offset=(0.5,) * 3, amplitude=(0.3,) * 3, frequency=frequency, phase=(0.1, 0.2, 0.3))
    circle = ring(CosinePalette(wave), STEPS)
    assert largest_step(circle) < 0.02
    there_and_back = np.abs(circle[1:] - circle[1:][::-1]).max() < 1e-9
    assert there_and_back == any(value % 1 for value in frequency)


def test_an_image_must_be_read_before_its_ring() -> None:
    with pytest.raises(TypeError, match=r"cover\.png"):
        ring(ImagePalette("cover.png"), STEPS)


def test_hue_turns_in_the_direction_of_the_rainbow_and_keeps_lightness() -> None:
    lab = srgb_to_oklab(np.random.default_rng(0).random((100, 3)))
    turned = turn_hue(lab, 0.2)
    np.testing.assert_allclose(turned[:, 0], lab[:, 0])
    angle = np.angle((turned[:, 1] + 1j * turned[:, 2]) / (lab[:, 1] + 1j * lab[:, 2]))
    np.testing.assert_allclose(angle, 0.2 * 2 * np.pi)
    np.testing.assert_allclose(turn_hue(turned, 0.8), lab, atol=1e-12)
    red, yellow = srgb_to_oklab(np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]))
    assert np.linalg.norm(turn_hue(red, 0.2)[1:] - yellow[1:]) < np.linalg.norm(turn_hue(red, -0.2)[1:] - yellow[1:])


def test_signals_turn_the_hue_of_a_paint() -> None:
    spec = ColourSpec(mode="palette", palette="harbour", hue=Driven(0.0, {"kick": 1.0}))
    circle = ring(spec.palette, 2048)
    still, half, whole = (spec.at({"kick": kick}, circle).ring for kick in (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(still, ColourSpec(mode="palette").at({}, circle).ring)
    np.testing.assert_allclose(whole, still, atol=1e-6)
    expected = srgb_to_oklab(still.T.astype(np.float64)) * [1.0, -1.0, -1.0]
    np.testing.assert_allclose(half.T, oklab_to_srgb(expected), atol=2e-5)
