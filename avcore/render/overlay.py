"""Text on frames: a line at the lower left, with the time, the frame number or the tempo if asked for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.render.frames import Frames


def text_for(template: str, frames: Frames, number: int, *, title: str) -> str:
    """``template`` with ``{time}``, ``{frame}``, ``{title}``, ``{preset}`` and ``{bpm}`` filled in for one frame."""
    minutes, seconds = divmod(frames.timebase.time_s(number), 60)
    values = {
        "time": f"{int(minutes)}:{seconds:05.2f}",
        "frame": str(number),
        "title": title,
        "preset": frames.preset.name,
        "bpm": f"{frames.track.tempo_bpm:.0f}",
    }
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


def drawn(frame: NDArray[Any], text: str) -> NDArray[Any]:
    """``frame`` [shape=(height, width, 3), any pixel type] with ``text`` on it, white on a soft shadow."""
    frame = frame.copy()
    height, width = frame.shape[:2]
    white, shade = _masks(text, max(8, height // 28))
    margin = height // 28
    rows = max(0, min(white.shape[0], height - margin))
    columns = max(0, min(white.shape[1], width - margin))
    top = height - margin - rows
    box = frame[top : top + rows, margin : margin + columns]
    full = np.iinfo(frame.dtype).max if np.issubdtype(frame.dtype, np.integer) else 1.0
    ink, dark = white[:rows, :columns, None], shade[:rows, :columns, None]
    box[...] = (box * (1.0 - dark) * (1.0 - ink) + full * ink).astype(frame.dtype)
    return frame


@lru_cache(maxsize=64)
def _masks(text: str, size_px: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Opacity of the letters and of their shadow [shape=(rows, columns), 0..1]."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    font = ImageFont.load_default(size=size_px)
    left, top, right, bottom = font.getbbox(text)
    pad = size_px // 2
    image = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad))
    ImageDraw.Draw(image).text((pad - left, pad - top), text, font=font, fill=255)
    shadow = image.filter(ImageFilter.GaussianBlur(size_px / 6)).point(lambda level: min(255, level * 2))
    white, dark = (np.asarray(mask, dtype=np.float32) / np.float32(255) for mask in (image, shadow))
    return white, dark * np.float32(0.7)
