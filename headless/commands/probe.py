"""``avcore-headless probe``: what this host has; with ``--require``, whether that is enough for a job."""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import avcore
from avcore.errors import AvcoreError, UsageError
from avcore.packages import version
from headless.options import open_progress

HELP = "say what this host has, and whether that is enough"

_PACKAGES = ("numpy", "bpy", "torch", "openjd-cli", "distributed")
_LONGEST_S = 120
# Code for a process of its own: a graphics driver may end it.
_LOAD = "import os, sys; from headless.needs_bpy import need_bpy; need_bpy('probe')"
_CYCLES = f"{_LOAD}; from headless.scene import devices; os._exit(sys.argv[1] not in devices.here())"
_EEVEE = f"{_LOAD}; from headless.scene import graphics; os._exit(bool(graphics.why_not()))"


@dataclass(frozen=True)
class HostFacts:
    """The host, and of each thing that was asked for whether it is ``there``."""

    host: str
    system: str
    cores: int
    memory_mb: int | None
    python: str
    avcore: str
    packages: Mapping[str, str | None]
    there: Mapping[str, bool]
    missing: list[str]

    @property
    def exit_code(self) -> int:
        """3 where something that was asked for is missing."""
        return 3 if self.missing else 0

    def text(self) -> str:
        """The facts for people."""
        packages = ", ".join(f"{name} {version or '-'}" for name, version in self.packages.items())
        memory = "" if self.memory_mb is None else f", {self.memory_mb} MB"
        lines = [
            f"{self.host}: {self.system}, {self.cores} cores{memory}",
            f"Python {self.python}, avcore {self.avcore}, {packages}",
        ]
        if self.there:
            lines.append(", ".join(f"{name} {'there' if there else 'MISSING'}" for name, there in self.there.items()))
        return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless probe``."""
    parser.add_argument(
        "--require",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help=f"fail where one is missing: {', '.join(_CHECKS)}, or a Python module",
    )


def run(args: argparse.Namespace) -> HostFacts:
    """Look around.

    Raises:
        UsageError: one of the names is none.
    """
    there = {name: _is_there(name) for name in dict.fromkeys(args.require)}
    missing = [name for name, is_there in there.items() if not is_there]
    if missing:
        with open_progress(args) as progress:
            progress.failed(f"this host has no {', '.join(missing)}; install it, or let the farm choose another host")
    return HostFacts(
        host=platform.node(),
        system=platform.platform(),
        cores=os.cpu_count() or 1,
        memory_mb=_memory_mb(),
        python=platform.python_version(),
        avcore=avcore.__version__,
        packages={name: version(name) for name in _PACKAGES},
        there=there,
        missing=missing,
    )


def _is_there(name: str) -> bool:
    if name in _CHECKS:
        return _CHECKS[name]()
    if not name.replace("_", "").isalnum():
        raise UsageError(f"--require {name[:40]!r} is none of {', '.join(_CHECKS)}, nor a Python module")
    return importlib.util.find_spec(name) is not None


def _has_ffmpeg() -> bool:
    from avcore.ffmpeg import run_ffmpeg

    try:
        return run_ffmpeg("-version").returncode == 0
    except (AvcoreError, OSError):
        return False


def _has_torch_device(name: str) -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    from avcore.compute.device import available

    return name in available(torch)


def _in_child(code: str, *arguments: str) -> bool:
    if importlib.util.find_spec("bpy") is None:
        return False
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            check=False,
            timeout=_LONGEST_S,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 10**6
    except (AttributeError, ValueError, OSError):
        return None


def _cycles(device: str) -> Callable[[], bool]:
    return lambda: _in_child(_CYCLES, device)


def _torch(device: str) -> Callable[[], bool]:
    return lambda: _has_torch_device(device)


_CHECKS: dict[str, Callable[[], bool]] = {
    "ffmpeg": _has_ffmpeg,
    "eevee": lambda: _in_child(_EEVEE),
    **{f"torch-{name}": _torch(name) for name in ("cuda", "mps", "xpu")},
    **{name: _cycles(name) for name in ("cuda", "optix", "hip", "oneapi", "metal")},
}
