"""Blenders for the tests of scenes: Pythons with bpy and avcore, which run the command line and pieces of code."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
LONGEST_S = 300


@dataclass(frozen=True)
class Blender:
    """One Python with bpy and avcore."""

    python: str

    def run(self, *arguments: object, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run ``avcore-headless`` and hold it to an exit code."""
        done = self._process("-m", "headless", *map(str, arguments))
        if code is not None:
            assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def told(self, *arguments: object, code: int = 0) -> Any:
        """What ``avcore-headless --json`` says."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout.splitlines()[-1])

    def do(self, code: str, **values: object) -> Any:
        """Run code with ``bpy``; what it leaves in ``out``. ``values`` are names it has, as text or numbers."""
        written = {k: f"Path({str(v)!r})" if isinstance(v, Path) else repr(v) for k, v in values.items()}
        given = "\n".join(f"{name} = {value}" for name, value in written.items())
        text = (
            "import json, os, sys\nfrom pathlib import Path\n"
            "from headless.needs_bpy import need_bpy\nneed_bpy('test')\n"
            f"import bpy\nout = None\n{given}\n{code}\n"
            "sys.stdout.flush()\nprint('\\n@@' + json.dumps(out, default=str), flush=True)\nos._exit(0)\n"
        )
        done = self._process("-c", text)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout.rpartition("@@")[2])

    def _process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-W", "ignore::DeprecationWarning", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )


def named() -> list[str]:
    """Pythons to test in: those of ``AVCORE_HEADLESS_PYTHONS``, else the one of the other tests."""
    several = os.environ.get("AVCORE_HEADLESS_PYTHONS", "")
    one = os.environ.get("AVCORE_HEADLESS_PYTHON") or str(ROOT / ".venv-headless-4.5.15" / "bin" / "python")
    return [part for part in several.split(os.pathsep) if part] or [one]


@cache
def lacking(python: str) -> str:
    """Why a Python will not do, in a sentence; empty where it will."""
    if not Path(python).is_file():
        return f"there is no {python}; `make test-headless` makes a Python with avcore and bpy"
    asked = "import importlib.util as u; print(*(n for n in ('avcore', 'bpy', 'numba') if not u.find_spec(n)))"
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False, cwd=ROOT)
    return f"{python} lacks {done.stdout.strip() or 'much'}" if done.returncode or done.stdout.strip() else ""


def blender_of(python: str) -> Blender:
    """A Blender, or the test is skipped."""
    if reason := lacking(python):
        pytest.skip(reason)
    return Blender(python)


def pixels(path: Path) -> NDArray[np.int64]:
    """A PNG [shape=(height, width, 3)]."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(np.int64)


def psnr_db(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    """Peak signal to noise of two 8-bit pictures; 99 where they are the same."""
    error = float(np.mean((a - b) ** 2.0))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))
