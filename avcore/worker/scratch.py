"""The worker's own folder for arrays: gone when it ends, and swept by the next one where it was killed."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.files import PART_ENDING, output_error, owner_is_dead, part_path
from avcore.worker.contract import ArrayFile

# The application reads an array as soon as it hears of it; more than this many are never waiting.
MOST_KEPT = 64
_NAME = "avcore-worker"


class Scratch:
    """A folder in the system's place for temporary files, readable by its user alone."""

    def __init__(self) -> None:
        """Make the folder, and remove those of workers that were killed.

        Raises:
            OutputError: it cannot be made.
        """
        place = Path(tempfile.gettempdir())
        for folder in place.glob(f".{_NAME}.*{PART_ENDING}"):
            if owner_is_dead(folder):
                shutil.rmtree(folder, ignore_errors=True)
        self.folder = part_path(place / _NAME)
        try:
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            raise output_error(error, self.folder) from error
        self._numbers = itertools.count(1)
        self._kept: deque[Path] = deque()
        self._lock = threading.Lock()

    def keep(self, array: NDArray[Any], name: str) -> ArrayFile:
        """Write an array.

        Raises:
            OutputError: it cannot be written.
        """
        path = self.folder / f"{name}-{next(self._numbers)}.npy"
        try:
            with path.open("wb") as file:
                np.save(file, array, allow_pickle=False)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise output_error(error, path) from error
        with self._lock:
            self._kept.append(path)
            if len(self._kept) > MOST_KEPT:
                self._kept.popleft().unlink(missing_ok=True)
        return ArrayFile(str(path), array.shape, str(array.dtype))

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
