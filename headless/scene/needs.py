"""Before the first frame: every file that a requested frame needs is there. What is missing is an error, never pink."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.errors import InputError
from headless.scene.files import Need, needs
from headless.scene.reach import reached

if TYPE_CHECKING:
    from bpy.types import Scene

_TOLD = 5


@dataclass(frozen=True)
class Missing:
    """Files that are missing of one thing: the first of them, the first frame that needs it, and how many there are."""

    kind: str
    name: str
    path: Path
    frame: int | None
    n: int

    @property
    def sentence(self) -> str:
        """What is missing."""
        more = f" and {self.n - 1} more" if self.n > 1 else ""
        when = f" at frame {self.frame}" if self.frame is not None else ""
        return f"the {self.kind} {self.name} needs {self.path}{more}{when}"


class Needs:
    """The files that frames of a scene need, collected once."""

    def __init__(self, scene: Scene) -> None:
        owners = reached(scene)
        self._gone = sorted(
            f"{owner.name} of {owner.library.filepath}"
            for owner in owners
            if owner.library is not None and owner.is_missing
        )
        self._needs: list[Need] = list(needs(scene, owners))
        self._known: dict[Path, bool] = {}

    def __iter__(self) -> Iterator[Need]:
        return iter(self._needs)

    def missing(self, frames: Iterable[int]) -> list[Missing]:
        """What is missing for frames; what an animated choice needs is told by ``missing_now``."""
        return self._missing([need for need in self._needs if not need.at_frame], list(frames))

    def missing_now(self, frame: int) -> list[Missing]:
        """What is missing for the frame that the scene is at; looked up anew."""
        self._known.clear()
        return self._missing([need for need in self._needs if need.varies or need.at_frame], [frame])

    def require(self, frames: Iterable[int]) -> None:
        """See that all is there.

        Raises:
            InputError: something is missing.
        """
        refuse(self.missing(frames))
        if self._gone:
            raise InputError(f"linked datablocks are missing in their libraries: {', '.join(self._gone[:_TOLD])}")

    def _missing(self, among: list[Need], frames: list[int]) -> list[Missing]:
        found: dict[tuple[str, str], dict[Path, int | None]] = {}
        for need in among:
            for frame in frames if need.varies else frames[:1]:
                for path in need.files(frame):
                    if not self._is_there(path):
                        told = found.setdefault((need.kind, need.name), {})
                        told.setdefault(path, frame if need.varies else None)
        return [
            Missing(kind, name, path, paths[path], len(paths))
            for (kind, name), paths in found.items()
            for path in [next(iter(paths))]
        ]

    def _is_there(self, path: Path) -> bool:
        """Whether a file is there and not empty, or a folder; asked once of each."""
        if path not in self._known:
            try:
                status = os.stat(path)
            except (OSError, ValueError):
                self._known[path] = False
            else:
                self._known[path] = path.is_dir() or status.st_size > 0
        return self._known[path]


def refuse(missing: list[Missing]) -> None:
    """Say what is missing, if anything is.

    Raises:
        InputError: something is.
    """
    if missing:
        told = "; ".join(each.sentence for each in missing[:_TOLD])
        more = f"; and {len(missing) - _TOLD} more things" if len(missing) > _TOLD else ""
        raise InputError(f"{told}{more}; bake or find them first, or say --map FROM=TO")
