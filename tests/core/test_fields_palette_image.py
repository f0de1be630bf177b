"""Palettes from images: which colours, in which order, and what is refused."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avcore.errors import PresetError
from avcore.fields.oklab import oklab_to_srgb, srgb_to_oklab
from avcore.fields.palette import parse_hex
from avcore.fields.palette_image import MAX_PIXELS, image_colours

NAVY, RED, SAND, LEAF = (16, 32, 80), (214, 40, 57), (244, 226, 190), (42, 157, 110)


def blocks(*colours: tuple[int, ...], size: int = 60) -> Image.Image:
    """Upright stripes of equal width."""
    return Image.fromarray(np.repeat(np.array([colours], dtype=np.uint8), size, axis=1).repeat(size, axis=0))


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


def hex_of(colour: tuple[int, ...]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def with_size(png: bytes, width: int, height: int) -> bytes:
    """A PNG that claims another size in its header."""
    header = b"IHDR" + struct.pack(">II", width, height) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


def test_the_colours_are_those_of_the_picture(tmp_path: Path) -> None:
    path = saved(blocks(RED, NAVY, SAND, LEAF), tmp_path / "a.png")
    colours = image_colours(path, 4)
    assert sorted(colours) == sorted(map(hex_of, (NAVY, RED, SAND, LEAF)))
    assert colours[0] == hex_of(NAVY)
    assert image_colours(path, 4) == colours


@pytest.mark.parametrize(("name", "options"), [("a.webp", {"lossless": True}), ("a.jpg", {"quality": 100})])
def test_other_formats_say_the_same(name: str, options: dict, tmp_path: Path) -> None:
    """A lossy one to a few levels, apart from its ringing at the edges."""
    image = blocks(RED, NAVY, SAND)
    exact = image_colours(saved(image, tmp_path / "a.png"), 3)
    other = image_colours(saved(image, tmp_path / name, **options), 3)
    np.testing.assert_allclose([parse_hex(c) for c in other], [parse_hex(c) for c in exact], atol=0.05)


@pytest.mark.parametrize("mode", ["P", "CMYK", "L", "LA", "RGBA", "1"])
def test_every_kind_of_pixel_is_read(mode: str, tmp_path: Path) -> None:
    image = blocks((0, 0, 0), (255, 255, 255)).convert(mode)
    path = saved(image, tmp_path / ("a.jpg" if mode == "CMYK" else "a.png"))  # a PNG has no CMYK
    assert image_colours(path, 2) == ("#000000", "#ffffff")


def test_a_picture_of_few_colours_gives_no_more(tmp_path: Path) -> None:
    assert image_colours(saved(blocks(RED), tmp_path / "a.png"), 6) == (hex_of(RED),)


def test_small_bright_things_are_seen(tmp_path: Path) -> None:
    """An accent on one pixel in four hundred, among greys."""
    noise = np.random.default_rng(0).integers(20, 90, (100, 100, 1)).repeat(3, axis=2).astype(np.uint8)
    noise[40:45, 40:45] = RED
    colours = image_colours(saved(Image.fromarray(noise), tmp_path / "a.png"), 4)
    nearest = min(np.abs(np.array(parse_hex(colour)) - np.array(RED) / 255).max() for colour in colours)
    assert nearest < 0.1


def test_transparent_pixels_do_not_count(tmp_path: Path) -> None:
    rgba = blocks((*RED, 0), (*NAVY, 255), (*SAND, 255))
    assert image_colours(saved(rgba, tmp_path / "a.png"), 2) == (hex_of(NAVY), hex_of(SAND))
    with pytest.raises(PresetError, match="transparent everywhere"):
        image_colours(saved(blocks((*RED, 0)), tmp_path / "b.png"), 2)


def test_the_order_is_the_way_round_a_circle_of_hues(tmp_path: Path) -> None:
    """Eight hues of nearly one lightness, shuffled in the picture, come back as a circle."""
    turns = np.arange(8) / 8
    angle = 2 * np.pi * turns
    lab = np.stack([0.72 + 0.01 * np.cos(angle), 0.1 * np.cos(angle), 0.1 * np.sin(angle)], axis=-1)
    levels = np.round(255 * oklab_to_srgb(lab)).astype(int)
    shuffled = [tuple(levels[i]) for i in (3, 0, 6, 1, 5, 2, 7, 4)]
    colours = image_colours(saved(blocks(*shuffled, size=16), tmp_path / "a.png"), 8)
    found = srgb_to_oklab(np.array([parse_hex(colour) for colour in colours]))
    steps = np.diff(np.round(8 * np.arctan2(found[:, 2], found[:, 1]) / (2 * np.pi)), append=np.nan)[:-1] % 8
    assert len(colours) == 8
    assert set(steps) in ({1.0}, {7.0})


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    whole = saved(blocks(RED, NAVY), tmp_path / "a.png").read_bytes()
    noisy = Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 80, 3)).astype(np.uint8))
    cut = saved(noisy, tmp_path / "noisy.png").read_bytes()[:4000]
    for name, data in {"text.png": b"hello", "cut.png": cut, "head.png": whole[:20]}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PresetError, match=f"{name} cannot be read as a PNG, JPEG or WebP image"):
            image_colours(tmp_path / name, 4)
    with pytest.raises(PresetError, match="cannot be read"):
        image_colours(tmp_path / "missing.png", 4)


@pytest.mark.parametrize("ending", ["gif", "bmp", "tiff", "eps"])
def test_other_formats_are_not_opened_whatever_their_name(ending: str, tmp_path: Path) -> None:
    path = saved(blocks(RED, NAVY), tmp_path / f"a.{ending}").rename(tmp_path / "a.png")
    with pytest.raises(PresetError, match="cannot be read as a PNG, JPEG or WebP image"):
        image_colours(path, 4)


@pytest.mark.parametrize("side", [60_000, 12_000, 7_000])
def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(side: int, tmp_path: Path) -> None:
    assert side * side > MAX_PIXELS
    path = tmp_path / "bomb.png"
    path.write_bytes(with_size(saved(blocks(RED), tmp_path / "a.png").read_bytes(), side, side))
    with pytest.raises(PresetError, match=r"bomb\.png has more than 40 megapixels"):
        image_colours(path, 4)
