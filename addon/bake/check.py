"""Before a render: which files of images are missing. Blender renders those magenta and says nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from .images import all_nodes, image_user

if TYPE_CHECKING:
    from bpy.types import Image, ImageUser, Node, Scene


@dataclass(frozen=True)
class Missing:
    """A file that a frame of a scene needs and that is not there; ``n`` is how many of the image are missing."""

    image: str
    path: Path
    n: int

    @property
    def sentence(self) -> str:
        """What is missing and what to do."""
        more = f" and {self.n - 1} more" if self.n > 1 else ""
        return f"the image {self.image!r} needs {self.path}{more}; bake again, or find the files"


def missing_files(scene: Scene, *, frame_start: int | None = None, frame_end: int | None = None) -> list[Missing]:
    """The files that images in this file's nodes need for a range of frames, ours and the user's alike.

    Args:
        scene: whose range, without another.
        frame_start: first frame.
        frame_end: last frame.

    Returns:
        One entry for each image with missing files, with the first of them.
    """
    first = scene.frame_start if frame_start is None else frame_start
    last = scene.frame_end if frame_end is None else frame_end
    needed: dict[str, set[Path]] = {}
    folders: dict[Path, set[str]] = {}
    for image, user in _shown():
        needed.setdefault(image.name, set()).update(_files(image, user, first, last))
    missing = []
    for name, paths in needed.items():
        gone = sorted(path for path in paths if path.name not in _names(path.parent, folders))
        if gone:
            missing.append(Missing(name, gone[0], len(gone)))
    return missing


def file_number(user: ImageUser | Node, frame: int) -> int:
    """The number of the file that an image user shows at a frame, as Blender counts (BKE_image_user_frame_get)."""
    index = frame - user.frame_start + 1
    if getattr(user, "use_cyclic", False):
        index = (index - 1) % max(1, user.frame_duration) + 1
    return min(max(index, 0), max(1, user.frame_duration)) + user.frame_offset


def numbered(path: Path, number: int) -> Path:
    """A file of a sequence with another number: its last digits are replaced, as Blender does."""
    found = re.search(r"(\d+)(?=\D*$)", path.name)
    if found is None:
        return path
    return path.with_name(f"{path.name[: found.start()]}{number:0{len(found[1])}d}{path.name[found.end() :]}")


def _shown() -> Iterator[tuple[Image, ImageUser | Node]]:
    for _, node in all_nodes():
        image = getattr(node, "image", None)
        if image is not None:
            yield image, image_user(node)
    for texture in bpy.data.textures:
        if getattr(texture, "image", None) is not None:
            yield texture.image, texture.image_user


def _files(image: Image, user: ImageUser | Node, first: int, last: int) -> Iterator[Path]:
    if image.packed_file is not None or image.source not in ("FILE", "MOVIE", "SEQUENCE") or not image.filepath:
        return
    path = Path(os.path.normpath(bpy.path.abspath(image.filepath, library=image.library)))
    if image.source != "SEQUENCE" or not re.search(r"\d", path.name):
        yield path
        return
    for wanted in sorted({file_number(user, frame) for frame in range(first, last + 1)}):
        yield numbered(path, wanted)


def _names(folder: Path, known: dict[Path, set[str]]) -> set[str]:
    """The files in a folder, looked up once."""
    if folder not in known:
        try:
            known[folder] = set(os.listdir(folder))
        except OSError:
            known[folder] = set()
    return known[folder]
