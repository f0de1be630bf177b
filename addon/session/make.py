"""From a finished bake to datablocks, and whether they still follow their sound."""

from __future__ import annotations

from typing import Any

import bpy


def target(run: Any) -> list[str]:
    """Make what the bake is for; the names of what was made.

    Raises:
        AddonError: it cannot be made.
    """
    image = bpy.data.images.load(run.baked.first_file, check_existing=True)
    image.source = "SEQUENCE"
    return [image.name]


def baked_images() -> list[bpy.types.Image]:
    """The images of this file that were baked."""
    return []


def change_of(_context: bpy.types.Context, _image: bpy.types.Image) -> Any:
    """Whether the sound of a baked image has moved or changed."""
    return None


def shift(_context: bpy.types.Context, _names: list[str]) -> tuple[list[str], dict[str, str]]:
    """Shift baked images whose strips have moved."""
    return [], {}
