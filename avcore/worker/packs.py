"""Packs: presets with their weights and thumbnails in one zip, from strangers.

A pack is unpacked into a hidden folder, every preset in it is loaded and its files are opened, and only then does the
folder get its name in one step. A pack brings data: no other kinds of files, nothing outside its folder, no links.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path, PurePosixPath

from avcore.errors import InputError, OutputError, PresetError, UsageError
from avcore.files import output_error, part_path
from avcore.presets.images import read_images
from avcore.presets.library import ENDINGS, Location, locations, packs_folder, slug
from avcore.presets.loading import load_location
from avcore.timebase import Duration
from avcore.worker.contract import Installed

MOST_FILES = 1000
MOST_BYTES = 512 * 2**20
DEEPEST = 4
ALLOWED = (*ENDINGS, ".safetensors", ".png", ".jpg", ".jpeg", ".webp", ".txt", ".md")
# What the systems that people pack on leave beside their files.
LEFT_OUT = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

_CHUNK = 2**20


def install_pack(path: Path, *, overwrite: bool = False) -> Installed:
    """Unpack a zip into a folder of its own beside the user's presets; the zip's name becomes that of the pack.

    Raises:
        InputError: it is no zip, is damaged, or holds what no pack may hold.
        PresetError: a preset in it is broken.
        UsageError: it is installed already.
        OutputError: it cannot be written.
    """
    name = slug(re.sub(r"[^\w -]+", "-", path.stem)).strip("-")[:60] or "pack"
    target = packs_folder() / name
    if target.exists() and not overwrite:
        raise UsageError(f"the pack {name} is installed already; replace it, or rename {path.name}")
    part = part_path(target)
    try:
        part.mkdir(parents=True)
        _unpack(path, part)
        presets = _checked(part)
        taken = [location for location in locations() if location.name in presets and location.path.parent != target]
        if taken and not overwrite:
            raise UsageError(
                f"{path.name} has a preset {taken[0].name}, and so have you ({taken[0].path}); rename one of them"
            )
        _appear(part, target)
    except OSError as error:
        raise output_error(error, target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Installed(name, str(target), presets)


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            left = MOST_BYTES
            for inside, entry in _members(archive, path).items():
                left -= _write(archive, entry, folder / inside, left, path)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise InputError(f"{path} is no zip that can be read ({error}); download it again") from error
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; choose the pack again") from error


def _members(archive: zipfile.ZipFile, path: Path) -> Mapping[str, zipfile.ZipInfo]:
    """The files of the archive by where they go; a single folder around all of them is taken away.

    Raises:
        InputError: there is something that no pack may hold.
    """
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not LEFT_OUT.search(entry.filename)]
    if len(entries) > MOST_FILES:
        raise InputError(f"{path} holds {len(entries)} files, and a pack at most {MOST_FILES}")
    for entry in entries:
        problem = _problem(entry)
        if problem:
            raise InputError(f"{path} holds {entry.filename[:80]!r}, {problem}; it is no pack of presets")
    tops = {PurePosixPath(entry.filename).parts[0] for entry in entries}
    around = len(tops) == 1 and all("/" in entry.filename for entry in entries)
    members: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts[1 if around else 0 :]
        inside = "/".join(parts)
        if inside.casefold() in seen:
            raise InputError(f"{path} holds {inside[:80]!r} twice; it is no pack of presets")
        seen.add(inside.casefold())
        members[inside] = entry
    return members


def _problem(entry: zipfile.ZipInfo) -> str:
    """Why an entry may not be in a pack; empty where it may."""
    name = entry.filename
    parts = PurePosixPath(name).parts
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or any(char in name for char in '\\:*?"<>|') or not name.isprintable():
        return "which is no path inside a folder"
    if not parts or any(part in ("..", ".") or part.startswith(".") for part in name.split("/")):
        return "which leads elsewhere or is hidden"
    if len(parts) > DEEPEST or any(len(part) > 100 or RESERVED.fullmatch(part) for part in parts):
        return "whose path is too deep, too long or reserved"
    if kind not in (0, stat.S_IFREG):
        return "which is no ordinary file"
    if entry.flag_bits & 1:
        return "which is encrypted"
    if PurePosixPath(name).suffix.lower() not in ALLOWED:
        return f"and only {', '.join(ALLOWED)} belong in a pack"
    return ""


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int, path: Path) -> int:
    """Unpack one file and return its size, which is counted here: what the archive says of it may be a lie."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(entry) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise InputError(f"{path} unpacks to more than {MOST_BYTES // 2**20} MB; it is no pack of presets")
            file.write(chunk)
    return size


def _checked(folder: Path) -> tuple[str, ...]:
    """The names of the presets in a folder, each loaded and its files opened.

    Raises:
        InputError: there are none.
        PresetError: one is broken.
    """
    names = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in ENDINGS:
            try:
                preset = read_images(load_location(Location(path, "pack")))
                if not hasattr(preset.field, "scenes"):  # a director's scenes are presets of their own
                    preset.field.build(preset.colour, seconds=_seconds, file=preset.file)
                    for layer in preset.layers:
                        layer.field.build(layer.colour, seconds=_seconds, file=preset.file)
            except PresetError as error:
                said = str(error).replace(f"{folder}{os.sep}", "").replace(str(folder), "the pack")
                raise PresetError(said) from error
            names.append(slug(path.stem))
    if not names:
        raise InputError("there is no preset in the pack; its .yaml files belong at its top")
    return tuple(sorted(names))


def _seconds(duration: Duration) -> float:
    return duration.seconds(tempo_bpm=120.0, beats_per_bar=4, fps=Fraction(30))


def _appear(part: Path, target: Path) -> None:
    """Give a finished folder its name; what had the name before goes once it is free."""
    before = part_path(target)
    if target.exists():
        os.replace(target, before)
    try:
        os.replace(part, target)
    except OSError as error:
        if before.exists():
            os.replace(before, target)
        raise OutputError(f"{target} cannot be made: {error.strerror}; try again") from error
    shutil.rmtree(before, ignore_errors=True)
