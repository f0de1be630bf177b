"""Patterns: every look with the settings of its first shipped preset, drawn by NumPy, by torch and by its kernel."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from avcore.compute.device import cpu, torch_device
from avcore.compute.painter import Painter
from avcore.compute.reference import ReferencePainter
from avcore.compute.traced import TracedPainter, kernel
from avcore.compute.traced.namespace import trace
from avcore.errors import UsageError
from avcore.fields.moment import Moment
from avcore.fields.pattern import PatternSpec
from avcore.presets import list_presets, load_preset
from avcore.presets.images import read_images
from avcore.presets.preset import Preset
from tests.bench.table import Row, seconds

SIZE = 512
FPS, TEMPO_BPM, BEATS = 30, 120.0, 4
THREADS = os.cpu_count() or 1

# Time that one painter is watched for, and the most frames that it draws.
CASE_S, MOST_FRAMES = 0.4, 50


def measure() -> Iterator[Row]:
    """One row for each look; frames a second are those of the best frame, and include the recording."""
    painters: dict[str, Painter] = {"NumPy": ReferencePainter(cpu(), threads=THREADS)}
    with contextlib.suppress(UsageError):
        painters["torch"] = ReferencePainter(torch_device("cpu"))
    painters["kernel"] = TracedPainter(threads=THREADS)
    for look, preset in _presets().items():
        picture = _picture(preset)
        program, _ = trace(picture)
        compile_s = seconds(lambda program=program: kernel.compiled(program))
        yield _row(look, preset, {name: _rate(painter, picture) for name, painter in painters.items()}, compile_s)
    for painter in painters.values():
        painter.close()


def _presets() -> dict[str, Preset]:
    """The first shipped preset of each look, by the look's name."""
    found: dict[str, Preset] = {}
    for entry in list_presets():
        preset = load_preset(entry.name) if entry.origin == "shipped" else None
        if preset is not None and isinstance(preset.field, PatternSpec):
            found.setdefault(type(preset.field).__name__.removesuffix("Spec").lower(), read_images(preset))
    return found


def _picture(preset: Preset) -> Any:
    field = preset.field.build(
        preset.colour,
        seconds=lambda duration: duration.seconds(tempo_bpm=TEMPO_BPM, beats_per_bar=BEATS, fps=FPS),
        file=preset.file,
    )
    return field.frame(Moment(7.0, dict.fromkeys(preset.signals, 0.4)), aspect=1.0, pixel=1.0 / SIZE)


def _rate(painter: Painter, picture: Any) -> float:
    """Frames a second of the best frame, after a warm-up."""
    out = np.empty((SIZE, SIZE, 3), dtype=np.uint8)
    times = [seconds(lambda: painter.paint([picture], out, supersample=1)) for _ in range(2)]
    while sum(times) < CASE_S and len(times) < MOST_FRAMES:
        times.append(seconds(lambda: painter.paint([picture], out, supersample=1)))
    return 1.0 / min(times[1:])


def _row(look: str, preset: Preset, rates: Mapping[str, float], compile_s: float) -> Row:
    others = [f"{name} {rate:.0f}" for name, rate in rates.items() if name != "kernel"]
    return Row(
        f"{look} ({preset.name}), {SIZE} x {SIZE}",
        f"{rates['kernel']:.0f} frames/s, compiled in {compile_s:.2f} s",
        f"{rates['kernel'] / rates['NumPy']:.1f} times NumPy ({', '.join(others)} frames/s)",
        record={"bench": "patterns", "look": look, "frames_per_s": dict(rates), "compile_s": compile_s},
    )
