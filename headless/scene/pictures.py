"""Bakes in a scene before they are baked: on a farm the scene comes first, the pictures later."""

from __future__ import annotations

from addon.bake import MAPS, BakedFiles, MapName
from headless.folder import sequence_name
from headless.job import Bake


def planned(bake: Bake) -> dict[MapName, BakedFiles]:
    """The pictures of a bake and the maps beside it, as ``addon.bake`` takes them, there or not."""
    maps: dict[MapName, BakedFiles] = {}
    for name in MAPS:
        if name != "base" and name not in bake.texture.maps:
            continue
        place = bake.out if name == "base" else bake.out.with_name(f"{bake.out.name}_{name}")
        maps[name] = BakedFiles(
            place=place,
            name=sequence_name(place),
            map=name,
            is_movie=False,
            format=bake.texture.format,
            first=bake.start_frame,
            count=bake.count,
            is_there=(place / f"{sequence_name(place)}_{bake.start_frame:04d}.{bake.texture.format}").is_file(),
        )
    return maps
