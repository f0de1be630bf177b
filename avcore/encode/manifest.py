"""The manifest of an image sequence: what a bake folder holds, in `manifest.json`.

Deterministic: the same frames of the same job give the same bytes, with no time or machine of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from avcore.errors import UsageError
from avcore.files import write_whole

SCHEMA_VERSION = 1
FILE_NAME = "manifest.json"
COLOUR_SPACES = {"png": "sRGB", "exr": "linear Rec.709"}

# What the entries of the provenance that decide pixels stand for, to a person.
_DECIDES = {
    "preset_sha256": "another preset",
    "weights_sha256": "another seed, weights or scenes",
    "audio_sha256": "another song",
    "track_contract": "another analysis of the song",
    "analysis": "another analysis of the song",
    "start_s": "another start in the song",
    "pixel": "another file format",
    "quality": "another quality",
    "overlay": "another overlay",
    "map": "another map",
    "device": "another device",
    "implementation": "another device",
    "avcore": "another version of avcore",
}


@dataclass(frozen=True)
class FrameFile:
    """One whole frame on disk."""

    file: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A sequence ``name_0001.png ...``: how its frames are made, and which are there, by number.

    ``provenance["job"]`` is the hash of all that decides pixels; frames of two manifests with the same job and the
    same picture settings belong together. Everything in ``provenance`` is plain JSON data.
    """

    name: str
    size: tuple[int, int]
    fps: Fraction
    format: str
    bits: int
    start_frame: int
    provenance: Mapping[str, Any]
    frames: Mapping[int, FrameFile]

    def frame_file(self, number: int) -> str:
        """File name of a frame: at least four digits at the end of the stem, ``-001`` below zero, as in Blender."""
        return f"{self.name}_{number:04d}.{self.format}"

    def frame_number(self, file: str) -> int | None:
        """Number of the frame in a file of this sequence, None for any other file."""
        match = re.fullmatch(rf"{re.escape(self.name)}_(-?\d+)\.{self.format}", file)
        if match is None or self.frame_file(int(match[1])) != file:
            return None
        return int(match[1])

    def differences(self, other: Manifest) -> list[str]:
        """What makes the pictures of ``other`` differ from these (``another song``); empty for the same job."""
        here, there = self.provenance, other.provenance
        told = [
            (self.size != other.size, f"another size, {other.size[0]}x{other.size[1]}"),
            (self.fps != other.fps, f"another frame rate, {other.fps}"),
            ((self.format, self.bits) != (other.format, other.bits), f"{other.bits}-bit {other.format}"),
            (self.start_frame != other.start_frame, f"another first number, {other.start_frame}"),
        ]
        if here.get("job") != there.get("job"):
            told += [(here.get(key) != there.get(key), words) for key, words in _DECIDES.items()]
        differing = list(dict.fromkeys(words for differs, words in told if differs))
        return differing or (["other settings"] if here.get("job") != there.get("job") else [])

    def to_json(self) -> str:
        """The document, keys sorted, frames by number."""
        document = {
            "bits": self.bits,
            "colour_space": COLOUR_SPACES[self.format],
            "format": self.format,
            "fps": f"{self.fps.numerator}/{self.fps.denominator}",
            "frames": {
                str(number): {"bytes": frame.n_bytes, "file": frame.file, "sha256": frame.sha256}
                for number, frame in sorted(self.frames.items())
            },
            "name": self.name,
            "provenance": json.loads(json.dumps(self.provenance, sort_keys=True)),
            "schema_version": SCHEMA_VERSION,
            "size": list(self.size),
            "start_frame": self.start_frame,
        }
        return json.dumps(document, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest in ``text``.

        Raises:
            ValueError: not a manifest of this schema version, or one that names files outside its folder.
        """
        try:
            document = json.loads(text)
            if document["schema_version"] != SCHEMA_VERSION:
                raise ValueError(f"schema version {document['schema_version']}, not {SCHEMA_VERSION}")
            if document["format"] not in COLOUR_SPACES or not re.fullmatch(r"[\w.-]{1,200}", document["name"]):
                raise ValueError("a format or name that no sequence has")
            if not re.fullmatch(r"[0-9]{1,9}(/[0-9]{1,9})?", document["fps"]):
                raise ValueError("a frame rate that is none")
            width, height = document["size"]
            manifest = cls(
                name=document["name"],
                size=(int(width), int(height)),
                fps=Fraction(document["fps"]),
                format=document["format"],
                bits=int(document["bits"]),
                start_frame=int(document["start_frame"]),
                provenance=dict(document["provenance"]),
                frames={
                    int(number): FrameFile(str(frame["file"]), int(frame["bytes"]), str(frame["sha256"]))
                    for number, frame in document["frames"].items()
                },
            )
        except (KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"not a manifest ({error})") from error
        if any(frame.file != manifest.frame_file(number) for number, frame in manifest.frames.items()):
            raise ValueError("a frame with another file's name")
        return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder, None where there is none.

    Raises:
        UsageError: there is a `manifest.json` that is not ours.
    """
    path = folder / FILE_NAME
    try:
        return Manifest.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UsageError(f"{path} is not an image sequence's manifest ({error}); choose another folder") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a folder, whole or not at all.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    write_whole(folder / FILE_NAME, manifest.to_json().encode())
