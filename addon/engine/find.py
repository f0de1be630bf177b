"""Which Python can run avcore: the extension's own wheels, a path from the preferences, or what is installed anyway.

Looking costs files only; a Python is run once, to ask it what it has, when it looks promising.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .contract import PROTOCOL

PROBE_S = 30.0
ENVIRONMENT = "env"  # in a folder that the extension installs into

_WINDOWS = sys.platform == "win32"
_PYTHON = Path("Scripts/python.exe") if _WINDOWS else Path("bin/python")
# What another Python would stumble over, where Blender was started with them.
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")
_QUESTION = """
import json, sys
from avcore.worker.contract import PROTOCOL
import avcore
told = {"avcore": avcore.__version__, "protocol": PROTOCOL, "python": sys.version.split()[0]}
try:
    from avcore.packages import missing, version
    told |= {"torch": version("torch") or "", "missing": missing()}
except ImportError:
    pass
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Engine:
    """A Python that has avcore: where it was found, and what it has. ``torch`` is a version, empty where there is none.

    ``wheels`` are folders with packages that this Python has to be told of.
    """

    source: str
    python: Path
    avcore: str
    torch: str
    python_version: str
    wheels: tuple[Path, ...] = ()

    @property
    def command(self) -> list[str]:
        """What starts the worker. Without ``-P`` a module in the current folder could stand for one of ours."""
        return [str(self.python), "-P", "-m", "avcore.worker"]

    def environment(self) -> dict[str, str]:
        """The variables that the worker is started with."""
        return _environment(self.wheels)

    def __str__(self) -> str:
        extra = f", torch {self.torch}" if self.torch else ""
        return f"avcore {self.avcore} in {self.source} ({self.python}, Python {self.python_version}{extra})"


@dataclass(frozen=True)
class Looked:
    """A place that was looked at: ``engine`` where avcore runs there, else ``problem`` in a sentence."""

    source: str
    place: str
    engine: Engine | None
    problem: str = ""

    def __str__(self) -> str:
        return str(self.engine) if self.engine else f"{self.source} ({self.place}): {self.problem}"


