"""The wheels that a full build carries: avcore, built from this tree, and what its worker needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

from variants import Variant

# Blender's platforms, and the tags of wheels that run there, the newest system that Blender itself asks for.
PLATFORMS: dict[str, tuple[str, ...]] = {
    "linux-x64": (
        *(f"manylinux_2_{n}_x86_64" for n in (28, 27, 26, 24, 17, 12, 5)),
        *(f"manylinux{name}_x86_64" for name in ("2014", "2010", "1")),
    ),
    "windows-x64": ("win_amd64",),
    "macos-arm64": (
        *(f"macosx_{n}_0_{arch}" for n in (12, 11) for arch in ("arm64", "universal2")),
        *(f"macosx_10_{n}_universal2" for n in range(16, 8, -1)),
    ),
}
# Blender has its own NumPy; these are the ones that the wheels must go with.
NUMPY = {"311": "numpy==1.26.4", "313": "numpy>=2.2,<3"}
# For plots and for the progress of the command line, of which the worker has none.
NOT_NEEDED = {"numpy", "matplotlib"}
# Larger than this, PyTorch brings its own CUDA.
MOST_TORCH_BYTES = 400_000_000


class MissingWheelError(Exception):
    """A wheel that does not exist for this Python and platform."""


def build_own(root: Path, folder: Path) -> Path:
    """The wheel of avcore itself."""
    shutil.rmtree(folder, ignore_errors=True)
    _pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(root))
    return next(folder.glob("avcore-*.whl"))


def collect(variant: Variant, own: Path, work: Path, *, torch_index: str = "") -> list[Path]:
    """The wheels of all that avcore needs, but for what Blender has and the worker never loads.

    Raises:
        MissingWheelError: one does not exist.
    """
    folder = work / "wheels" / variant.label
    shutil.rmtree(folder, ignore_errors=True)
    wanted = requirements(own)
    if variant.kind == "full-torch":
        # By itself first: pip would ask for the CUDA of the machine that builds.
        _download(variant, folder, ["--no-deps", "torch>=2.4"], index=torch_index)
        torch = next(folder.glob("torch-*.whl"))
        if torch.stat().st_size > MOST_TORCH_BYTES:
            raise MissingWheelError("PyTorch's wheel brings CUDA; name an index with +cpu wheels with --torch-index")
        wanted += requirements(torch)
    _download(variant, folder, [*wanted, NUMPY.get(variant.python, "numpy")])
    return sorted(wheel for wheel in folder.glob("*.whl") if _project(wheel) not in NOT_NEEDED)


def _download(variant: Variant, folder: Path, wanted: list[str], *, index: str = "") -> None:
    platforms = [part for tag in PLATFORMS[variant.platform] for part in ("--platform", tag)]
    abis = [part for abi in (f"cp{variant.python}", "abi3", "none") for part in ("--abi", abi)]
    target = ["--implementation", "cp", "--python-version", variant.python, *abis, *platforms]
    if index and Path(index).is_dir():
        source = ["--no-index", "--find-links", index]
    else:
        source = ["--index-url", index] if index else []
    try:
        _pip("download", "--quiet", "--only-binary=:all:", *target, *source, "--dest", str(folder), *wanted)
    except subprocess.CalledProcessError as error:
        raise MissingWheelError(_last_line(error.stderr)) from error


def requirements(wheel: Path) -> list[str]:
    """What a wheel asks for, without extras, without CUDA, and without what is not needed here."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        told = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist", [])
    wanted = [line for line in told if "extra ==" not in line and "Linux" not in line]
    return [line for line in wanted if _normal(re.split(r"[^\w.-]", line)[0]) not in NOT_NEEDED]


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, stderr=subprocess.PIPE, text=True)


def _project(wheel: Path) -> str:
    return _normal(wheel.name.split("-")[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if "ERROR" in line), "pip failed")
