"""Finding avcore in all the places where people have it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from addon.engine.contract import PROTOCOL
from addon.engine.find import ENVIRONMENT, Looked, find_engines, probe

pytestmark = pytest.mark.skipif(os.name != "posix", reason="makes programs of shell scripts")

Home = Callable[..., list[Looked]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's folder."""
    return tmp_path / "home"


@pytest.fixture
def environment(avcore_python: str) -> Callable[[Path], Path]:
    """Makes something that looks and works like an environment with avcore; returns its Python."""

    def make(folder: Path) -> Path:
        (folder / "lib" / "python3.11" / "site-packages" / "avcore-9.9.dist-info").mkdir(parents=True)
        return script(folder / "bin" / "python", f'#!/bin/sh\nexec "{avcore_python}" "$@"\n')

    return make


def script(path: Path, text: str) -> Path:
    """A program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def looked(home: Path, preferred: str = "", own: Path | None = None, **variables: str) -> list[Looked]:
    """What is found under that home with these variables alone, but for this Python itself."""
    found = list(find_engines(preferred=preferred, own=own, environment=variables, home=home))
    assert found[-1].source == "the extension's wheels"
    return found[:-1]


def test_an_empty_home_has_none(home: Path) -> None:
    assert looked(home) == []


@pytest.mark.parametrize(
    ("folder", "source", "variables"),
    [
        (".local/share/pipx/venvs/avcore", "pipx", {}),
        (".local/pipx/venvs/avcore", "pipx", {}),
        ("data/pipx/venvs/avcore", "pipx", {"XDG_DATA_HOME": "data"}),
        ("elsewhere/venvs/avcore", "pipx", {"PIPX_HOME": "elsewhere"}),
        (".local/share/uv/tools/avcore", "uv tools", {}),
        ("tools/avcore", "uv tools", {"UV_TOOL_DIR": "tools"}),
        ("active", "$VIRTUAL_ENV", {"VIRTUAL_ENV": "active"}),
        ("mamba", "$CONDA_PREFIX", {"CONDA_PREFIX": "mamba"}),
    ],
)
@pytest.mark.skipif(sys.platform == "darwin", reason="these are Linux's folders")
def test_environments_are_found(
    folder: str, source: str, variables: dict[str, str], home: Path, environment: Callable[[Path], Path]
) -> None:
    python = environment(home / folder)
    (found,) = looked(home, **{name: str(home / value) for name, value in variables.items()})
    assert found.engine is not None, found.problem
    assert (found.source, found.engine.python) == (source, python)
    assert found.engine.command[0] == str(python)


def test_conda_environments_are_found(home: Path, environment: Callable[[Path], Path]) -> None:
    python = environment(home / "envs" / "music")
    (home / "envs" / "other" / "bin").mkdir(parents=True)
    (home / ".conda").mkdir()
    (home / ".conda" / "environments.txt").write_text(f"{home}/envs/other\n{home}/envs/music\n/gone\n")
    (found,) = looked(home)
    assert (found.source, found.engine and found.engine.python) == ("conda (music)", python)


def test_the_program_on_the_path_leads_to_its_python(home: Path, environment: Callable[[Path], Path]) -> None:
    python = environment(home / "venv")
    program = script(home / "venv" / "bin" / "avcore", f"#!{python}\nimport avcore\n")
    link = home / "bin" / "avcore"
    link.parent.mkdir()
    link.symlink_to(program)
    (found,) = looked(home, PATH=str(link.parent))
    assert (found.source, found.engine and found.engine.python) == ("PATH", python)


def test_a_place_is_looked_at_once(home: Path, environment: Callable[[Path], Path]) -> None:
    python = environment(home / ".local/share/uv/tools/avcore")
    script(python.parent / "avcore", f"#!{python}\n")
    assert len(looked(home, PATH=str(python.parent))) == 1


@pytest.mark.parametrize("what", ["bin/python", "", "bin/avcore"])
def test_the_preference_may_be_a_python_a_folder_or_the_program(
    what: str, home: Path, environment: Callable[[Path], Path]
) -> None:
    python = environment(home / "mine")
    script(home / "mine" / "bin" / "avcore", f"#!{python}\n")
    environment(home / ".local/share/uv/tools/avcore")
    found = looked(home, preferred=str(home / "mine" / what))
    assert [one.source for one in found] == ["preferences", "uv tools"]
    assert found[0].engine is not None
    assert found[0].engine.python == python


def test_the_environment_that_was_installed_comes_first(home: Path, environment: Callable[[Path], Path]) -> None:
    environment(home / ".local/share/uv/tools/avcore")
    environment(home / "own" / ENVIRONMENT)
    found = looked(home, own=home / "own")
    assert [one.source for one in found] == ["the extension's environment", "uv tools"]


def test_what_does_not_work_says_why(home: Path) -> None:
    cases = {
        "absent": "there is no Python",
        "bare": "install avcore into it",
        "silent": "its answer cannot be read",
        "broken": "cannot be started",
        "old": "Python 3.11 or newer",
    }
    script(home / "bare" / "bin" / "python", f'#!/bin/sh\nshift\nexec "{sys.executable}" -I -S "$@"\n')
    script(home / "silent" / "bin" / "python", "#!/bin/sh\necho hello\n")
    script(home / "broken" / "bin" / "python", "\x7fELF nothing")
    script(home / "old" / "bin" / "python", "#!/bin/sh\necho 'Unknown option: -P' >&2; exit 2\n")
    for name, words in cases.items():
        (found,) = looked(home, preferred=str(home / name / "bin" / "python"))
        assert found.engine is None
        assert words in found.problem, name
        assert name in str(found)


def test_an_avcore_without_what_it_needs_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    """Someone installed it with --no-deps, or points to a checkout."""
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python.parents[1])], check=True)
    packages = next((tmp_path / "env").glob("lib/python3*/site-packages"))
    (packages / "avcore.pth").write_text(f"{ROOT}\n")
    found = probe("preferences", python)
    assert found.engine is None
    assert " lacks numpy, scipy, soundfile, " in found.problem
    assert f"; run: {python} -m pip install numpy scipy" in found.problem
    assert "matplotlib" not in found.problem, "nobody needs it"


def test_an_avcore_that_speaks_otherwise_is_refused(tmp_path: Path) -> None:
    for protocol, older in ((PROTOCOL - 1, "update avcore"), (PROTOCOL + 1, "update the extension")):
        folder = tmp_path / str(protocol)
        (folder / "avcore" / "worker").mkdir(parents=True)
        (folder / "avcore" / "__init__.py").write_text("__version__ = '7.7'\n")
        (folder / "avcore" / "worker" / "__init__.py").touch()
        (folder / "avcore" / "worker" / "contract.py").write_text(f"PROTOCOL = {protocol}\n")
        found = probe("wheels", Path(sys.executable), (folder,))
        assert found.engine is None
        assert older in found.problem


def test_what_the_application_was_started_with_does_not_reach_the_worker(
    monkeypatch: pytest.MonkeyPatch, avcore_python: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somebody/elses")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    found = probe("preferences", Path(avcore_python))
    assert found.engine is not None, found.problem
    assert {"PYTHONHOME", "PYTHONPATH"}.isdisjoint(found.engine.environment())
