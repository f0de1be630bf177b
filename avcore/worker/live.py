"""What the worker says about a live material: the graph of a preset, and the signals that move it."""

from __future__ import annotations

import numpy as np

from avcore.audio import FeatureTrack
from avcore.errors import UsageError
from avcore.export.preset import live_controls, liveness, preset_graph
from avcore.timebase import parse_fps
from avcore.worker.contract import CurveValues, Live, LiveGraph
from avcore.worker.hearing import sample_times
from avcore.worker.library import load
from avcore.worker.scratch import Scratch


def live(request: Live, track: FeatureTrack | None, scratch: Scratch) -> LiveGraph:
    """The graph of a preset, and its signals at the times of a request.

    Raises:
        UsageError: there are times and no song, or too many.
        PresetError: the preset, its weights or its images will not do.
    """
    preset = load(request.preset, request.overrides)
    can = liveness(preset)
    if can.why_not:
        return LiveGraph(can.why_not)
    fps = parse_fps(request.fps)
    try:
        graph = preset_graph(preset, track, fps=fps, start_s=request.start_s)
    except UsageError:
        if track is None:  # its lengths are in beats, and only its number of nodes is known
            return LiveGraph("", nodes=can.nodes)
        raise
    data = graph.to_data()
    if not (request.count or request.times_s) or not graph.signals:
        return LiveGraph("", data, nodes=graph.node_count)
    if track is None:
        raise UsageError("signals at times are those of a sound; name one")
    controls = live_controls(preset, track, fps=fps, start_s=request.start_s)
    rows = controls.frames(sample_times(request, float(fps)), span_s=float(1 / fps))
    values = np.stack([rows[name] for name in graph.signals]).astype(np.float32)
    return LiveGraph("", data, CurveValues(graph.signals, scratch.keep(values, "live")), graph.node_count)
