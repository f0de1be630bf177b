"""What an artist's .blend needs baked and rendered: read from what the extension, or ``setup``, keeps in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from addon.bake import MAPS, baked_images, recall
from addon.bake.images import TAG, all_nodes, image_user, is_of, place_of
from addon.sound import find_strip, scene_fps, timing
from addon.sound.timing import heard_of
from avcore.errors import AvcoreError, InputError, UsageError
from headless.folder import find_sequence, sequence_name
from headless.job import Bake, Shot, TextureSettings
from headless.scene.fd_filter import OwnOutput
from headless.scene.files import absolute
from headless.scene.opening import open_file, pick
from headless.scene.sounding import read_note

if TYPE_CHECKING:
    from bpy.types import Image, Scene


@dataclass(frozen=True)
class Song:
    """The sound of a scene: ``start_s`` of the file is heard at ``frame``."""

    path: Path
    frame: int
    start_s: Fraction

    def at(self, frame: int, fps: Fraction) -> Fraction:
        """The file's time at a frame; below 0 before its beginning."""
        return self.start_s + (frame - self.frame) / fps


def scene_bakes(path: Path) -> list[Bake]:
    """The texture folders that a .blend shows and that we can bake, there or not.

    Raises:
        InputError: the .blend is missing or cannot be opened, or a bake's sound cannot be told.
    """
    with OwnOutput():
        open_file(path)
        return bakes_of_open_file()


def scene_shot(path: Path, *, out: Path | None = None) -> Shot:
    """A .blend as a shot: its frames, its bakes, and the song that its film gets; ``out`` is beside it without another.

    Where several strips are heard, or one is cut, sped up or begins later, the song is a mixdown beside the .blend.

    Raises:
        InputError: the .blend is missing or cannot be opened, or there is no camera.
        UsageError: nothing is heard in it, so that there is nothing to make a film with.
    """
    with OwnOutput():
        open_file(path)
        scene = pick()
        bakes = tuple(bakes_of_open_file())
        fps = Fraction(scene_fps(scene))
        song = _song(scene)
        first = bakes[0] if bakes else None
        note = read_note(scene)
        return Shot(
            name=str(note.get("name") or sequence_name(path.with_suffix(""))),
            song=song.path,
            preset=first.preset if first is not None else str(note.get("preset", "")),
            scene=path.absolute(),
            out=(out or path.with_suffix("")).absolute(),
            fps=fps,
            start_s=song.at(scene.frame_start, fps),
            first=scene.frame_start,
            last=scene.frame_end,
            template="",
            bakes=bakes,
        )


def bakes_of_open_file() -> list[Bake]:
    """As ``scene_bakes``, of the file that is open."""
    bakes = []
    for image in baked_images():
        memory = recall(image)
        if memory is None or memory.map != "base" or image.source == "MOVIE" or not memory.recipe:
            continue
        try:
            recipe = json.loads(memory.recipe)
            bakes.append(_bake(image, memory.frame_start, recipe))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"the picture {image.name!r} does not remember how it was baked ({error}); bake it anew"
            ) from error
    return bakes


def _bake(image: Image, frame_start: int, recipe: dict[str, Any]) -> Bake:
    told = recipe["bake"]
    scene = bpy.data.scenes.get(recipe["scene"]) or bpy.context.scene
    fps = Fraction(scene_fps(scene))
    place = place_of(image)
    song = _baked_song(image, scene, recipe, fps)
    first, count = _shown(image)
    maps = tuple(
        name
        for name in MAPS[1:]
        if any(
            (kept := recall(each)) is not None and kept.map == name and is_of(each, place) for each in baked_images()
        )
    )
    kind = told["format"]
    return Bake(
        song=song.path,
        preset=recipe["preset"]["name"],
        out=place,
        fps=fps,
        start_s=song.at(frame_start, fps),
        count=count,
        start_frame=first,
        overrides=json.loads(recipe["preset"]["overrides"] or "{}"),
        texture=TextureSettings(
            size=f"{told['width']}x{told['height']}",
            format=kind,
            bits=16 if kind == "exr" else int(told["bits"]),
            maps=maps,
            quality=told["quality"],
        ),
    )


