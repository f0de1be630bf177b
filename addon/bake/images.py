"""Image datablocks of bakes: one for each map, found again by its files' place on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from .files import BakedFiles, BakeError, MapName

if TYPE_CHECKING:
    from bpy.types import Image, ImageUser, Node, NodeTree

TAG = "avcore"


@dataclass(frozen=True)
class Memory:
    """What an image of a bake remembers: its map, the scene's frame of its first picture, and texts of its maker."""

    map: MapName
    frame_start: int
    heard: str = ""
    recipe: str = ""


def make_image(files: BakedFiles, *, frame_start: int, heard: str = "", recipe: str = "") -> Image:
    """The image of some baked files: the one made before, read anew, or a new one.

    Args:
        files: what ``read_bake`` found, or what will be baked.
        frame_start: the scene's frame that shows the first picture; whatever shows the image has its own.
        heard: text of ``addon.sound.Fingerprint``, to tell later whether the sound has moved or changed.
        recipe: any text from which it can be baked again.

    Raises:
        BakeError: the first picture or the film cannot be read.
    """
    image = next((each for each in baked_images() if place_of(each) == _normal(files.place)), None)
    try:
        if image is None:
            image = bpy.data.images.load(str(files.first_file)) if files.is_there else _planned(files)
        else:
            image.filepath = str(files.first_file)
            if files.is_there:
                image.reload()
    except RuntimeError as error:
        raise BakeError(f"{files.first_file} cannot be read; bake it again") from error
    image.name = files.name if files.map == "base" or files.name.endswith(files.map) else f"{files.name} {files.map}"
    # A single picture is no sequence: past its end, Blender would look for a second one.
    image.source = "MOVIE" if files.is_movie else "SEQUENCE" if files.count > 1 else "FILE"
    # A film's numbers are always sRGB; in an EXR the pictures are linear already, as Blender assumes of floats.
    if not files.is_colour:
        image.colorspace_settings.name = "Non-Color"
    elif files.format == "exr":
        image.colorspace_settings.name = "Linear Rec.709"
    else:
        image.colorspace_settings.name = "sRGB"
    if bpy.data.filepath and os.path.splitdrive(bpy.data.filepath)[0] == os.path.splitdrive(files.first_file)[0]:
        image.filepath = bpy.path.relpath(str(files.first_file))
    remember(image, Memory(files.map, frame_start, heard, recipe))
    return image


def baked_images() -> list[Image]:
    """The images in this file that were made from bakes, those of linked files left out."""
    return [image for image in bpy.data.images if TAG in image and image.library is None]


def place_of(image: Image) -> Path:
    """The folder of an image sequence, or the film."""
    path = _normal(Path(bpy.path.abspath(image.filepath, library=image.library)))
    return path if image.source == "MOVIE" else path.parent


def remember(image: Image, memory: Memory) -> None:
    """Keep ``memory`` with an image."""
    image[TAG] = json.dumps(memory.__dict__)


def recall(image: Image) -> Memory | None:
    """What an image remembers, None where it was not made from a bake."""
    try:
        return Memory(**json.loads(image[TAG]))
    except (KeyError, TypeError, ValueError):
        return None


def shift(place: Path, *, by: int) -> int:
    """Show a bake and the maps beside it ``by`` frames later, wherever we have put them; how many places that were.

    Only the start is changed; a node or texture that the user has made with one of the images stays.
    """
    images = {image for image in baked_images() if is_of(image, place)}
    shifted = 0
    for image in images:
        memory = recall(image)
        if memory is not None:
            remember(image, Memory(**{**memory.__dict__, "frame_start": memory.frame_start + by}))
    for _, node in all_nodes():
        if TAG not in node:
            continue
        if getattr(node, "image", None) in images:
            user = image_user(node)
            user.frame_start += by
            shifted += 1
        elif node.bl_idname == "ShaderNodeMath" and node[TAG] == str(_normal(place)):
            node.inputs[1].default_value -= by
            shifted += 1
    for texture in bpy.data.textures:
        if TAG in texture and getattr(texture, "image", None) in images:
            texture.image_user.frame_start += by
            shifted += 1
    return shifted


def is_of(image: Image, place: Path) -> bool:
    """Whether an image is of the bake in ``place``: the pictures or one of the maps beside it."""
    memory = recall(image)
    wanted = _normal(place)
    return memory is not None and place_of(image) in (wanted, wanted.with_name(f"{wanted.name}_{memory.map}"))


def show(user: ImageUser | Node, image: Image, files: BakedFiles, *, frame_start: int) -> None:
    """Let an image user show a bake from ``frame_start`` on; before and after, its first and last picture stay.

    At frame f Blender shows file ``min(max(f - start + 1, 0), duration) + offset``: before the start, the file before
    the first one, which is not there and so is magenta. One start later and one file on, that file is the first.
    """
    user.frame_duration = max(1, (files.count or image.frame_duration) - 1)
    user.frame_start = frame_start + 1
    user.frame_offset = files.first
    user.use_auto_refresh = True


def image_user(node: Node) -> ImageUser | Node:
    """What decides which frame a node shows; the compositor's Image node does so itself."""
    return getattr(node, "image_user", node)


def all_nodes() -> Iterator[tuple[NodeTree, Node]]:
    """Every node of this file's own materials, worlds, lights, node groups and compositors."""
    owners: list[Any] = [*bpy.data.materials, *bpy.data.worlds, *bpy.data.lights]
    if bpy.app.version < (5, 0, 0):  # later a compositor is a node group
        owners += [scene for scene in bpy.data.scenes if scene.use_nodes]
    trees = [owner.node_tree for owner in owners if owner.library is None and owner.node_tree is not None]
    for tree in [*trees, *(group for group in bpy.data.node_groups if group.library is None)]:
        for node in tree.nodes:
            yield tree, node


def _planned(files: BakedFiles) -> Image:
    """An image of pictures that are not there yet, which Blender will not load."""
    image = bpy.data.images.new(files.name, 1, 1)
    image.source = "FILE"
    image.filepath = str(files.first_file)
    return image


def _normal(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))
