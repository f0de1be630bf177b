"""The extension: what baking through Blender costs over the command line, the first preview, keys, registration.

In the newest Blender at hand: ``.venv-bpy52`` and so on, or what ``AVCORE_BPY_VENVS`` names.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from avcore.audio.demo import write_demo
from tests.bench.table import Row, in_turn, run_avcore

ROOT = Path(__file__).parents[2]
SIZE, FPS, FRAMES = (1024, 1024), 24, 240
STARTS, PREVIEWS, ROUNDS = 3, 7, 5
KEYS = 100_000


class Blender:
    """A Blender that does what it is asked, see ``addon_in_blender.py``."""

    def __init__(self, venv: Path, zip_path: Path, environment: dict[str, str]) -> None:
        script = Path(__file__).with_name("addon_in_blender.py")
        command = [venv / "bin" / "python", "-W", "ignore", script, zip_path, sys.executable]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        told = self._answer()
        self.version: str = told["blender"]
        self.register_s: float = told["register_s"]

    def ask(self, *what: Any) -> float:
        """Seconds that something took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(what)}\n")
        self._process.stdin.flush()
        return float(self._answer()["seconds"])

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("bench "):
                told: dict[str, Any] = json.loads(line.removeprefix("bench "))
                return told
        raise RuntimeError("Blender has ended; what it said is above")


def measure() -> Iterator[Row]:
    """Rows for one Blender; none without a Blender."""
    venv = _blender()
    if venv is None:
        yield Row("the extension", "not measured", "there is no Blender; `make test-addon` gets some")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        song = folder / "demo.wav"
        write_demo(song)
        zip_path = _build(venv, folder / "dist")
        yield from _starts(venv, zip_path, song, folder)
        blender = Blender(venv, zip_path, _environment(folder, cache="warm"))
        blender.ask("first", str(song))
        yield _baking(blender, song, folder)
        keys_s = statistics.median(blender.ask("keys") for _ in range(ROUNDS))
        yield Row(
            f"keyframes in Blender {blender.version}", f"{KEYS / keys_s / 1e6:.1f} M a second", f"{KEYS} in one curve"
        )
        blender.close()


def _starts(venv: Path, zip_path: Path, song: Path, folder: Path) -> Iterator[Row]:
    """Registration and first pictures, in Blenders that are new each time."""
    registered, cold, warm, changed = [], [], [], []
    for start in range(STARTS):
        for times, cache in ((cold, f"cold-{start}"), (warm, "warm")):
            blender = Blender(venv, zip_path, _environment(folder, cache=cache))
            registered.append(blender.register_s)
            times.append(blender.ask("first", str(song)))
            changed += [blender.ask("preview", 0.5 + 0.1 * step) for step in range(PREVIEWS)]
            blender.close()
    version = blender.version
    middle = statistics.median
    yield Row(f"registration in Blender {version}", f"{middle(registered):.2f} s", "imports included")
    yield Row(
        f"first preview in Blender {version}, 512 x 512",
        f"{middle(warm[1:]):.1f} s from picking the song; {middle(changed):.2f} s after a change of a setting",
        f"nothing started yet; {middle(cold):.1f} s with an empty cache (kernels are compiled)",
    )


def _baking(blender: Blender, song: Path, folder: Path) -> Row:
    width, height = SIZE
    numbers = itertools.count()
    outs: list[Path] = []

    def through_blender() -> None:
        out = folder / f"blender-{next(numbers)}"
        blender.ask("bake", str(out), width, height, FRAMES)
        outs.append(out / "demo-ember")

    def by_command() -> None:
        out = folder / f"cli-{next(numbers)}"
        out.mkdir()
        outs.append(out / "demo-ember")
        arguments = ["render", song, outs[-1], "--format", "png", "--preset", "ember", "-r", f"{width}x{height}"]
        run_avcore(
            [*arguments, "--fps", FPS, "--frames", f"1-{FRAMES}"], environment=_environment(folder, cache="warm")
        )

    here, there, ratio = in_turn(through_blender, by_command, rounds=ROUNDS)
    frames = [{path.name: path.read_bytes() for path in out.glob("*.png")} for out in outs[-2:]]
    assert frames[0] == frames[1], "both make the same pictures"
    return Row(
        f"bake through Blender {blender.version}, {len(frames[0])} frames of {width} x {height}",
        f"{here:.1f} s, {100 * (ratio - 1):+.1f} %",
        f"the command line ({there:.1f} s)",
        {"bench": "addon", "blender_s": here, "command_s": there, "ratio": ratio},
    )


def _environment(folder: Path, *, cache: str) -> dict[str, str]:
    return {**os.environ, "AVCORE_CACHE": str(folder / "caches" / cache), "AVCORE_PRESETS": ""}


def _build(venv: Path, out: Path) -> Path:
    """The extension's zip."""
    command = [sys.executable, ROOT / "addon" / "_build", "--only", "light", "--code-only", "--out", out]
    environment = {**os.environ, "AVCORE_BPY_VENVS": str(venv)}
    subprocess.run([*command, "--work", out / "work"], check=True, env=environment, stdout=subprocess.DEVNULL)
    return next(out.glob("*-light.zip"))


def _blender() -> Path | None:
    named = os.environ.get("AVCORE_BPY_VENVS")
    found = map(Path, named.split(os.pathsep)) if named else sorted(ROOT.glob(".venv-bpy*"))
    return next((venv for venv in reversed(list(found)) if (venv / "bin" / "python").is_file()), None)
