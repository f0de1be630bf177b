"""Every path in an open .blend that can be changed, and those of another machine as they are on this one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy

from addon.bake import baked_images, recall, remember
from addon.sound.strips import walk
from headless.path_map import PathMap
from headless.scene.sounding import SONG

RECIPE = "recipe"  # of a baked image: the file that it was baked from


@dataclass(frozen=True)
class Place:
    """A path that something of the open file has: ``kind`` and ``name`` say what. ``is_folder`` where it ends with one.

    ``is_sequence`` where the file stands for others beside it, and ``packed`` where the .blend itself holds it.
    """

    kind: str
    name: str
    owner: Any
    attribute: str
    is_folder: bool = False
    is_sequence: bool = False
    packed: bool = False

    @property
    def written(self) -> str:
        """The path as it is written, perhaps with ``//`` for the folder of the .blend."""
        if self.attribute == RECIPE:
            return str(_recipe(self.owner)["path"])
        return str(self.owner[SONG] if self.attribute == SONG else getattr(self.owner, self.attribute))

    @property
    def path(self) -> Path:
        """Where that is."""
        return _normal(self.written)

    def write(self, path: str) -> None:
        """Write another path."""
        path += "/" if self.is_folder and not path.endswith("/") else ""
        if self.attribute == SONG:
            self.owner[SONG] = path
        elif self.attribute == RECIPE:
            memory = recall(self.owner)
            assert memory is not None
            recipe = json.dumps({**_recipe(self.owner), "path": path}, sort_keys=True)
            remember(self.owner, replace(memory, recipe=recipe))
        else:
            setattr(self.owner, self.attribute, path)


def map_paths(paths: PathMap) -> int:
    """Let every path in the open file that begins as a rule says begin as it says; how many were changed.

    In memory alone. Libraries are read again from where they are now.
    """
    if not paths.rules:
        return 0
    changed = 0
    for library in list(bpy.data.libraries):
        now = _mapped(library.filepath, paths)
        if now is not None:
            library.filepath = now
            library.reload()
            changed += 1
    for place in places():
        now = None if place.packed else _mapped(place.written, paths)
        if now is not None:
            place.write(now)
            changed += 1
    return changed


def _mapped(path: str, paths: PathMap) -> str | None:
    """Where a path lies here; None where no rule is for it. ``//`` may stand for a folder that a rule is for."""
    if not path:
        return None
    written = path if not path.startswith("//") else bpy.path.abspath(path)
    now = str(paths(written))
    return None if now == str(Path(written)) else now


def places() -> Iterator[Place]:
    """Every path of the open file's own datablocks, those of linked files left out."""
    data = bpy.data
    for kind, things in {
        "image": data.images,
        "sound": data.sounds,
        "font": data.fonts,
        "movie clip": data.movieclips,
        "cache": data.cache_files,
        "volume": data.volumes,
    }.items():
        for thing in things:
            if thing.library is None and thing.filepath not in ("", "<builtin>"):
                many = getattr(thing, "source", "") in ("SEQUENCE", "TILED") or getattr(thing, "is_sequence", False)
                packed = getattr(thing, "packed_file", None) is not None
                yield Place(kind, thing.name, thing, "filepath", is_sequence=many, packed=packed)
    played = {_normal(sound.filepath) for sound in data.sounds if sound.packed_file is None}
    for image in baked_images():
        path = str(_recipe(image).get("path", ""))
        if path and _normal(path) not in played:  # a mix, or a sound that is packed
            yield Place("sound of the bake", image.name, image, RECIPE)
    for library in data.libraries:
        if library.parent is None:
            packed = library.packed_file is not None
            yield Place("library", library.name, library, "filepath", packed=packed)
    owners = [each for each in (*data.materials, *data.worlds, *data.lights) if each.library is None]
    trees = [owner.node_tree for owner in owners if owner.node_tree is not None]
    for tree in (*trees, *(group for group in data.node_groups if group.library is None)):
        for node in tree.nodes:
            if getattr(node, "filepath", "") and getattr(node, "mode", "") != "INTERNAL":
                yield Place("file", node.name, node, "filepath")
    for obj in data.objects:
        for modifier in obj.modifiers if obj.library is None else ():
            label = f"{modifier.name} of {obj.name}"
            if modifier.type in ("MESH_CACHE", "OCEAN") and modifier.filepath:
                yield Place("cache", label, modifier, "filepath", is_folder=modifier.type == "OCEAN")
            elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                yield Place("fluid cache", label, modifier.domain_settings, "cache_directory", is_folder=True)
    for scene in data.scenes:
        if scene.library is None and scene.get(SONG):
            yield Place("song", scene.name, scene, SONG)
        for strip, _ in walk(scene):
            if strip.type == "IMAGE":
                yield Place("image strip", strip.name, strip, "directory", is_folder=True)
            elif strip.type == "MOVIE":
                yield Place("movie strip", strip.name, strip, "filepath")


def _recipe(image: bpy.types.Image) -> dict[str, Any]:
    """How a baked image was made; empty where it does not remember."""
    memory = recall(image)
    try:
        told = json.loads(memory.recipe) if memory is not None else {}
    except ValueError:
        told = {}
    return told if isinstance(told, dict) else {}


def _normal(path: str) -> Path:
    return Path(os.path.normpath(bpy.path.abspath(path)))
