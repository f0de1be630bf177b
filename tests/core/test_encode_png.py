"""PNG: independent decoders read back what was written, and damage is seen."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from encode_media import ffmpeg
from PIL import Image

from avcore.encode.png import is_whole_png, png_bytes

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize("shape", [(5, 7), (1, 1, 3), (33, 21, 3), (16, 16, 4), (3, 400, 3)])
def test_pillow_reads_back_8_bits(shape: tuple[int, ...]) -> None:
    image = RANDOM.integers(0, 256, shape, np.uint8)
    read = Image.open(io.BytesIO(png_bytes(image)))
    read.load()
    assert np.array_equal(np.asarray(read), image)
    assert read.info["srgb"] == 0


@pytest.mark.parametrize(
    ("shape", "pixel_format"), [((31, 17, 3), "rgb48le"), ((8, 9, 4), "rgba64le"), ((6, 5), "gray16le")]
)
def test_ffmpeg_reads_back_16_bits(shape: tuple[int, ...], pixel_format: str) -> None:
    image = RANDOM.integers(0, 65536, shape, np.uint16)
    raw = ffmpeg("-f", "png_pipe", "-i", "-", "-f", "rawvideo", "-pix_fmt", pixel_format, "-", stdin=png_bytes(image))
    assert np.array_equal(np.frombuffer(raw, "<u2").reshape(shape), image)


def test_a_view_that_is_not_contiguous() -> None:
    image = RANDOM.integers(0, 256, (20, 30, 3), np.uint8)[::-2, ::3]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png_bytes(image)))), image)


def test_same_picture_same_bytes_and_text_is_kept() -> None:
    image = RANDOM.integers(0, 256, (40, 40, 3), np.uint8)
    assert png_bytes(image) == png_bytes(image.copy())
    read = Image.open(io.BytesIO(png_bytes(image, text={"Comment": "preset nébula, seed 3"})))
    assert read.text == {"Comment": "preset nébula, seed 3"}


def test_a_smooth_picture_is_small() -> None:
    y, x = np.mgrid[0:360, 0:640]
    smooth = np.stack([y % 256, x % 256, (x + y) % 256], axis=2).astype(np.uint8)
    assert len(png_bytes(smooth)) < smooth.nbytes / 20


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4, 3), np.float32), np.zeros((4, 4, 2), np.uint8), np.zeros(4, np.uint8)]
)
def test_what_a_png_cannot_hold(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no PNG for"):
        png_bytes(image)


def test_every_truncation_and_every_flipped_byte_is_seen(tmp_path: Path) -> None:
    data = png_bytes(RANDOM.integers(0, 256, (6, 6, 3), np.uint8))
    path = tmp_path / "frame.png"
    path.write_bytes(data)
    assert is_whole_png(path)
    for length in range(len(data)):
        path.write_bytes(data[:length])
        assert not is_whole_png(path)
    for position in range(len(data)):
        path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        assert not is_whole_png(path)
    path.write_bytes(data + b"x")
    assert not is_whole_png(path)
