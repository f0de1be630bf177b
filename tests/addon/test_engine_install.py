"""Installing into an environment of its own, from a folder of wheels, with real venv and pip."""

from __future__ import annotations

import hashlib
import shutil
import time
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from addon.engine import Engine, Install, InstallPlan, find_engines
from addon.engine.contract import PROTOCOL
from addon.engine.install import MARKER, Line, Stopped

LONGEST_S = 240.0


def wheel(folder: Path, name: str, files: dict[str, str], *, requires: str = "") -> Path:
    """A wheel as small as one can be (packaging.python.org, "Binary distribution format")."""
    info = f"{name}-7.0.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 7.0\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for path, text in files.items()
    )
    folder.mkdir(exist_ok=True)
    made = folder / f"{name}-7.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return made


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with an avcore that says who it is, and the one package that it needs."""
    files = {
        "avcore/__init__.py": "import avcore_needs\n__version__ = '7.0'\n",
        "avcore/worker/__init__.py": "",
        "avcore/worker/contract.py": f"PROTOCOL = {PROTOCOL}\n",
    }
    wheel(tmp_path / "wheels", "avcore", files, requires="avcore-needs")
    wheel(tmp_path / "wheels", "avcore_needs", {"avcore_needs.py": ""})
    return tmp_path / "wheels"


def run(install: Install) -> tuple[Engine | Stopped, list[str]]:
    """How it ends, and its log."""
    install.start()
    install.wait(LONGEST_S)
    *lines, end = install.events()
    assert isinstance(end, Engine | Stopped)
    assert all(isinstance(line, Line) for line in lines)
    return end, [line.text for line in lines if isinstance(line, Line)]


def test_it_installs_offline_is_found_and_installs_again(tmp_path: Path, wheels: Path) -> None:
    plan = InstallPlan(tmp_path / "engine", wheels=wheels, needed_bytes=0)
    end, log = run(Install(plan))
    assert isinstance(end, Engine), log
    assert end.avcore == "7.0"
    assert "--no-index" in plan.command()
    assert any("Successfully installed" in line for line in log)
    assert next(find_engines(own=plan.folder, environment={}, home=tmp_path)).engine == end
    again, log = run(Install(plan))
    assert again == end
    assert not any("-m venv" in line for line in log)  # what is there is gone on with


def test_it_can_be_cancelled_and_goes_on(tmp_path: Path, wheels: Path) -> None:
    install = Install(InstallPlan(tmp_path / "engine", wheels=wheels, needed_bytes=0))
    install.start()
    end = time.monotonic() + LONGEST_S
    while not any(isinstance(event, Line) for event in install.events()) and time.monotonic() < end:
        time.sleep(0.01)
    install.cancel()
    install.wait(LONGEST_S)
    *_, stopped = install.events()
    assert isinstance(stopped, Stopped)
    assert stopped.was_cancelled
    assert not install.is_running
    assert isinstance(run(install)[0], Engine)


def test_half_an_environment_is_made_anew(tmp_path: Path, wheels: Path) -> None:
    plan = InstallPlan(tmp_path / "engine", wheels=wheels, needed_bytes=0)
    plan.environment_python.parent.mkdir(parents=True)
    (plan.folder / MARKER).touch()
    plan.environment_python.write_text("half")
    assert isinstance(run(Install(plan))[0], Engine)


def test_what_is_missing_from_the_wheels_is_in_the_log(tmp_path: Path, wheels: Path) -> None:
    next(wheels.glob("avcore_needs*")).unlink()
    end, log = run(Install(InstallPlan(tmp_path / "engine", wheels=wheels, needed_bytes=0)))
    assert isinstance(end, Stopped)
    assert "must hold avcore and all that it needs" in end.sentence
    assert any("avcore-needs" in line for line in log)


def test_what_cannot_be_is_said_before_anything_is_made(tmp_path: Path, wheels: Path) -> None:
    folder = tmp_path / "engine"
    empty = tmp_path / "empty"
    empty.mkdir()
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_text("meow")
    free = shutil.disk_usage(tmp_path).free
    for plan, words in (
        (InstallPlan(folder), "needs the internet"),
        (InstallPlan(folder, wheels=empty), "no wheels in"),
        (InstallPlan(other, wheels=wheels, needed_bytes=0), "holds other things"),
        (InstallPlan(folder, wheels=wheels, needed_bytes=free * 2), "GB are needed"),
        (InstallPlan(folder, ("--target=/",), wheels=wheels), "begins with a letter"),
        (InstallPlan(wheels / "avcore-7.0-py3-none-any.whl" / "x", wheels=wheels, needed_bytes=0), "cannot be used"),
    ):
        end, log = run(Install(plan))
        assert isinstance(end, Stopped)
        assert words in end.sentence
        assert not log
        assert not folder.exists()
    assert [path.name for path in other.iterdir()] == ["cat.jpg"]


def test_the_index_is_used_only_when_allowed(tmp_path: Path, wheels: Path) -> None:
    urls = {"index_url": "https://a.example/simple", "extra_index_url": "https://b.example/whl"}
    offline = InstallPlan(tmp_path, wheels=wheels, **urls).command()
    assert not any("example" in word for word in offline)
    assert "--no-index" in offline
    online = InstallPlan(tmp_path, online=True, **urls).command()
    assert "--no-index" not in online
    assert "https://a.example/simple" in online
