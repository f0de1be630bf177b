"""Where presets are: paths, the folders that are searched for a name, and the fence around a preset's folder."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import avcore
from avcore.errors import PresetError
from avcore.presets.problems import suggestion

ENVIRONMENT = "AVCORE_PRESETS"
ENDINGS = (".yaml", ".yml")

LONGEST_SHOWN = 100

Origin = Literal["file", "folder", "user", "shipped", "pack", "memory"]


@dataclass(frozen=True)
class Location:
    """A preset's file. ``origin``: a path (file), ``$AVCORE_PRESETS`` (folder), the user's own, ours, or a pack's."""

    path: Path
    origin: Origin

    @property
    def name(self) -> str:
        """What a person types to get it."""
        return slug(self.path.stem)


def slug(name: str) -> str:
    """The form in which names are compared: lower case, spaces and underscores as dashes."""
    return name.strip().casefold().replace(" ", "-").replace("_", "-")


def search_folders() -> list[tuple[Path, Origin]]:
    """The folders in which a name is looked up, in order."""
    named = [Path(folder) for folder in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if folder]
    folders: list[tuple[Path, Origin]] = [(folder, "folder") for folder in named]
    folders.append((_user_data() / "presets", "user"))
    package = Path(avcore.__file__).parent
    wheel, checkout = package / "shipped_presets", package.parent / "presets"
    folders.append((wheel if wheel.is_dir() else checkout, "shipped"))
    packs = packs_folder()
    if packs.is_dir():  # last, so that a stranger's preset never stands for ours
        folders += [(pack, "pack") for pack in sorted(packs.iterdir()) if not pack.name.startswith(".")]
    return folders


def packs_folder() -> Path:
    """Where packs are installed, each in a folder of its own."""
    return _user_data() / "packs"


def _user_data() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("avcore", appauthor=False))


def locations() -> Iterator[Location]:
    """Every preset that a name can mean, the first of each name first."""
    for folder, origin in search_folders():
        yield from _locations_in(folder, origin)


def _locations_in(folder: Path, origin: Origin) -> Iterator[Location]:
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in ENDINGS and path.is_file():
                yield Location(path, origin)


def find_preset(name_or_path: str | os.PathLike[str]) -> Location:
    """The file of a preset: a path (it has a separator or ends in .yaml or .yml), else a name in the library.

    Raises:
        PresetError: there is none.
    """
    text = os.fspath(name_or_path)
    return _existing(Path(text)) if _is_path(text) else _named(text, locations())


def find_named(name: str) -> Location:
    """The preset of that name in the library; a path is none.

    Raises:
        PresetError: there is none.
    """
    return _named(name, locations())


def find_parent(name_or_path: str, child: Location) -> Location:
    """The file that ``child`` extends: a path inside its folder, else a name, first in its folder, then in the library.

    The child itself is passed over, so that a user's ``neon`` can extend the shipped ``neon``.

    Raises:
        PresetError: there is none, or it is outside.
    """
    if _is_path(name_or_path):
        return _existing(resolve_inside(child.path.parent, name_or_path))
    candidates = itertools.chain(_locations_in(child.path.parent, child.origin), locations())
    own = child.path.resolve()
    return _named(name_or_path, (location for location in candidates if location.path.resolve() != own))


def _existing(path: Path) -> Location:
    if not os.path.isfile(path):  # unlike Path.is_file, no error for a name that is too long
        raise PresetError(
            f"{shown_path(str(path))}: there is no such preset file; check the path, or see `avcore presets list`"
        )
    return Location(path, "file")


def _named(name: str, candidates: Iterable[Location]) -> Location:
    names = set()
    for location in candidates:
        if location.name == slug(name):
            return location
        names.add(location.name)
    raise PresetError(
        f"there is no preset {shown_path(name)}; {suggestion(slug(name), sorted(names))} (see `avcore presets list`)"
    )


def _is_path(text: str) -> bool:
    """Whether a preset is given as a path rather than as a name."""
    return text.lower().endswith(ENDINGS) or any(sep in text for sep in (os.sep, os.altsep) if sep)


def shown_path(text: str) -> str:
    """A path or name as an error message quotes it."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}...")


def resolve_inside(folder: Path, relative: str) -> Path:
    """The path of a file that a preset names, which may not leave the preset's folder.

    Raises:
        PresetError: the path is absolute, goes up, names a drive, or leads out through a symbolic link.
    """
    problem = f"{shown_path(relative)} leads out of the preset's folder; use a relative path with / inside it"
    pure = PurePosixPath(relative)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or any(char in relative for char in "\\:\0"):
        raise PresetError(problem)
    try:
        inside = folder.resolve()
        path = (inside / relative).resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links, before Python 3.13
        raise PresetError(f"{shown_path(relative)} cannot be followed in {folder}: {type(error).__name__}") from error
    if not path.is_relative_to(inside):
        raise PresetError(problem)
    return path
