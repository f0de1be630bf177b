"""Compiling the kernel, once a machine: its machine code is kept in avcore's cache folder."""

from __future__ import annotations

import functools
import hashlib
import importlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from avcore.compute.painter import CannotPaintError

# Files that the machine code is made from: this folder's, and those whose constants it carries.
SOURCES = (
    *sorted(Path(__file__).parent.glob("*.py")),
    *(Path(__file__).parents[2] / "fields" / name for name in ("activations.py", "colour.py", "coords.py")),
)

logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


def load_kernel() -> ModuleType:
    """The module ``avcore.compute.fused.kernel``, compiled, or read from the cache in a fraction of a second.

    Raises:
        CannotPaintError: Numba is not installed, or cannot compile here.
    """
    with _one_at_a_time:
        return _load()


@functools.cache
def _load() -> ModuleType:
    try:
        import numba
    except ImportError as error:
        raise CannotPaintError(f"the fast kernel needs Numba ({error}); install it: pip install numba") from error
    start = time.perf_counter()
    with _kept_in(numba.config, kernel_folder()) as is_new:
        if is_new:
            logger.warning("compiling the fast kernel for this processor, once: it takes about ten seconds")
        try:
            kernel = importlib.import_module("avcore.compute.fused.kernel")
        except Exception as error:
            raise CannotPaintError(f"Numba {numba.__version__} cannot compile the fast kernel: {error}") from error
    logger.debug("the fast kernel was ready after %.1f s", time.perf_counter() - start)
    return kernel


def kernel_folder() -> Path:
    """Where the machine code is kept: a folder that no other version of these sources uses.

    Numba itself looks at the date of one source file only, and not at the files that it imports.
    """
    from avcore.files import cache_folder

    digest = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()
    return cache_folder() / "kernels" / digest[:16]


@contextmanager
def _kept_in(config: Any, folder: Path) -> Iterator[bool]:
    """Let Numba keep what it compiles in ``folder``; yields whether nothing is there yet.

    ``NUMBA_CACHE_DIR`` goes before. Where nothing can be written, code is kept until the process ends.
    """
    if config.CACHE_DIR:
        yield not any(Path(config.CACHE_DIR).rglob("kernel.draw_rows-*.nbc"))
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as passing:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            kept = folder if os.access(folder, os.W_OK) else Path(passing)
        except OSError as error:
            logger.info("the fast kernel is not kept for next time: %s cannot be made: %s", folder, error.strerror)
            kept = Path(passing)
        config.CACHE_DIR = str(kept)
        try:
            yield not any(kept.rglob("kernel.draw_rows-*.nbc"))
        finally:
            config.CACHE_DIR = ""
