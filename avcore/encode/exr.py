"""OpenEXR files: half float, linear light with Rec. 709 primaries, ZIP compression."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.files import NO_SPACE


def write_exr(path: Path, linear: NDArray[Any]) -> None:
    """Write linear RGB [shape=(height, width, 3)] as half float; the same bytes for the same picture.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    import OpenEXR

    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    pixels = np.ascontiguousarray(linear, dtype=np.float16)
    try:
        with OpenEXR.File(header, {"RGB": pixels}) as file:
            file.write(str(path))
    except RuntimeError as error:  # the library says everything by RuntimeError, the reason in the text
        full = NO_SPACE in str(error)
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error


def read_exr(path: Path) -> NDArray[np.float16]:
    """Linear RGB [shape=(height, width, 3)] of a file that ``write_exr`` wrote.

    Raises:
        ValueError: not an EXR file, or not whole.
    """
    import OpenEXR

    try:
        with OpenEXR.File(str(path)) as file:
            pixels: NDArray[np.float16] = file.channels()["RGB"].pixels
            return pixels
    except (RuntimeError, KeyError) as error:
        raise ValueError(f"{path} is not a whole RGB EXR file: {error}") from error


def is_whole_exr(path: Path) -> bool:
    """Whether every scan line of the file can be read."""
    try:
        return read_exr(path).size > 0
    except ValueError:
        return False
