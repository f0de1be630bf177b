"""``avcore doctor``: one report to paste into an issue: versions, devices, encoders, what is missing."""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import avcore
from avcore.packages import NEEDED, OPTIONAL, missing, version

HELP = "report versions, devices and encoders, and what is missing"


@dataclass(frozen=True)
class Result:
    """What there is and what is not. ``problems`` are sentences that end with the command that helps.

    What is None in ``packages`` and not among the problems is optional.
    """

    avcore: str
    python: str
    system: str
    cores: int
    packages: Mapping[str, str | None]
    devices: list[str]
    ffmpeg: str | None
    encoders: list[str]
    hardware_encoders: list[str]
    cache: str
    presets: int
    problems: list[str]

    @property
    def exit_code(self) -> int:
        """1 where something that avcore needs is missing."""
        return 1 if self.problems else 0

    def text(self) -> str:
        """The report for people."""
        packages = ", ".join(f"{name} {version or _not_installed(name)}" for name, version in self.packages.items())
        return "\n".join(
            [
                f"avcore {self.avcore}, Python {self.python}, {self.system}, {self.cores} cores",
                f"packages: {packages}",
                f"devices: {', '.join(self.devices)}",
                f"ffmpeg: {self.ffmpeg or 'not found'}",
                f"encoders: {', '.join(self.encoders)}",
                f"hardware encoders (h264): {', '.join(self.hardware_encoders) or 'none works here'}",
                f"cache: {self.cache}",
                f"presets: {self.presets}",
                *(f"problem: {problem}" for problem in self.problems),
                "nothing is missing" if not self.problems else f"{len(self.problems)} to fix",
            ]
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``avcore doctor`` has no arguments of its own."""


def run(_args: argparse.Namespace) -> Result:
    """Look around."""
    from avcore.encode import available_codecs, available_hardware
    from avcore.files import cache_folder
    from avcore.presets import list_presets

    packages = {name: version(name) for name in (*NEEDED, *OPTIONAL)}
    problems = [f"the package {name} is missing: {sys.executable} -m pip install {name}" for name in missing()]
    ffmpeg = _ffmpeg_version()
    if ffmpeg is None:
        problems.append(f"no ffmpeg: {sys.executable} -m pip install --force-reinstall imageio-ffmpeg")
    cache = cache_folder()
    if not _writable(cache):
        problems.append(f"the cache folder {cache} cannot be written: set AVCORE_CACHE to a folder of yours")
    entries = list_presets()
    problems.extend(f"preset {entry.path}: {entry.error}" for entry in entries if entry.error)
    return Result(
        avcore=avcore.__version__,
        python=platform.python_version(),
        system=platform.platform(),
        cores=os.cpu_count() or 1,
        packages=packages,
        devices=_devices(),
        ffmpeg=ffmpeg,
        encoders=available_codecs() if ffmpeg else [],
        hardware_encoders=available_hardware("h264") if ffmpeg else [],
        cache=str(cache),
        presets=len(entries),
        problems=problems,
    )


def _not_installed(package: str) -> str:
    return f"not installed (optional: {OPTIONAL[package]})" if package in OPTIONAL else "not installed"


def _devices() -> list[str]:
    from avcore.compute.device import available, cpu

    found = [cpu().description]
    if importlib.util.find_spec("torch") is None:
        return [*found, "no GPU support (PyTorch is not installed: https://pytorch.org/get-started/locally)"]
    import torch

    names = [name for name in available(torch) if name != "cpu"]
    return [*found, *(names or [f"torch {torch.__version__} sees no GPU"])]


def _ffmpeg_version() -> str | None:
    try:
        import imageio_ffmpeg

        path = imageio_ffmpeg.get_ffmpeg_exe()
        banner = subprocess.run([path, "-version"], capture_output=True, text=True, check=True, timeout=30).stdout
    except (ImportError, RuntimeError, OSError, subprocess.SubprocessError):
        return None
    return f"{' '.join(banner.split()[:3])} ({path})"


def _writable(folder: Path) -> bool:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return os.access(existing, os.W_OK)
