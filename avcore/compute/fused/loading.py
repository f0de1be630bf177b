"""Compiling the kernels, once a machine: their machine code is kept in avcore's cache folder."""

from __future__ import annotations

import functools
import hashlib
import importlib
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from avcore.compute.painter import CannotPaintError
from avcore.files import cache_folder, output_error

# Files that the machine code is made from: this folder's, and those whose constants it carries.
SOURCES = (
    *sorted(Path(__file__).parent.glob("*.py")),
    *(Path(__file__).parents[2] / "fields" / name for name in ("activations.py", "coords.py", "paint.py")),
    Path(__file__).parents[2] / "encode" / "yuv.py",
)

# The kernels take a few MB; Numba gives up where it cannot write them.
LEAST_FREE_BYTES = 20_000_000

logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


def load(name: Literal["kernel", "activate", "yuv"]) -> ModuleType:
    """That module of this folder, compiled, or read from the cache in a fraction of a second.

    Raises:
        CannotPaintError: Numba is not installed, or cannot compile here.
    """
    with _one_at_a_time:
        return _load(name)


@functools.cache
def _load(name: str) -> ModuleType:
    try:
        import numba
    except ImportError as error:
        raise CannotPaintError(f"the fast kernels need Numba ({error}); install it: pip install numba") from error
    start = time.perf_counter()
    with _kept_in(numba.config, kernel_folder(), f"{name}.*-*.nbc") as is_new:
        if is_new:
            logger.warning("compiling a fast kernel for this processor, once: it takes a few seconds")
        try:
            kernel = importlib.import_module(f"avcore.compute.fused.{name}")
        except Exception as error:
            raise CannotPaintError(f"Numba {numba.__version__} cannot compile the fast kernel: {error}") from error
    logger.debug("the fast kernel %s was ready after %.1f s", name, time.perf_counter() - start)
    return kernel


def kernel_folder() -> Path:
    """Where the machine code is kept: a folder that no other version of these sources uses.

    Numba itself looks at the date of one source file only, and not at the files that it imports.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()
    return _kernels() / digest[:16]


def kernels_bytes() -> int:
    """Size of all machine code that is kept, of older versions too."""
    return sum(path.stat().st_size for path in _kernels().rglob("*") if path.is_file())


def clear_kernels() -> None:
    """Delete the kept machine code; it is made again when it is needed.

    Raises:
        OutputError: it cannot be deleted.
    """
    try:
        shutil.rmtree(_kernels(), ignore_errors=not _kernels().exists())
    except OSError as error:
        raise output_error(error, _kernels()) from error


def _kernels() -> Path:
    return cache_folder() / "kernels"


@contextmanager
def _kept_in(config: Any, folder: Path, pattern: str) -> Iterator[bool]:
    """Let Numba keep what it compiles in ``folder``; yields whether no file of that ``pattern`` is there yet.

    ``NUMBA_CACHE_DIR`` goes before. Where nothing can be written, code is kept until the process ends.
    """
    if config.CACHE_DIR:
        yield not any(Path(config.CACHE_DIR).rglob(pattern))
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as passing:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            has_room = shutil.disk_usage(folder).free >= LEAST_FREE_BYTES
            kept = folder if has_room and os.access(folder, os.W_OK) else Path(passing)
        except OSError as error:
            logger.info("the fast kernels are not kept for next time: %s cannot be made: %s", folder, error.strerror)
            kept = Path(passing)
        config.CACHE_DIR = str(kept)
        try:
            yield not any(kept.rglob(pattern))
        finally:
            config.CACHE_DIR = ""
