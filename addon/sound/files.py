"""The file on disk that a sound datablock stands for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import AddonError
from .fingerprint import Played, take
from .state import StripState

if TYPE_CHECKING:
    from bpy.types import Sound, Strip


class SoundError(AddonError):
    """A sound that cannot be had."""


def source(strip: Strip, *, folder: Path) -> Path:
    """The file that a sound strip plays. A packed one is written into ``folder``, once, named by its hash.

    Raises:
        SoundError: the strip has no sound, its file is missing, or a packed one cannot be written.
    """
    if strip.sound is None:
        raise SoundError(f"the strip {strip.name!r} has no sound; choose another strip")
    if strip.sound.packed_file is not None:
        return _unpacked(strip.sound, folder=folder)
    path = path_of(strip.sound)
    if not path.is_file():
        raise SoundError(f"the sound of the strip {strip.name!r} is missing: there is no file {path}; find it again")
    return path


def path_of(sound: Sound) -> Path:
    """Where the file of a sound is, or was when it was packed; ``//`` is the folder of the file that holds it."""
    return Path(os.path.normpath(bpy.path.abspath(sound.filepath, library=sound.library)))


def played(sound: Sound, strips: Sequence[StripState], *, hashed: bool = True) -> Played:
    """What a sound is, on disk or packed, with the strips that play it."""
    path = path_of(sound)
    if sound.packed_file is None:
        return take(path, strips=strips, hashed=hashed)
    return Played(str(path), sound.packed_file.size, 0, tuple(strips), _packed_hash(sound))


_hashes: dict[tuple[str, int], str] = {}


def _packed_hash(sound: Sound) -> str:
    """The hash of a packed sound, read once for each name and size."""
    key = sound.name_full, sound.packed_file.size
    if key not in _hashes:
        _hashes[key] = hashlib.sha256(sound.packed_file.data).hexdigest()
    return _hashes[key]


def _unpacked(sound: Sound, *, folder: Path) -> Path:
    data = sound.packed_file.data
    path = folder / f"{hashlib.sha256(data).hexdigest()[:32]}{Path(sound.filepath).suffix.lower() or '.wav'}"
    if path.is_file() and path.stat().st_size == len(data):
        return path
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SoundError(
            f"the packed sound {sound.name!r} cannot be written to {folder}: {error.strerror}; choose another folder"
        ) from error
    return path
