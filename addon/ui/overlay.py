"""What was heard, drawn over the strip in the Sequencer: waveform, beats and the chosen signal."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..engine import WorkerError
from ..errors import AddonError
from ..session import heard, sampling
from ..session.hearables import Heard, hear_cheaply
from ..sound import find_strip

WAVE = (0.75, 0.9, 1.0, 0.55)
BEAT = (1.0, 1.0, 1.0, 0.35)
BAR = (1.0, 0.85, 0.3, 0.8)
SIGNAL = (1.0, 0.45, 0.2, 0.95)
# Beats nearer to each other than this many pixels would be a wash of colour.
LEAST_GAP = 6.0

_handle: Any = None


def draw() -> None:
    """Draw over the strip, if there is something to draw and room for it."""
    context = bpy.context
    scene = context.scene
    if not scene.avcore.show_heard:
        return
    try:
        found = hear_cheaply(context, scene)
    except (AddonError, WorkerError):
        return
    known = heard.waveform_of(found.path) if found is not None else None
    strip = find_strip(scene, found.strip) if found is not None and found.strip else None
    if found is None or known is None or strip is None:
        return
    view = context.region.view2d
    left, right, low, high = _box(view, found, strip.channel)
    if right < 0 or left > context.region.width or right - left < 2 or high - low < 8:
        return
    columns = np.arange(max(0, int(left)), min(context.region.width, int(right)))
    if len(columns) < 2:
        return
    frames = np.interp(columns, [left, right], [found.hearing.frame_start, found.hearing.frame_end])
    lines = [(waveform(known.peaks, known.analysis.duration_s, found.hearing.times(frames), columns, low, high), WAVE)]
    scale = (right - left) / (found.hearing.frame_end - found.hearing.frame_start)
    for times, colour in ((known.analysis.beats_s, BEAT), (known.analysis.downbeats_s, BAR)):
        at = left + (found.hearing.frames_of(times)[0] - found.hearing.frame_start) * scale
        if len(at) < 2 or (at[-1] - at[0]) / (len(at) - 1) >= LEAST_GAP:
            lines.append((verticals(at, low, high), colour))
    curve = sampling.shown(context, found)
    if curve is not None:
        values = np.interp(frames, curve.frames, curve.values)
        lines.append((strip_of(columns, low + values * (high - low)), SIGNAL))
    _draw_lines(lines)


def waveform(peaks: Any, duration_s: float, times: Any, columns: Any, low: float, high: float) -> Any:
    """Vertical lines from the lowest to the highest sample at each column of pixels [shape=(2n, 2)].

    ``times`` are the columns' seconds of the sound, NaN where nothing is heard.
    """
    if not len(peaks) or duration_s <= 0:
        return np.zeros((0, 2), np.float32)
    is_heard = np.isfinite(times)
    at = np.clip((times[is_heard] / duration_s * len(peaks)).astype(int), 0, len(peaks) - 1)
    middle, half = (low + high) / 2, (high - low) / 2
    ends = middle + half * np.clip(peaks[at], -1.0, 1.0)
    return np.stack([np.repeat(columns[is_heard], 2), ends.ravel()], axis=-1).astype(np.float32)


def verticals(at: Any, low: float, high: float) -> Any:
    """Vertical lines [shape=(2n, 2)]."""
    ends = np.tile([low, high], len(at))
    return np.stack([np.repeat(at, 2), ends], axis=-1).astype(np.float32)


def strip_of(columns: Any, heights: Any) -> Any:
    """A curve as pairs of ends of lines [shape=(2n - 2, 2)]."""
    points = np.stack([columns, heights], axis=-1).astype(np.float32)
    return np.repeat(points, 2, axis=0)[1:-1]


def _box(view: Any, found: Heard, channel: int) -> tuple[float, float, float, float]:
    """The strip's place in the region: left, right, low, high, in pixels."""
    left, low = view.view_to_region(found.hearing.frame_start, channel + 0.12, clip=False)
    right, high = view.view_to_region(found.hearing.frame_end, channel + 0.72, clip=False)
    return float(left), float(right), float(low), float(high)


def _draw_lines(lines: list[tuple[Any, tuple[float, float, float, float]]]) -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    try:
        for points, colour in lines:
            if len(points):
                batch = batch_for_shader(shader, "LINES", {"pos": points})
                shader.bind()
                shader.uniform_float("color", colour)
                batch.draw(shader)
    finally:
        gpu.state.blend_set("NONE")


def register() -> None:
    """Begin to draw."""
    global _handle
    if not bpy.app.background:
        _handle = bpy.types.SpaceSequenceEditor.draw_handler_add(draw, (), "WINDOW", "POST_PIXEL")


def unregister() -> None:
    """End it."""
    global _handle
    if _handle is not None:
        bpy.types.SpaceSequenceEditor.draw_handler_remove(_handle, "WINDOW")
        _handle = None
