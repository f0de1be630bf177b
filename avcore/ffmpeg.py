"""The ffmpeg program: where it is and how to run it."""

from __future__ import annotations

import functools
import os
import subprocess
from typing import Any

from avcore.errors import AvcoreError


@functools.cache
def ffmpeg_path() -> str:
    """The ffmpeg that imageio-ffmpeg brings, or the one that IMAGEIO_FFMPEG_EXE names.

    Raises:
        AvcoreError: there is none.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise AvcoreError("there is no ffmpeg; run `pip install imageio-ffmpeg` or set IMAGEIO_FFMPEG_EXE") from error


def own_group() -> dict[str, Any]:
    """Popen arguments that keep Ctrl-C in the terminal from reaching ffmpeg: its owner decides when it ends."""
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


def run_ffmpeg(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ffmpeg to its end with captured text output and no standard input."""
    command = [ffmpeg_path(), "-hide_banner", "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
