"""Whether the folder of a bake holds one of ours that may give way: beside it lies a note of what was asked for."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import os
from pathlib import Path

from ..engine.contract import Bake
from ..errors import AddonError

# Frames of a longer or shorter bake are the same, and are gone on with.
NOT_NOTED = ("overwrite", "duration", "threads")
MANIFEST = "manifest.json"


def claim(request: Bake) -> Bake:
    """The request, allowed to replace what is in its folder where that is a bake of ours with other settings.

    Raises:
        AddonError: the folder cannot be made or written to.
    """
    out = Path(request.out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AddonError(f"the folder {out.parent} cannot be made: {error.strerror}; choose another") from error
    note = out.with_name(f".{out.name}.avcore-request.json")
    told = {name: value for name, value in dataclasses.asdict(request).items() if name not in NOT_NOTED}
    text = json.dumps(told, sort_keys=True)
    before = note.read_text(encoding="utf-8") if note.is_file() else ""
    if before != text:
        _write(note, text)
    elif not _is_older(out / MANIFEST, note):
        return request
    return dataclasses.replace(request, overwrite=True) if before else request


def _is_older(manifest: Path, note: Path) -> bool:
    """Whether the frames that lie there are of the bake before: this one was noted, and ended before its first."""
    return manifest.is_file() and manifest.stat().st_mtime_ns < note.stat().st_mtime_ns


def _write(note: Path, text: str) -> None:
    """Write a note whole or not at all.

    Raises:
        AddonError: it cannot be written.
    """
    part = note.with_name(f"{note.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(note)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
    except OSError as error:
        place = note.parent
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sentence = f"the disk that holds {place} is full; free some space or choose another folder"
        else:
            sentence = f"{place} cannot be written to: {error.strerror}; choose another folder"
        raise AddonError(sentence) from error
