"""All thumbnails on one sheet, family by family, for the README: ``python -m tests.contact_sheet FOLDER OUT.jpg``."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from avcore.presets import list_looks, list_presets

ACROSS, SIDE, GAP, LINE = 10, 128, 4, 16


def main(folder: Path, out: Path) -> None:
    """Draw the sheet."""
    shipped = [entry for entry in list_presets() if entry.origin == "shipped"]
    rows: list[tuple[str, list[str]]] = []
    for family in dict.fromkeys(look.family for look in list_looks()):
        names = [entry.name for entry in shipped if entry.family == family]
        starts = range(0, len(names), ACROSS)
        rows += [(family if start == 0 else "", names[start : start + ACROSS]) for start in starts]
    height = sum((LINE if family else 0) + SIDE + LINE + GAP for family, _ in rows)
    sheet = Image.new("RGB", (ACROSS * (SIDE + GAP) - GAP, height), "#101014")
    draw = ImageDraw.Draw(sheet)
    y = 0
    for family, names in rows:
        if family:
            draw.text((0, y + 2), family.upper(), fill="#8a8f9c")
            y += LINE
        for place, name in enumerate(names):
            x = place * (SIDE + GAP)
            with Image.open(folder / f"{name}.jpg") as thumbnail:
                sheet.paste(thumbnail.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (x, y))
            draw.text((x, y + SIDE), name, fill="#d8dae0")
        y += SIDE + LINE + GAP
    sheet.save(out, quality=82, optimize=True, progressive=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
