"""Subcommands as processes of their own: what needs Blender is run where Blender is, and ends without harm."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from avcore.errors import AvcoreError, InputError, OutOfMemory
from avcore.stop import signals_held

PATIENCE_S = 60.0
"""How long a stage that was told to stop may take to finish its frame."""


class StageError(AvcoreError):
    """A stage failed; it has said why itself, and ``exit_code`` is its own."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def python_with_bpy(named: Path | None) -> str:
    """A Python that has ``bpy`` and this package: the one that is named, else this one.

    Raises:
        InputError: it has none.
    """
    if named is None:
        import importlib.util

        if importlib.util.find_spec("bpy") is None:
            raise InputError(
                f"{sys.executable} has no Blender; `pip install bpy` into it, or name a Python that has bpy and avcore "
                "with --python"
            )
        return sys.executable
    code = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ('bpy', 'avcore', 'headless'))))"
    try:
        done = subprocess.run([str(named), "-c", code], capture_output=True, check=False)
    except OSError as error:
        raise InputError(f"{named} cannot be run ({error.strerror}); name a Python with bpy and avcore") from error
    if done.returncode != 0:
        raise InputError(f"{named} lacks bpy or avcore; install both there, or name another Python")
    return str(named)


def run_stage(python: str, arguments: Sequence[str], *, aside: bool = False) -> None:
    """Run ``python -m headless ARGUMENTS``; when we are told to stop, so is it.

    Its output is ours, or with ``aside`` goes to standard error, where ours is for the result.

    Raises:
        StageError: it failed.
        OutOfMemory: it was killed, as systems do where memory runs out.
    """
    with signals_held():
        process = subprocess.Popen([python, "-m", "headless", *arguments], stdout=sys.stderr if aside else None)
    try:
        code = process.wait()
    except BaseException:
        _stop(process)
        raise
    if os.name == "posix" and code == -signal.SIGKILL:
        raise OutOfMemory(f"`{arguments[0]}` was killed from outside, as where memory runs out; run it again to go on")
    if code != 0:
        raise StageError(f"`{arguments[0]}` ended with exit code {code}; it said why above", code if code > 0 else 1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let it finish its frame, but not for ever."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
