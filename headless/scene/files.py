"""The files that a scene's frames need, each found where Blender would look for it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from addon.bake.check import file_number, numbered
from addon.bake.images import image_user
from addon.sound import is_heard, sound_strips
from addon.sound.strips import handles, walk
from headless.scene.reach import is_animated, nodes_of
from headless.scene.sounding import SONG

if TYPE_CHECKING:
    from bpy.types import ID, Image, Scene

Files = Callable[[int], Iterable[Path]]


@dataclass(frozen=True)
class Need:
    """Something with files outside the .blend; ``files`` gives those that a frame needs.

    ``varies`` where they depend on the frame. ``at_frame`` where they can be told only when the scene is at that frame,
    since what chooses them is animated. ``place`` is a folder that holds them all, for a sequence.
    """

    kind: str
    name: str
    files: Files
    varies: bool = False
    at_frame: bool = False
    place: Path | None = None
    owner: ID | None = None


def needs(scene: Scene, owners: set[ID]) -> Iterator[Need]:
    """All that the frames of a scene need, which leads to ``owners``."""
    yield from _libraries(owners)
    yield from _images(owners)
    for owner in owners:
        yield from _datablock(owner)
    for owner, _, node in nodes_of(owners):
        if getattr(node, "mode", "") == "EXTERNAL" and getattr(node, "filepath", ""):
            what = {"ShaderNodeTexIES": "light profile", "ShaderNodeScript": "shader"}.get(node.bl_idname, "file")
            yield _one(what, f"{node.name} in {owner.name}", absolute(node.filepath, owner), owner)
    yield from _strips(scene)


def absolute(path: str, owner: ID | None = None) -> Path:
    """A path of a datablock: ``//`` is the folder of the .blend that it is in."""
    library = owner.library if owner is not None else None
    return Path(os.path.normpath(bpy.path.abspath(path, library=library)))


def _one(kind: str, name: str, path: Path, owner: ID | None) -> Need:
    return Need(kind, name, lambda _frame: (path,), owner=owner)


def _libraries(owners: set[ID]) -> Iterator[Need]:
    used = {owner.library for owner in owners if owner.library is not None}
    for library in bpy.data.libraries:
        if library in used or any(each.parent == library for each in used):
            yield _one("library", library.name, absolute(library.filepath, library.parent), library)


def _images(owners: set[ID]) -> Iterator[Need]:
    for owner, tree, node in nodes_of(owners):
        image = getattr(node, "image", None)
        if image is not None:
            user = image_user(node)
            path = node.path_from_id() + (".image_user" if user != node else ".frame_")
            yield from _image(image, user, owner, animated=is_animated(tree, path))
    for owner in owners:
        if owner.id_type == "TEXTURE" and getattr(owner, "image", None) is not None:
            yield from _image(owner.image, owner.image_user, owner, animated=is_animated(owner, "image_user"))


def _image(image: Image, user: Any, owner: ID, *, animated: bool) -> Iterator[Need]:
    if image.source not in ("FILE", "MOVIE", "SEQUENCE", "TILED") or not image.filepath:
        return
    packed = {Path(each.filepath).name for each in image.packed_files} if image.packed_file is not None else set()
    path = absolute(image.filepath, image)
    if image.source == "TILED":
        for tile in image.tiles:
            name = path.name.replace("<UDIM>", str(tile.number)).replace("<UVTILE>", _uv_tile(tile.number))
            if name not in packed:
                yield _one("image", image.name, path.with_name(name), image)
    elif packed:
        return
    elif image.source == "SEQUENCE" and re.search(r"\d", path.name):
        yield Need(
            "image",
            image.name,
            lambda frame: (numbered(path, file_number(user, frame)),),
            varies=True,
            at_frame=animated,
            place=path.parent,
            owner=image,
        )
    else:
        yield _one("image", image.name, path, image)


def _uv_tile(number: int) -> str:
    return f"u{(number - 1001) % 10 + 1}_v{(number - 1001) // 10 + 1}"


