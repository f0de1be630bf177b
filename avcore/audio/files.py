"""Output files that appear complete or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """An empty file to write to, which takes the place of ``path`` when the block ends well, and else vanishes.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    from avcore.encode.files import commit, output_error, part_path

    part = part_path(path)
    try:
        try:
            part.touch(exist_ok=False)
            yield part
            commit(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(error, path) from error
