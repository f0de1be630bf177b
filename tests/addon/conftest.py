"""Tests of the extension. A module that imports bpy runs in a process of its own in each Blender that is at hand.

Blenders are virtual environments with ``bpy`` and ``pytest``: ``.venv-bpy42`` and so on, which ``make test-addon``
makes, or those that ``AVCORE_BPY_VENVS`` names. Without bpy here, a module with ``pytest.importorskip("bpy")`` becomes
one test for each of them; with bpy, it is collected as usual.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import noise_pictures, write_bake, write_clock

ROOT = Path(__file__).parents[2]
NEEDS_BPY = 'importorskip("bpy")'
BLENDERS = ("42", "45", "50", "52")
LONGEST_S = 900
HAS_BPY = importlib.util.find_spec("bpy") is not None

if HAS_BPY:  # before bpy is imported: the user's settings stay out of the tests, and the tests out of them
    os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="avcore-blender-"))
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
if not HAS_BPY:
    # Modules that need no Blender are importable without running the packages that hold them, which do.
    for name in ("addon.sound", "addon.keys", "addon.bake"):
        package = types.ModuleType(name)
        package.__path__ = [str(ROOT.joinpath(*name.split(".")))]
        sys.modules.setdefault(name, package)


def blenders() -> list[Path]:
    """The virtual environments to test in."""
    named = os.environ.get("AVCORE_BPY_VENVS")
    if named:
        return [Path(part) for part in named.split(os.pathsep) if part]
    return [ROOT / f".venv-bpy{version}" for version in BLENDERS]


class BlenderModule(pytest.File):
    """A test module that needs bpy, seen from a Python without it."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each Blender."""
        for venv in blenders():
            yield BlenderRun.from_parent(self, name=venv.name, venv=venv)


class BlenderRun(pytest.Item):
    """A test module in one Blender, in a process of its own."""

    def __init__(self, *, venv: Path, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.venv = venv

    def runtest(self) -> None:
        """Run pytest there; skipped where that Blender is not at hand."""
        python = self.venv / "bin" / "python"
        if not python.is_file():
            pytest.skip(f"there is no Blender in {self.venv}; `make test-addon` makes it")
        environment = {**os.environ, "AVCORE_PYTHON": os.environ.get("AVCORE_PYTHON", sys.executable)}
        done = subprocess.run(
            [
                python,
                "-W",
                "ignore::DeprecationWarning",
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                str(self.path),
            ],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )
        if done.returncode:
            raise BlenderFailed(f"{self.venv.name} ended with {done.returncode}\n{done.stdout}\n{done.stderr[-4000:]}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None) -> str:
        """What the run there said."""
        return str(excinfo.value) if isinstance(excinfo.value, BlenderFailed) else str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the test is, for the report."""
        return self.path, None, f"{self.path.name} in {self.venv.name}"


class BlenderFailed(Exception):
    """Tests failed in a Blender; the text is what it printed."""


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Run modules that need bpy in Blenders of their own, where there is none here."""
    if not HAS_BPY and NEEDS_BPY in module_path.read_text(encoding="utf-8"):
        return BlenderModule.from_parent(parent, path=module_path)
    return None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave a process with bpy at once: some wheels crash or hang in an orderly exit."""
    if HAS_BPY and config.option.collectonly is False:
        status = getattr(config, "_avcore_status", 0)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the status for the exit."""
    session.config._avcore_status = int(exitstatus)


@pytest.fixture(autouse=HAS_BPY)
def empty_blender(request: pytest.FixtureRequest) -> None:
    """An empty file for each test."""
    if HAS_BPY:
        import bpy

        bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture(scope="session")
def avcore_python() -> str:
    """A Python that has avcore, which a Blender's own has not."""
    python = os.environ.get("AVCORE_PYTHON") or str(ROOT / ".venv" / "bin" / "python")
    if not Path(python).is_file():
        pytest.skip("there is no Python with avcore; `make test` makes one in .venv")
    return python


@pytest.fixture(scope="session")
def other_blender() -> Callable[[str], str]:
    """The Python of a Blender of another version, such as ``45``, for files that this one is to open."""

    def find(version: str) -> str:
        for venv in blenders():
            if venv.name.endswith(version) and (venv / "bin" / "python").is_file():
                return str(venv / "bin" / "python")
        pytest.skip(f"there is no Blender {version} to make a file with; `make test-addon` makes it")

    return find


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """A sound that says what time it is, for 12 s."""
    return write_clock(tmp_path / "clock.wav", seconds=12.0)


@pytest.fixture
def pictures() -> list[np.ndarray]:
    """Five pictures of random pixels."""
    return noise_pictures(5)


@pytest.fixture
def bake(tmp_path: Path, pictures: list[np.ndarray]) -> Path:
    """The pictures as a bake."""
    return write_bake(tmp_path / "ember", pictures)


@pytest.fixture
def plane() -> Any:
    """A plane that fills the frame of a camera, in Cycles."""
    import bpy
    from rendering import make_plane

    return make_plane(bpy.context.scene)


@pytest.fixture
def cube() -> Any:
    """An object called cube."""
    import bpy

    cube = bpy.data.objects.new("cube", bpy.data.meshes.new("cube"))
    bpy.context.scene.collection.objects.link(cube)
    return cube