def find_engines(
    *,
    preferred: str = "",
    own: Path | None = None,
    environment: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Iterator[Looked]:
    """Every place where avcore may be, the best first; take the first that has an ``engine``.

    Args:
        preferred: a path from the preferences: a Python, its folder, or an ``avcore`` program.
        own: the folder that the extension installs into, see ``InstallPlan``.
        environment: variables that say where things are; those of this process by default.
        home: the user's folder.
    """
    variables = os.environ if environment is None else environment
    seen: set[str] = set()
    if preferred:
        yield from _look("preferences", _python_of(Path(preferred).expanduser()), preferred, seen)
    if own is not None and (own / ENVIRONMENT).exists():
        yield from _look("the extension's environment", own / ENVIRONMENT / _PYTHON, str(own), seen)
    for source, python in _installed(variables, home or Path.home()):
        yield from _look(source, python, str(python), seen)
    yield _wheels()


def probe(source: str, python: Path, wheels: tuple[Path, ...] = ()) -> Looked:
    """Ask a Python whether it has an avcore that we can talk to."""
    try:
        answer = subprocess.run(
            [str(python), "-P", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=PROBE_S,
            env=_environment(wheels),
            stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Looked(source, str(python), None, f"it cannot be started ({error}); choose another Python")
    if answer.returncode != 0:
        last = (answer.stderr.strip().splitlines() or ["it said nothing"])[-1]
        hint = "install avcore into it" if "avcore" in last else "Python 3.11 or newer is needed"
        return Looked(source, str(python), None, f"{last}; {hint}")
    try:
        told = json.loads(answer.stdout.strip().splitlines()[-1])
        found, protocol, missing = str(told["avcore"]), int(told["protocol"]), list(map(str, told.get("missing", ())))
        engine = Engine(source, python, found, str(told.get("torch", "")), str(told["python"]), wheels)
    except (ValueError, LookupError, TypeError) as error:
        return Looked(source, str(python), None, f"its answer cannot be read ({error}); choose another Python")
    if protocol != PROTOCOL:
        older = "avcore" if protocol < PROTOCOL else "the extension"
        return Looked(
            source, str(python), None, f"avcore {found} speaks protocol {protocol}, not {PROTOCOL}; update {older}"
        )
    if missing:
        command = shlex.join([str(python), "-m", "pip", "install", *missing])
        hint = "install the full build again" if wheels else f"run: {command}"
        return Looked(source, str(python), None, f"avcore {found} lacks {', '.join(missing)}; {hint}")
    return Looked(source, str(python), engine)


def _look(source: str, python: Path, place: str, seen: set[str]) -> Iterator[Looked]:
    """Probe a Python that is there and has not been looked at."""
    # The link itself, not what it leads to, says which environment it is.
    key = os.path.normcase(os.path.abspath(python))
    if key in seen:
        return
    seen.add(key)
    yield (
        probe(source, python) if python.is_file() else Looked(source, place, None, "there is no Python; check the path")
    )


def _wheels() -> Looked:
    """Blender's own Python, with the wheels that the extension carries."""
    source, python = "the extension's wheels", Path(sys.executable)
    spec = importlib.util.find_spec("avcore")
    if spec is None or not spec.submodule_search_locations:
        return Looked(
            source, sys.executable, None, "this build carries no avcore; install the full one, or avcore itself"
        )
    folder = Path(next(iter(spec.submodule_search_locations))).parent
    return probe(source, python, (folder,))


def _installed(variables: Mapping[str, str], home: Path) -> Iterator[tuple[str, Path]]:
    """Pythons that have avcore, by the files that they have."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if variables.get(variable) and _has_avcore(Path(variables[variable])):
            yield f"${variable}", _python_in(Path(variables[variable]))
    program = shutil.which("avcore", path=variables.get("PATH", ""))
    if program:
        yield "PATH", _python_of(Path(program))
    for folder in _pipx(variables, home):
        if _has_avcore(folder / "avcore"):
            yield "pipx", folder / "avcore" / _PYTHON
    for folder in _uv(variables, home):
        if _has_avcore(folder / "avcore"):
            yield "uv tools", folder / "avcore" / _PYTHON
    for folder in _conda(home):
        if _has_avcore(folder):
            yield f"conda ({folder.name})", _python_in(folder)


def _pipx(variables: Mapping[str, str], home: Path) -> Iterable[Path]:
    """Where pipx keeps its environments (pipx.pypa.io, "Environment variables")."""
    if variables.get("PIPX_HOME"):
        yield Path(variables["PIPX_HOME"]) / "venvs"
    yield _data(variables, home) / "pipx" / "venvs"
    yield home / ".local" / "pipx" / "venvs"
    yield home / "pipx" / "venvs"


def _uv(variables: Mapping[str, str], home: Path) -> Iterable[Path]:
    """Where uv keeps its tools (docs.astral.sh/uv, "Storage")."""
    if variables.get("UV_TOOL_DIR"):
        yield Path(variables["UV_TOOL_DIR"])
    if _WINDOWS:
        yield Path(variables.get("APPDATA") or home / "AppData" / "Roaming") / "uv" / "tools"
    else:
        yield Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share") / "uv" / "tools"


def _conda(home: Path) -> Iterator[Path]:
    """All of conda's environments: each is noted here when it is made."""
    try:
        text = (home / ".conda" / "environments.txt").read_text(encoding="utf-8")
    except OSError:
        return
    yield from (Path(line.strip()) for line in text.splitlines() if line.strip())


def _data(variables: Mapping[str, str], home: Path) -> Path:
    """Where programs keep their data for a user."""
    if _WINDOWS:
        return Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share")


def _has_avcore(folder: Path) -> bool:
    """Whether an environment has avcore among its packages."""
    packages = [folder / "Lib" / "site-packages"] if _WINDOWS else folder.glob("lib/python3*/site-packages")
    return any(any(place.glob("avcore-*.dist-info")) for place in packages)


def _python_of(path: Path) -> Path:
    """The Python that a path means: itself, that of its folder, or the one that runs a program."""
    if path.is_dir():
        return _python_in(path)
    if re.fullmatch(r"python[\d.]*(\.exe)?", path.name, re.IGNORECASE):
        return path
    try:
        with path.open("rb") as file:
            first = file.readline(500).decode(errors="replace")
    except OSError:
        return path
    if first.startswith("#!") and " " not in first.strip():
        return Path(first[2:].strip())
    real = path.resolve()
    return real.parent / ("python.exe" if _WINDOWS else "python")


def _python_in(folder: Path) -> Path:
    """The Python of an environment, or of a folder that holds one."""
    places = (folder / _PYTHON, folder / "python.exe", folder / "bin" / "python3", folder / "python")
    return next((place for place in places if place.is_file()), folder / _PYTHON)


def _environment(wheels: tuple[Path, ...]) -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    if wheels:
        variables["PYTHONPATH"] = os.pathsep.join(map(str, wheels))
    # Output as UTF-8, whatever the system's language.
    return {**variables, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
