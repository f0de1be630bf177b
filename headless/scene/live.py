"""A live picture in a scene: the preset as nodes, keyed from the song. Needs all of avcore, and no other process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from addon.bake import InTheWay
from addon.live import LiveNode, Memory, follow, live_material
from avcore.errors import UsageError
from headless.job import Shot
from headless.scene.templates import Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Live:
    """The graph of a preset, and its signals at the frames of a shot [each shape=(n,)]."""

    graph: dict[str, Any]
    first: int
    frames: NDArray[np.int64]
    times_s: NDArray[np.float64]
    signals: dict[str, NDArray[np.float64]]


def live_of(shot: Shot) -> Live:
    """What a live picture of a shot is made of: its preset, and its song, which is analysed.

    Raises:
        UsageError: the preset cannot be live.
        InputError: the song cannot be read.
    """
    import numpy as np

    from avcore.audio import analyze
    from avcore.export.preset import live_controls, preset_graph, why_not
    from avcore.worker.library import load

    preset = load(shot.preset, shot.overrides)
    reason = why_not(preset)
    if reason:
        raise UsageError(reason)
    track = analyze(shot.song)
    start_s = float(shot.start_s)
    graph = preset_graph(preset, track, fps=shot.fps, start_s=start_s)
    frames = np.arange(shot.first, shot.last + 1)
    times_s = np.array([float(shot.start_s + (int(n) - shot.first) / shot.fps) for n in frames])
    controls = live_controls(preset, track, fps=shot.fps, start_s=start_s)
    rows = controls.frames(times_s, span_s=float(1 / shot.fps)) if graph.signals else {}
    return Live(
        json.loads(json.dumps(graph.to_data())),
        shot.first,
        frames,
        times_s,
        {name: rows[name] for name in graph.signals},
    )


def show_live(live: Live, stage: Stage, *, aspect: float, heard: str, recipe: str) -> LiveNode:
    """Put a live picture where a stage takes it, with its keys; ``aspect`` is width over height of what it fills.

    Raises:
        UsageError: the stage takes pictures of image nodes alone.
    """
    from headless.scene.setup import finish

    if stage.obj is None:
        raise UsageError(
            "an Image Texture node called 'avcore' takes baked pictures alone; call a material or an object so for a "
            "live one, or leave out --live"
        )
    before = stage.obj.material_slots[stage.slot].material if stage.slot is not None else None
    made = live_material(live.graph, stage.obj, slot=stage.slot, lit=stage.lit, replace=True)
    assert not isinstance(made, InTheWay)
    made.group_node.inputs["Aspect"].default_value = aspect
    made.remember(Memory(heard, recipe, live.first))
    follow(made, frames=live.frames, times_s=live.times_s, signals=live.signals)
    finish(stage, bpy.data.materials[made.name], made.group_node.outputs["Color"], before)
    return made
