"""Paths of another machine in an open .blend, on this one. In memory: the .blend is not written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import bpy

from headless.path_map import PathMap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Scene


def map_paths(paths: PathMap) -> int:
    """Let every path in the open file that begins as a rule says begin as it says; how many were changed.

    Libraries are read again from where they are now. Paths relative to the .blend move with it and stay.
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
    for owner, name in _places():
        now = _mapped(getattr(owner, name), paths)
        if now is not None:
            setattr(owner, name, now)
            changed += 1
    return changed


def _mapped(path: str, paths: PathMap) -> str | None:
    """Where a path lies here; None where no rule is for it. ``//`` may stand for a folder that a rule is for."""
    if not path:
        return None
    written = path if not path.startswith("//") else bpy.path.abspath(path)
    ending = re.search(r"[\\/]$", written)
    now = str(paths(written))
    return None if now == written.rstrip("\\/") else now + ("/" if ending else "")


def _places() -> Iterator[tuple[Any, str]]:
    data = bpy.data
    for things in (data.images, data.sounds, data.fonts, data.movieclips, data.cache_files, data.volumes):
        for thing in things:
            if thing.library is None and getattr(thing, "packed_file", None) is None:
                yield thing, "filepath"
    trees = [each.node_tree for each in (*data.materials, *data.worlds, *data.lights) if each.node_tree is not None]
    for tree in (*trees, *data.node_groups):
        for node in tree.nodes:
            if hasattr(node, "filepath"):
                yield node, "filepath"
    for obj in data.objects:
        for modifier in obj.modifiers:
            if modifier.type in ("MESH_CACHE", "OCEAN"):
                yield modifier, "filepath"
            elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                yield modifier.domain_settings, "cache_directory"
    for scene in data.scenes:
        yield from _strips(scene)


def _strips(scene: Scene) -> Iterator[tuple[Any, str]]:
    from addon.sound.strips import walk

    for strip, _ in walk(scene):
        if strip.type == "IMAGE":
            yield strip, "directory"
        elif strip.type == "MOVIE":
            yield strip, "filepath"
