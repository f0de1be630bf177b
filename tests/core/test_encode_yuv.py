"""Frames as encoders take them: the kernel, its reference, and ffmpeg's own conversion."""

from __future__ import annotations

import subprocess
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from avcore.compute.fused.loading import load
from avcore.encode import yuv
from avcore.ffmpeg import ffmpeg_path


def noise(height: int, width: int) -> NDArray[Any]:
    frame = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    frame.flags.writeable = False  # as a renderer's frames are
    return frame


def planes(frame: NDArray[Any], convert: Any) -> NDArray[Any]:
    height, width, _ = frame.shape
    y, u, v = (np.zeros(shape, np.uint8) for shape in ((height, width), *2 * [(height // 2, width // 2)]))
    convert(frame.reshape(height, -1), y, u, v)
    return np.concatenate([plane.ravel() for plane in (y, u, v)])


@pytest.mark.parametrize("size", [(2, 2), (2, 50), (90, 2), (34, 66)])
def test_the_kernel_and_the_reference_give_the_same_bytes(size: tuple[int, int]) -> None:
    frame = noise(*size)
    exact = planes(frame, yuv.convert)
    np.testing.assert_array_equal(planes(frame, load("yuv").convert), exact)
    np.testing.assert_array_equal(yuv.to_yuv420(frame).ravel(), exact)


def test_it_is_bt709_within_half_a_level() -> None:
    frame = np.repeat(np.repeat(noise(20, 20), 2, axis=0), 2, axis=1)
    frame = np.broadcast_to(frame[:, :1], (40, 8, 3)).copy()  # chroma's neighbours are equal
    seen = planes(frame, yuv.convert)
    r, g, b = np.moveaxis(frame / 255.0, -1, 0)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    exact = [16 + 219 * luma, *(128 + 224 * (c - luma)[::2, ::2] / w for c, w in ((b, 1.8556), (r, 1.5748)))]
    assert np.abs(seen - np.concatenate([plane.ravel() for plane in exact])).max() <= 0.52


@pytest.mark.parametrize("level", [0, 1, 77, 254, 255])
def test_grey_has_no_colour(level: int) -> None:
    seen = planes(np.full((4, 6, 3), level, np.uint8), yuv.convert)
    assert set(seen[24:]) == {128}
    assert {0: 16, 255: 235}.get(level, seen[0]) == seen[0]


def test_ffmpeg_converts_the_same_way() -> None:
    ramp = np.linspace(0, 255, 64, dtype=np.uint8)
    frame = np.stack(np.broadcast_arrays(ramp[None, :], ramp[::-1][:, None], np.uint8(90)), axis=-1)
    filters = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int,format=yuv420p"
    command = [ffmpeg_path(), "-v", "error", "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", "64x64"]
    command += ["-i", "pipe:0", "-vf", filters, "-f", "rawvideo", "pipe:1"]
    theirs = subprocess.run(command, input=frame.tobytes(), capture_output=True, check=True).stdout
    difference = planes(frame, yuv.convert).astype(int) - np.frombuffer(theirs, np.uint8)
    assert np.abs(difference).max() <= 2
    assert np.abs(difference).mean() < 0.5
