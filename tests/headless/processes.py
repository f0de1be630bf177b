"""Commands of ``headless`` as processes, some with bad luck, and folders compared byte by byte."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LONGEST_S = 120

# What happens to the process, in Python, before the command begins.
SLOW = """
import time, avcore.encode.frame_folder as folder
commit = folder.commit
def slowly(part, path):
    time.sleep(0.2)
    commit(part, path)
folder.commit = slowly
"""
KILLED = """
import os, signal, avcore.encode.frame_folder as folder
commit = folder.commit
def killed(part, path):
    if path.name.endswith("_0004.png"):
        os.kill(os.getpid(), signal.SIGKILL)
    commit(part, path)
folder.commit = killed
"""


def command(*arguments: object, luck: str = "") -> list[str]:
    """The command line; ``luck`` is run first in its process."""
    heard = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)"  # whatever these tests were started by
    code = f"{heard}\n{luck}\nfrom headless.main import main\nimport sys\nsys.exit(main())"
    return [sys.executable, "-c", code, *map(str, arguments)]


def start(*arguments: object, luck: str = "", **more: Any) -> subprocess.Popen[str]:
    """Start a command."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command(*arguments, luck=luck),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, **more.pop("variables", {})},
        cwd=more.pop("cwd", "/"),
        **more,
    )


def run(*arguments: object, code: int = 0, **more: Any) -> tuple[str, str]:
    """Run a command to its end, hold it to an exit code, and give what it said."""
    process = start(*arguments, **more)
    out, said = process.communicate(timeout=LONGEST_S)
    assert process.returncode == code, f"ended with {process.returncode}\n{out}\n{said}"
    return out, said


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file, by its name; hidden ones too."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every file."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What a running command says, line by line."""
    assert process.stdout is not None
    yield from process.stdout
