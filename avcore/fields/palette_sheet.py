"""A picture of all named palettes: each as a ring unrolled, and on a field of soft folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.fields.oklab import oklab_to_srgb
from avcore.fields.palette import ring
from avcore.fields.palette_table import PALETTES
from avcore.files import replacing

STEPS = 1024
COLUMNS = 3
ROW, GAP = 84, 12
TEXT, STRIP, FOLDS = 130, 260, 150
GROUND, WRITING, FAINT = (24, 24, 26), (236, 236, 232), (150, 150, 146)


def save_sheet(path: Path) -> None:
    """Write a PNG that shows every palette: its name, family and colours, one and a half rounds of its ring, folds.

    Raises:
        OutputError: the file cannot be written.
    """
    from PIL import Image, ImageDraw, ImageFont

    rows = -(-len(PALETTES) // COLUMNS)
    wide = TEXT + STRIP + FOLDS + 2 * GAP
    sheet = Image.new("RGB", (COLUMNS * wide + GAP, rows * (ROW + GAP) + GAP), GROUND)
    draw, large, small = ImageDraw.Draw(sheet), ImageFont.load_default(18), ImageFont.load_default(11)
    unrolled = np.tile(np.linspace(0.0, 1.5, STRIP, endpoint=False), (ROW, 1))
    for index, (name, palette) in enumerate(PALETTES.items()):
        column, row = divmod(index, rows)
        x, y = column * wide + GAP, row * (ROW + GAP) + GAP
        draw.text((x, y), name, WRITING, large)
        draw.text((x, y + 24), palette.family, FAINT, small)
        for stop, colour in enumerate(palette.colours):
            draw.rectangle((x + 18 * stop, y + ROW - 16, x + 18 * stop + 15, y + ROW - 1), colour)
        circle = (255.0 * oklab_to_srgb(ring(name, STEPS)) + 0.5).astype(np.uint8)
        for place, left in ((unrolled, x + TEXT), (_folds(), x + TEXT + STRIP + GAP)):
            sheet.paste(Image.fromarray(circle[(place * STEPS).astype(int) % STEPS]), (left, y))
    with replacing(path) as part:
        sheet.save(part, format="PNG", optimize=True)


def _folds() -> NDArray[np.float64]:
    """Places on the ring [shape=(ROW, FOLDS)], in turns: a plane folded into itself a few times."""
    v, u = np.mgrid[0:ROW, 0:FOLDS] / ROW
    for scale in (2.2, 3.1, 4.7):
        u, v = u + 0.35 * np.sin(scale * v + 0.6), v + 0.35 * np.cos(scale * u)
    return np.asarray(0.6 * u + 0.5 * np.sin(2.4 * v))
