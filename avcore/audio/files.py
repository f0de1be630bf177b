"""Output files that appear complete or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A binary file to write, which takes the place of ``path`` when the block ends well and vanishes when it does not.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    from avcore.encode.files import commit, output_error, part_path

    part = part_path(path)
    try:
        try:
            with part.open("xb") as file:
                yield file
            commit(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(error, path) from error
