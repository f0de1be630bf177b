"""A copy of a .blend that holds on every machine: relative paths, and files from elsewhere in a folder beside it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import bpy

from avcore.files import commit, output_error, part_path, replacing
from headless.folder import make_folder
from headless.scene.opening import no_backups
from headless.scene.places import Place, places
from headless.scene.preflight import is_inside


def make_portable(copy: Path, *, project: Path) -> list[str]:
    """Write a copy of the open file to ``copy``, a path in the folder of the .blend; the files that were copied.

    The open file on disk is not changed.

    Raises:
        OutputError: something cannot be written.
    """
    beside = copy.with_name(f"{copy.stem}_files")
    copied: list[str] = []
    for place in places():
        if place.packed:
            continue
        path = place.path
        if not is_inside(path, project):
            target = _target(beside, place, path)
            copied += _copy(place, path, target)
            path = target
        place.write(bpy.path.relpath(str(path), start=str(copy.parent)))
    no_backups()
    with replacing(copy) as part:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(part), copy=True, relative_remap=False, compress=True, check_existing=False
        )
    return copied


def _target(beside: Path, place: Place, path: Path) -> Path:
    """Where a file from elsewhere goes: in a folder named as its own, since a bake's pictures are named after it.

    A folder around that tells folders of one name apart.
    """
    source = path if place.is_folder else path.parent
    folder = beside / hashlib.sha256(str(source).encode()).hexdigest()[:8] / (source.name or "files")
    return folder if place.is_folder else folder / path.name


def _copy(place: Place, path: Path, target: Path) -> list[str]:
    """Copy what a place stands for: one file, a folder, or all the files of a sequence. What is missing stays so."""
    if place.is_folder:
        return _copy_all(path.rglob("*") if path.is_dir() else (), path, target)
    if not place.is_sequence:
        return _copy_all([path] if path.is_file() else (), path.parent, target.parent)
    names = re.escape(re.sub(r"\d+(?=\D*$)", "\0", path.name)).replace("\0", r"-?\d+").replace("<UDIM>", r"\d{4}")
    beside = os.listdir(path.parent) if path.parent.is_dir() else []
    same = [path.parent / name for name in beside if re.fullmatch(names, name) or name == "manifest.json"]
    return _copy_all(same, path.parent, target.parent)


def _copy_all(files: Iterable[Path], source: Path, target: Path) -> list[str]:
    copied = []
    for file in sorted(files):
        if not file.is_file():
            continue
        to = target / file.relative_to(source)
        make_folder(to.parent)
        part = part_path(to)
        try:
            shutil.copyfile(file, part)
            commit(part, to)
        except OSError as error:
            raise output_error(error, to) from error
        finally:
            part.unlink(missing_ok=True)
        copied.append(str(to))
    return copied
