"""Bundles for tests: small, with real songs and scenes, made once, copied for each test, compared byte by byte."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LAST = 6
JOB = {
    "name": "trial",
    "songs": [{"song": "demo.wav", "start": "4", "duration": f"{LAST} frames"}],
    "presets": ["ember"],
    "fps": 24,
    "texture": {"size": "64x36", "quality": "draft"},
    "render": {"resolution": "64x36", "samples": 1},
}
SHOT = "demo_ember"


@cache
def python() -> str:
    """A Python with avcore, bpy and the farm extras."""
    named = os.environ.get("AVCORE_HEADLESS_PYTHON") or str(ROOT / ".venv-headless-4.5.15" / "bin" / "python")
    if not Path(named).is_file():
        pytest.skip("there is no Python with avcore and bpy; `make test-headless` makes one")
    asked = "import importlib.util as u; print(*(n for n in ('avcore', 'bpy', 'openjd.cli') if not u.find_spec(n)))"
    lacking = subprocess.run([named, "-c", asked], capture_output=True, text=True, check=False)
    if lacking.returncode or lacking.stdout.strip():
        pytest.skip(f"{named} lacks {lacking.stdout.strip() or 'much'}; `make test-headless` makes one that has all")
    return named


def openjd() -> str:
    """The program openjd."""
    return str(Path(python()).with_name("openjd"))


def run(
    *arguments: object, code: int | None = 0, variables: Mapping[str, str] | None = None, timeout_s: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and hold it to an exit code."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env={**os.environ, **(variables or {})},
        cwd="/",
    )
    if code is not None:
        assert done.returncode == code, f"{done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done


def headless(*arguments: object, code: int | None = 0, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run ``python -m headless``."""
    return run(python(), "-m", "headless", *arguments, code=code, **more)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a command with ``--json`` answered."""
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def step(bundle: Path, command: str, *more: object, shot: str = SHOT, **how: Any) -> subprocess.CompletedProcess[str]:
    """One task's command of a bundle."""
    return headless(command, f"--job={bundle / 'job.yaml'}", f"--shot={shot}", *more, **how)


def export(source: Path, folder: Path, *more: object) -> Path:
    """Write a bundle that is cut small."""
    headless("farm", "export", source, "-o", folder, "--frames-per-task", 3, "--bake-frames-per-task", 3, *more)
    return folder


def made(bundle: Path) -> dict[str, str]:
    """The hash of every file that a job made, by its path; the scenes were there before."""
    of_scenes = {".blend", ".made-for"}
    files = sorted(path for path in (bundle / "out").rglob("*") if path.is_file() and path.suffix not in of_scenes)
    return {str(path.relative_to(bundle)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def pictures(bundle: Path) -> dict[str, str]:
    """The same of pictures and films alone; a manifest also says which scene it was, byte for byte."""
    return {name: told for name, told in made(bundle).items() if not name.endswith("manifest.json")}


def copy_of(bundle: Path, folder: Path) -> Path:
    """A bundle elsewhere."""
    shutil.copytree(bundle, folder)
    return folder


def wait_for(what: Callable[[], object], *, timeout_s: float = 120) -> None:
    """Wait until something holds."""
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """The processes that come from one, its own children's too."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, left = [], [pid]
    while left:
        of = parents.get(left.pop(), [])
        found += of
        left += of
    return found


def command_line(pid: int) -> list[str]:
    """The arguments of a process; none where it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, demo_track: Path) -> Path:
    """A folder with the demo song and a job file."""
    folder = tmp_path_factory.mktemp("farm")
    shutil.copy2(demo_track, folder / "demo.wav")
    (folder / "trial.yaml").write_text(json.dumps(JOB))
    return folder


@pytest.fixture(scope="session")
def exported(home: Path) -> Path:
    """A bundle of six frames, its scene made, nothing else done. Not to be written into."""
    return export(home / "trial.yaml", home / "exported", "--engine", "slurm", "--engine", "flamenco")


@pytest.fixture
def bundle(exported: Path, tmp_path: Path) -> Path:
    """The same for one test."""
    return copy_of(exported, tmp_path / "bundle")


@pytest.fixture(scope="session")
def reference(exported: Path, home: Path) -> dict[str, str]:
    """What one plain process for each step makes of that bundle."""
    done = copy_of(exported, home / "reference")
    for command in ("bake", "render", "encode"):
        step(done, command)
    hashes = made(done)
    assert len([name for name in hashes if name.endswith(".png")]) == 2 * LAST
    assert any(name.endswith(".mp4") for name in hashes)
    return hashes


def frames(numbers: Sequence[int]) -> set[str]:
    """The names of rendered frames in a bundle."""
    return {f"out/{SHOT}/frames/{SHOT}_{number:04d}.png" for number in numbers}
