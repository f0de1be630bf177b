"""Image files back to frames, for encoding what others have rendered."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.encode.sink import Pixel
from avcore.errors import InputError
from avcore.ffmpeg import ffmpeg_path
from avcore.srgb import linear_to_srgb

READERS = 2
AHEAD = 4


def read_frames(paths: Sequence[Path], pixel: Pixel) -> Iterator[NDArray[Any]]:
    """``read_frame`` of each, in order; a few are read ahead.

    Raises:
        InputError: as ``read_frame``; or one has another size than the first.
    """
    shape: tuple[int, ...] | None = None
    waiting: deque[tuple[Path, Future[NDArray[Any]]]] = deque()
    with ThreadPoolExecutor(READERS, thread_name_prefix="frames from disk") as pool:
        todo = iter(paths)
        try:
            while True:
                while len(waiting) < AHEAD and (path := next(todo, None)) is not None:
                    waiting.append((path, pool.submit(read_frame, path, pixel)))
                if not waiting:
                    return
                path, future = waiting.popleft()
                frame = future.result()
                shape = shape or frame.shape
                if frame.shape != shape:
                    width, height = frame.shape[1], frame.shape[0]
                    raise InputError(
                        f"{path} has {width}x{height} pixels, not {shape[1]}x{shape[0]} like those before it"
                    )
                yield frame
        finally:
            for _, future in waiting:
                future.cancel()


def read_frame(path: Path, pixel: Pixel) -> NDArray[Any]:
    """A PNG or EXR file as a frame [shape=(height, width, 3), dtype=pixel], display-referred sRGB.

    An EXR is linear light with Rec. 709 primaries, and what lies outside [0, 1] is cut off. What is transparent is
    laid over black.

    Raises:
        InputError: it is missing, no picture, or of a kind that is no frame.
    """
    try:
        return _as(_read_exr(path) if path.suffix == ".exr" else _read_png(path), pixel)
    except (OSError, ValueError, SyntaxError, RuntimeError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a picture ({error}); render it again") from error


def _read_png(path: Path) -> NDArray[Any]:
    """uint8 or uint16 [shape=(height, width, 3)]."""
    from PIL import Image

    data = path.read_bytes()
    if data[24:25] == b"\x10":
        return _read_deep_png(data, path)
    with Image.open(path) as image:
        if "A" in image.getbands() or "transparency" in image.info:
            black = Image.new("RGBA", image.size, (0, 0, 0, 255))
            return np.asarray(Image.alpha_composite(black, image.convert("RGBA")).convert("RGB"))
        return np.asarray(image.convert("RGB"))


def _read_deep_png(data: bytes, path: Path) -> NDArray[np.uint16]:
    """16 bits a channel, which Pillow does not keep: by ffmpeg."""
    command = [ffmpeg_path(), "-v", "error", "-f", "png_pipe", "-i", "pipe:0"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgba64le", "pipe:1"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if done.returncode != 0 or len(done.stdout) != width * height * 8:
        raise ValueError(done.stderr.decode(errors="replace").strip() or f"{path.name} is not whole")
    rgba = np.frombuffer(done.stdout, "<u2").reshape(height, width, 4)
    if (rgba[:, :, 3] == 65535).all():
        return rgba[:, :, :3].astype(np.uint16)
    over = rgba[:, :, :3].astype(np.float64) * (rgba[:, :, 3:] / 65535)
    return np.rint(over).astype(np.uint16)


def _read_exr(path: Path) -> NDArray[np.float32]:
    """Display-referred float32 [shape=(height, width, 3)]."""
    import OpenEXR

    with OpenEXR.File(str(path)) as file:
        channels = file.channels()
        name = next(name for name in ("RGBA", "RGB", *channels) if name in channels)
        pixels = np.asarray(channels[name].pixels)
    if pixels.ndim != 3 or pixels.shape[2] < 3:
        raise ValueError("it has no red, green and blue; render a picture of one layer")
    linear = np.clip(np.nan_to_num(pixels[:, :, :3].astype(np.float32), posinf=1.0), 0, 1)
    return linear_to_srgb(linear)


def _as(picture: NDArray[Any], pixel: Pixel) -> NDArray[Any]:
    """The same picture in another dtype: integers over their whole range."""
    top = {"uint8": 255, "uint16": 65535, "float32": 1}
    if picture.dtype == pixel:
        return np.ascontiguousarray(picture)
    same: NDArray[Any] = picture * (top[pixel] / np.float64(top[picture.dtype.name]))
    return same.astype(pixel) if pixel == "float32" else np.rint(same).astype(pixel)
