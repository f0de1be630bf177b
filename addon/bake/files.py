"""What a bake has left on disk. Knows nothing of Blender."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..errors import AddonError

MapName = Literal["base", "height", "normal", "roughness", "emission", "mask"]
MAPS: tuple[MapName, ...] = get_args(MapName)
MOVIES = {".mp4", ".mov", ".mkv", ".webm", ".avi"}
COLOURED: tuple[MapName, ...] = ("base", "emission")


class BakeError(AddonError):
    """A bake that cannot be shown."""


@dataclass(frozen=True)
class BakedFiles:
    """One sequence of pictures or one film: ``place`` is its folder or file, ``map`` what it says about a surface.

    ``first`` and ``count`` number a sequence's files; a film has ``first`` 1 and ``count`` 0, since only Blender knows
    its length. ``is_there`` is False for a sequence that will be baked later, as on a farm.
    """

    place: Path
    name: str
    map: MapName
    is_movie: bool
    format: str
    first: int = 1
    count: int = 0
    is_there: bool = True

    @property
    def first_file(self) -> Path:
        """The first picture, or the film."""
        return self.place if self.is_movie else self.place / f"{self.name}_{self.first:04d}.{self.format}"

    @property
    def is_colour(self) -> bool:
        """Whether it is a picture to look at, rather than numbers."""
        return self.map in COLOURED


def read_bake(place: Path, *, map_name: MapName = "base") -> BakedFiles:
    """A bake: a folder with ``manifest.json``, or a film.

    Raises:
        BakeError: there is none, or frames are missing between the first and the last.
    """
    if place.suffix.lower() in MOVIES:
        if not place.is_file():
            raise BakeError(f"there is no film {place}; bake it again")
        return BakedFiles(place, place.stem, map_name, True, place.suffix[1:].lower())
    path = place / "manifest.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        name, kind = str(document["name"]), str(document["format"])
        numbers = sorted(int(number) for number in document["frames"])
    except FileNotFoundError as error:
        raise BakeError(f"there is no bake in {place}; bake it again") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BakeError(f"{path} is not the manifest of a bake ({error}); bake into another folder") from error
    if kind not in ("png", "exr") or not re.fullmatch(r"[\w.-]{1,200}", name):
        raise BakeError(f"{path} names a format or a file that no bake has; bake into another folder")
    if not numbers:
        raise BakeError(f"the bake in {place} has no frames yet; bake it again")
    if len(numbers) != numbers[-1] - numbers[0] + 1:
        gap = next(now + 1 for now, then in itertools.pairwise(numbers) if then > now + 1)
        raise BakeError(f"the bake in {place} lacks frame {gap}; bake again to go on where it stopped")
    return BakedFiles(place, name, map_name, False, kind, numbers[0], len(numbers))


def read_maps(place: Path, *, names: Iterable[MapName] = MAPS[1:]) -> dict[MapName, BakedFiles]:
    """A bake and the maps beside it, in ``PLACE_height`` and so on; of ``names``, those that are there.

    Raises:
        BakeError: as for ``read_bake``, of the pictures or a map; a map has other frames than the pictures.
    """
    found: dict[MapName, BakedFiles] = {"base": read_bake(place)}
    for name in names:
        beside = place.with_name(f"{place.name}_{name}")
        if (beside / "manifest.json").is_file():
            found[name] = read_bake(beside, map_name=name)
            if (found[name].first, found[name].count) != (found["base"].first, found["base"].count):
                raise BakeError(f"the {name} map in {beside} has other frames than the pictures; bake it again")
    return found
