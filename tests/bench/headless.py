"""The runner and the farm: frames a second of one process and of two, and what a chunk costs besides its frames."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from avcore.audio.demo import write_demo
from tests.bench.table import Row, seconds

BAKED, RENDERED = 240, 48  # frames are quick: of few of them, only noise would be measured
ROUNDS = 3
SHOT = "demo_ember"
JOB = {
    "name": "bench",
    "songs": [{"song": "demo.wav", "start": "4", "duration": f"{BAKED} frames"}],
    "presets": ["ember"],
    "template": "plane",
    "fps": 24,
    "texture": {"size": "1024x1024"},
    "render": {"resolution": "640x360", "samples": 4},
}


def python() -> Path:
    """A Python with avcore, bpy and the farm extras."""
    named = os.environ.get("AVCORE_HEADLESS_PYTHON")
    return Path(named) if named else Path(__file__).parents[2] / ".venv-headless-4.5.15" / "bin" / "python"


def measure() -> Iterator[Row]:
    """Bakes and Cycles renders as a farm does them, on this machine."""
    if not python().is_file():
        yield Row("runner and farm", "not measured", "there is no Python with bpy; `make test-headless` makes one")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_demo(folder / "demo.wav")
        (folder / "job.yaml").write_text(json.dumps(JOB))
        bundle = folder / "bundle"
        _run("farm", "export", folder / "job.yaml", "-o", bundle)
        yield from _tasks(bundle)
        yield from _engines(bundle)


def _tasks(bundle: Path) -> Iterator[Row]:
    """A frame and a chunk of each step, as the slope and the intercept of plain processes."""
    for step, about, frames in (
        ("bake", "1024 x 1024 PNG", BAKED),
        ("render", "Cycles, 640 x 360, 4 samples", RENDERED),
    ):
        task = [step, f"--job={bundle / 'job.yaml'}", f"--shot={SHOT}", "--existing=overwrite"]
        _run(*task, f"--frames=1-{frames}")
        one = _median(lambda task=task: _run(*task, "--frames=1"))
        chunk = _median(lambda task=task, frames=frames: _run(*task, f"--frames=1-{frames}"))
        frame_s = (chunk - one) / (frames - 1)
        yield _row(f"{step}, {about}, one process", 1 / frame_s, "frames/s")
        yield _row(f"{step}: a chunk besides its frames", one - frame_s, "s")


def _engines(bundle: Path) -> Iterator[Row]:
    """All frames of the render by one worker and by two; and what a chunk costs more under each engine."""
    plain = [
        "render",
        f"--job={bundle / 'job.yaml'}",
        f"--shot={SHOT}",
        f"--frames=1-{RENDERED}",
        "--existing=overwrite",
    ]
    farm = [
        "farm",
        "run",
        bundle,
        "--step",
        "Render",
        "--set",
        "ExistingFrames=overwrite",
        "--set",
        f"Frames=1-{RENDERED}",
    ]
    whole, halves = ["--set", f"FramesPerTask={RENDERED}"], ["--set", f"FramesPerTask={RENDERED // 2}"]
    by_hand = _median(lambda: _run(*plain))
    one = _median(lambda: _run(*farm, *whole))
    two = _median(lambda: _run(*farm, *halves, "--workers", 2))
    by_dask = _median(lambda: _run(*farm, *halves, "--engine", "dask", "--workers", 2))
    yield _row(
        "render by openjd, one worker", RENDERED / one, "frames/s", f"{RENDERED / by_hand:.2f} by a plain process"
    )
    yield _row("render by openjd, two workers", RENDERED / two, "frames/s", "half the processors each")
    yield _row("render by Dask, two workers", RENDERED / by_dask, "frames/s", "half the processors each")
    yield _row("openjd around a chunk", one - by_hand, "s", "starting it, and looking whether the host can render")


def _row(what: str, value: float, unit: str, against: str = "") -> Row:
    return Row(what, f"{value:.2f} {unit}", against, {"bench": "headless", "what": what, "value": value, "unit": unit})


def _median(work: Callable[[], object]) -> float:
    return statistics.median(seconds(work) for _ in range(ROUNDS))


def _run(*arguments: object) -> None:
    command: Sequence[str] = [str(python()), "-m", "headless", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
