"""An environment with avcore, made by the extension: ``python -m venv`` and pip, with a log, cancel and resume.

It runs in a thread of its own. What it says comes through ``events``, in a timer. A folder that it has begun carries a
marker file; nothing else is ever cleared.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .find import ENVIRONMENT, Engine, probe

MARKER = "avcore-environment.txt"
# avcore and what it needs take this much; torch for a graphics card ten times as much.
NEEDED_BYTES = 1_500_000_000
PAUSE_S = 5.0


@dataclass(frozen=True)
class InstallPlan:
    """What to install, from where, into which folder.

    ``wheels`` is a folder with wheels; with ``online`` False nothing else is used. ``index_url`` replaces the usual
    index, ``extra_index_url`` stands beside it.
    """

    folder: Path
    packages: tuple[str, ...] = ("avcore",)
    wheels: Path | None = None
    online: bool = False
    index_url: str = ""
    extra_index_url: str = ""
    python: Path = Path(sys.executable)
    needed_bytes: int = NEEDED_BYTES

    def command(self) -> list[str]:
        """What a person would type to do the same."""
        source = [] if self.online else ["--no-index"]
        if self.wheels is not None:
            source += ["--find-links", str(self.wheels)]
        if self.online and self.index_url:
            source += ["--index-url", self.index_url]
        if self.online and self.extra_index_url:
            source += ["--extra-index-url", self.extra_index_url]
        return [
            str(self.environment_python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check",
            "--progress-bar", "off", "--only-binary", ":all:", *source, "--", *self.packages,
        ]  # fmt: skip

    @property
    def environment(self) -> Path:
        """The environment, whether or not it is there yet."""
        return self.folder / ENVIRONMENT

    @property
    def environment_python(self) -> Path:
        """The Python of the environment, whether or not it is there yet."""
        return self.environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@dataclass(frozen=True)
class Line:
    """A line of the log."""

    text: str


@dataclass(frozen=True)
class Stopped:
    """It has come to an end without an engine: ``sentence`` says why, and what to do."""

    sentence: str
    was_cancelled: bool = False


class Install:
    """One installation. ``start`` returns at once; starting it again after a stop goes on where it was."""

    def __init__(self, plan: InstallPlan) -> None:
        self.plan = plan
        self._events: queue.SimpleQueue[Line | Stopped | Engine] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._is_cancelled = threading.Event()

    @property
    def is_running(self) -> bool:
        """Whether it has not come to an end."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, or go on."""
        if self.is_running:
            raise RuntimeError("the installation runs already")
        self._is_cancelled.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop soon; what has been downloaded stays."""
        self._is_cancelled.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()

    def events(self) -> Iterator[Line | Stopped | Engine]:
        """What has come since the last call; an ``Engine`` or a ``Stopped`` is the last."""
        while True:
            try:
                yield self._events.get_nowait()
            except queue.Empty:
                return

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for the end; for scripts."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            end = self._install()
        except OSError as error:
            end = Stopped(f"{self.plan.folder} cannot be used: {error.strerror or error}; choose another folder")
        self._events.put(Stopped("cancelled; install again to go on", True) if self._is_cancelled.is_set() else end)

    def _install(self) -> Engine | Stopped:
        plan = self.plan
        problem = _problem(plan)
        if problem:
            return Stopped(problem)
        plan.folder.mkdir(parents=True, exist_ok=True)
        (plan.folder / MARKER).write_text("Made by the avcore extension, which may remove it.\n", encoding="utf-8")
        # Of an environment without pip, which was stopped half-way, nothing can be used.
        is_there = self._say([str(plan.environment_python), "-m", "pip", "--version"], quiet=True)
        if not is_there and not self._say([str(plan.python), "-m", "venv", "--clear", str(plan.environment)]):
            return Stopped("the environment could not be made; the log says why")
        if not self._say(plan.command()):
            where = "" if plan.online else f"; {plan.wheels} must hold avcore and all that it needs"
            return Stopped(f"the packages could not be installed; the log says why{where}")
        looked = probe("the extension's environment", plan.environment_python)
        return looked.engine or Stopped(f"avcore was installed and does not run: {looked.problem}")

    def _say(self, command: list[str], *, quiet: bool = False) -> bool:
        """Run a command with its output in the log; whether it went well."""
        if self._is_cancelled.is_set() or not Path(command[0]).is_file():
            return False
        if not quiet:
            self._events.put(Line("$ " + " ".join(command)))
        try:
            started = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=_variables(os.environ),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._events.put(Line(f"{command[0]} cannot be started: {error.strerror}"))
            return False
        with started as process:
            self._process = process
            assert process.stdout is not None
            for line in process.stdout:
                if not quiet:
                    self._events.put(Line(line.rstrip()))
                if self._is_cancelled.is_set():
                    _end(process)
        self._process = None
        return process.returncode == 0


def _problem(plan: InstallPlan) -> str:
    """Why the plan cannot be carried out, in a sentence; empty where it can."""
    if not plan.online and plan.wheels is None:
        return (
            "installing needs the internet; allow it in Blender's preferences (System, Network), or name a wheel folder"
        )
    if plan.wheels is not None and not any(plan.wheels.glob("*.whl")):
        return f"there are no wheels in {plan.wheels}; choose the folder that holds them"
    if not all(package and not package.startswith("-") for package in plan.packages):
        return "a package's name begins with a letter; check the names"
    if plan.folder.exists() and any(plan.folder.iterdir()) and not (plan.folder / MARKER).is_file():
        return f"{plan.folder} holds other things; choose an empty folder"
    there = next(parent for parent in (plan.folder, *plan.folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    if free < plan.needed_bytes:
        return (
            f"{free / 1e9:.1f} GB are free in {there}, and {plan.needed_bytes / 1e9:.1f} GB are needed; "
            "free some space or choose another folder"
        )
    return ""


def _variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Without what would lead pip and venv to Blender's own packages, or to another index than the plan's."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV")
    kept = {name: value for name, value in variables.items() if name not in dropped}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PAUSE_S)
    except subprocess.TimeoutExpired:
        process.kill()