def _datablock(owner: ID) -> Iterator[Need]:
    if owner.id_type == "FONT" and owner.packed_file is None and owner.filepath != "<builtin>":
        yield _one("font", owner.name, absolute(owner.filepath, owner), owner)
    elif owner.id_type == "MOVIECLIP":
        path = absolute(owner.filepath, owner)
        yield Need(
            "movie clip", owner.name, lambda _: (path,), place=path.parent if owner.source == "SEQUENCE" else None
        )
    elif owner.id_type == "CACHEFILE":
        path, is_animated_file = absolute(owner.filepath, owner), owner.is_sequence
        yield Need(
            "cache",
            owner.name,
            lambda frame: (numbered(path, frame) if is_animated_file and not owner.override_frame else path,),
            varies=is_animated_file,
            at_frame=owner.override_frame,
            place=path.parent if is_animated_file else None,
            owner=owner,
        )
    elif owner.id_type == "VOLUME" and owner.packed_file is None:
        path = absolute(owner.filepath, owner)
        yield Need(
            "volume",
            owner.name,
            lambda frame: tuple(_volume_files(owner, path, frame)),
            varies=owner.is_sequence,
            place=path.parent if owner.is_sequence else None,
            owner=owner,
        )
    elif owner.id_type == "SPEAKER" and owner.sound is not None and not owner.muted:
        yield from _sound(owner.sound, f"the speaker {owner.name!r}")
    elif owner.id_type == "OBJECT":
        yield from _modifiers(owner)


def _volume_files(volume: Any, path: Path, frame: int) -> Iterator[Path]:
    """As Blender counts (BKE_volume_sequence_frame)."""
    if not volume.is_sequence:
        yield path
        return
    index, length = frame - volume.frame_start + 1, max(1, volume.frame_duration)
    if volume.sequence_mode == "CLIP" and not 1 <= index <= length:
        return
    if volume.sequence_mode == "EXTEND":
        index = min(max(index, 1), length)
    elif volume.sequence_mode == "REPEAT":
        index = (index - 1) % length + 1
    elif volume.sequence_mode == "PING_PONG" and length > 1:
        around = (index - 1) % (2 * length - 2)
        index = (around if around < length else 2 * length - 2 - around) + 1
    yield numbered(path, index + volume.frame_offset)


def _modifiers(obj: Any) -> Iterator[Need]:
    for modifier in obj.modifiers:
        if not modifier.show_render:
            continue
        label = f"{modifier.name} of {obj.name}"
        if (modifier.type == "MESH_CACHE" and modifier.filepath) or (
            modifier.type == "OCEAN" and modifier.is_cached and modifier.filepath
        ):
            yield _one("cache", label, absolute(modifier.filepath, obj), obj)
        elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
            folder = absolute(modifier.domain_settings.cache_directory, obj)
            yield replace(_one("fluid cache", label, folder, obj), place=folder)


def _strips(scene: Scene) -> Iterator[Need]:
    """What the sequencer plays and shows; its pictures count only where they are what is rendered."""
    song = scene.get(SONG)
    if song and not sound_strips(scene):  # made by a Blender without sound
        yield _one("song", scene.name, absolute(song), scene)
    for strip, _ in walk(scene):
        first, end = handles(strip)
        if strip.type == "SOUND":
            if strip.sound is not None and is_heard(strip, scene):
                yield from _sound(strip.sound, f"the strip {strip.name!r}")
        elif not scene.render.use_sequencer or strip.mute:
            continue
        elif strip.type == "IMAGE":
            yield _image_strip(strip, first, end)
        elif strip.type == "MOVIE":
            path = absolute(strip.filepath)
            yield Need("movie strip", strip.name, partial(_between, path, first, end), varies=True)


def _image_strip(strip: Any, first: int, end: int) -> Need:
    folder = absolute(strip.directory)
    names = [element.filename for element in strip.elements]
    skipped = int(strip.frame_offset_start if bpy.app.version < (5, 1, 0) else strip.left_handle_offset)

    def files(frame: int) -> tuple[Path, ...]:
        if not first <= frame < end:
            return ()
        return (folder / names[min(max(frame - first + skipped, 0), len(names) - 1)],)

    return Need("image strip", strip.name, files, varies=True, place=folder if len(names) > 1 else None)


def _between(path: Path, first: int, end: int, frame: int) -> tuple[Path, ...]:
    return (path,) if first <= frame < end else ()


def _sound(sound: Any, where: str) -> Iterator[Need]:
    if sound.packed_file is None:
        yield _one("sound", where, absolute(sound.filepath, sound), sound)
