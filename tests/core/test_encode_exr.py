"""EXR: linear half floats that another decoder reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from encode_media import about, ffmpeg

from avcore.encode.exr import is_whole_exr, read_exr, write_exr
from avcore.srgb import srgb_to_linear


def test_transfer_function_of_the_standard() -> None:
    # IEC 61966-2-1: both ends, the joint of the two pieces, and the well-known middle values.
    srgb = np.array([0.0, 0.04045, 0.5, 0.735357, 1.0], np.float32)
    linear = [0.0, 0.0031308, 0.2140411, 0.5, 1.0]
    assert np.allclose(srgb_to_linear(srgb), linear, atol=2e-6)
    assert srgb_to_linear(srgb).dtype == np.float32


def test_ffmpeg_reads_the_same_values(tmp_path: Path) -> None:
    path = tmp_path / "frame.exr"
    image = np.random.default_rng(0).random((13, 22, 3), dtype=np.float32)
    write_exr(path, image)
    # An ffmpeg that knows half floats converts them through 16-bit integers; what it decodes to is exact.
    own, dtype = ("gbrpf16le", np.float16) if "gbrpf16le" in about(path) else ("gbrpf32le", np.float32)
    raw = ffmpeg("-i", str(path), "-f", "rawvideo", "-pix_fmt", own, "-")
    green, blue, red = np.frombuffer(raw, dtype).reshape(3, 13, 22)
    read = np.stack([red, green, blue], axis=2)
    assert np.array_equal(read, image.astype(np.float16))
    assert np.array_equal(read_exr(path), image.astype(np.float16))


def test_same_picture_same_bytes(tmp_path: Path) -> None:
    image = np.random.default_rng(1).random((9, 9, 3), dtype=np.float32)
    for name in ("a.exr", "b.exr"):
        write_exr(tmp_path / name, image)
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()


@pytest.mark.parametrize("keep", [0, 3, 100, -1, -200])
def test_a_truncated_file_is_seen(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "frame.exr"
    write_exr(path, np.random.default_rng(2).random((64, 64, 3), dtype=np.float32))
    assert is_whole_exr(path)
    path.write_bytes(path.read_bytes()[:keep])
    assert not is_whole_exr(path)


def test_a_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        write_exr(tmp_path / "nowhere" / "frame.exr", np.zeros((4, 4, 3), np.float32))