def _baked_song(image: Image, scene: Scene, recipe: dict[str, Any], fps: Fraction) -> Song:
    """The file that a bake was made of, and which moment of it is at which frame.

    Raises:
        InputError: that cannot be told.
    """
    note, path = read_note(scene), absolute(recipe["path"])
    strip = find_strip(scene, recipe["sound"].get("strip", ""))
    for each in bpy.data.scenes if strip is None else ():
        strip = strip or find_strip(each, recipe["sound"].get("strip", ""))
    if strip is not None and strip.sound is not None:
        hearing = timing(strip, strip.id_data, target=scene)
        if hearing.is_plain:  # a packed sound was unpacked to be baked
            played = path if strip.sound.packed_file is not None else absolute(strip.sound.filepath, strip.sound)
            return Song(played, hearing.frame_start, hearing.pieces[0].sound_s)
    memory = recall(image)
    assert memory is not None
    if note and strip is None:
        return Song(absolute(note["song"]), int(note["first"]), Fraction(note["start_s"]))
    if recipe["sound"].get("kind") == "FILE":
        return Song(absolute(recipe["sound"]["file"]), int(recipe["sound"]["file_start"]), Fraction(0))
    try:  # of a mix, the folder alone remembers where it begins
        start_s = find_sequence(place_of(image)).manifest.provenance["start_s"]
        return Song(path, memory.frame_start, Fraction(str(start_s)).limit_denominator(10**6))
    except (AvcoreError, KeyError, ValueError) as error:
        raise InputError(
            f"the sound of the picture {image.name!r} cannot be told ({error}); bake it once in Blender"
        ) from error


def _shown(image: Image) -> tuple[int, int]:
    """The number of the first picture of an image, and how many it has, from what shows it (``addon.bake.show``)."""
    if image.source != "SEQUENCE":
        return int(place_number(image)), 1
    for _, node in all_nodes():
        if getattr(node, "image", None) == image and TAG in node:
            user = image_user(node)
            return user.frame_offset, user.frame_duration + 1
    for texture in bpy.data.textures:
        if getattr(texture, "image", None) == image and TAG in texture:
            return texture.image_user.frame_offset, texture.image_user.frame_duration + 1
    try:
        numbers = find_sequence(place_of(image)).numbers()
        return numbers[0], len(numbers)
    except (AvcoreError, IndexError):
        raise InputError(f"nothing shows the picture {image.name!r}, so its length cannot be told; remove it") from None


def place_number(image: Image) -> str:
    """The digits at the end of the name of an image's file."""
    stem = Path(bpy.path.abspath(image.filepath)).stem
    return stem[len(stem.rstrip("0123456789")) :] or "1"


def _song(scene: Scene) -> Song:
    """The sound of a scene's film.

    Raises:
        UsageError: nothing is heard.
    """
    heard, note = heard_of(scene), read_note(scene)
    if not heard and note:
        return Song(absolute(note["song"]), int(note["first"]), Fraction(note["start_s"]))
    if not heard:
        raise UsageError(f"nothing is heard in {bpy.data.filepath}; add a sound strip, or render without a film")
    strip = heard[0]
    if len(heard) == 1 and strip.sound.packed_file is None and strip.volume == 1.0:
        hearing = timing(strip, scene)
        if hearing.is_plain and hearing.frame_start <= scene.frame_start and hearing.frame_end > scene.frame_end:
            return Song(absolute(strip.sound.filepath, strip.sound), hearing.frame_start, hearing.pieces[0].sound_s)
    return _mixed(scene)


def _mixed(scene: Scene) -> Song:
    """What is heard over the scene's frames as one file, beside the .blend.

    Raises:
        UsageError: this Blender has no sound.
    """
    from addon.sound import can_mix, mixdown

    if not can_mix():
        raise UsageError(
            f"{bpy.data.filepath} plays several strips, and Blender {bpy.app.version_string} of this Python has no "
            "sound to mix them with; use bpy 4.5 or newer"
        )
    path = Path(bpy.data.filepath)
    mix = mixdown(scene, path.with_name(f"{path.stem}-mix.wav"))
    return Song(mix.path, scene.frame_start, Fraction(0))
