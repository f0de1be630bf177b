"""A bake as an image alone, or as the texture of a brush."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .images import TAG, show
from .made import InTheWay, Made
from .nodes import Maps, make_images, named

if TYPE_CHECKING:
    from bpy.types import Brush


def to_image(maps: Maps, *, frame_start: int, heard: str = "", recipe: str = "") -> Made:
    """Only the image datablocks of a bake, kept with a fake user until something shows them.

    Raises:
        BakeError: pictures cannot be read.
    """
    images = make_images(maps, frame_start=frame_start, heard=heard, recipe=recipe)
    for image in images.values():
        image.use_fake_user = True
    return Made("image", images["base"].name, named(images))


def to_brush(
    maps: Maps, brush: Brush, *, frame_start: int, heard: str = "", recipe: str = "", replace: bool = False
) -> Made | InTheWay:
    """Paint or sculpt with a bake: the frame that the scene is at; its map ``base``.

    A texture of the user's is in the way unless ``replace``; then it is kept with a fake user.

    Raises:
        BakeError: pictures cannot be read.
    """
    before = brush.texture
    is_ours = before is not None and TAG in before and before.library is None
    if before is not None and not is_ours and not replace:
        return InTheWay("texture", before.name, f"the brush {brush.name}")
    images = make_images({"base": maps["base"]}, frame_start=frame_start, heard=heard, recipe=recipe)
    texture = before if is_ours else bpy.data.textures.new(maps["base"].name, "IMAGE")
    texture[TAG] = "base"
    texture.image = images["base"]
    show(texture.image_user, images["base"], maps["base"], frame_start=frame_start)
    if before is not None and not is_ours:
        before.use_fake_user = True
    brush.texture = texture
    return Made("texture", texture.name, named(images))
