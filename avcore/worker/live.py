"""What the worker says about a live material: the graph of a preset, and the signals that move it."""

from __future__ import annotations

import numpy as np

from avcore.audio import FeatureTrack
from avcore.errors import UsageError
from avcore.export.preset import live_controls, preset_graph, why_not
from avcore.timebase import parse_fps
from avcore.worker.contract import CurveValues, Live, LiveGraph
from avcore.worker.hearing import sample_times
from avcore.worker.library import load
from avcore.worker.scratch import Scratch


def live(request: Live, track: FeatureTrack | None, scratch: Scratch) -> LiveGraph:
    """The graph of a preset, and its signals at the times of a request.

    Raises:
        UsageError: there are times and no song, or too many; a length is in beats and there is no song.
        PresetError: the preset, its weights or its images will not do.
    """
    preset = load(request.preset, request.overrides)
    reason = why_not(preset)
    if reason:
        return LiveGraph(reason)
    fps = parse_fps(request.fps)
    graph = preset_graph(preset, track, fps=fps, start_s=request.start_s)
    data = graph.to_data()
    if not (request.count or request.times_s) or not graph.signals:
        return LiveGraph("", data)
    if track is None:
        raise UsageError("signals at times are those of a sound; name one")
    controls = live_controls(preset, track, fps=fps, start_s=request.start_s)
    rows = controls.frames(sample_times(request, float(fps)), span_s=float(1 / fps))
    values = np.stack([rows[name] for name in graph.signals]).astype(np.float32)
    return LiveGraph("", data, CurveValues(graph.signals, scratch.keep(values, "live")))
