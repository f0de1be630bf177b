"""From a preset to the graph of its picture, or to the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import FeatureTrack
from avcore.director import DirectorSpec
from avcore.errors import PresetError, UsageError
from avcore.export.source import identifier
from avcore.fields.cppn import CppnSpec
from avcore.fields.expression import Graph, build_graph
from avcore.fields.expression.build import CONTROLS, COORDINATES, TIME
from avcore.fields.loop import LoopSpec
from avcore.presets.catalogue import PresetEntry
from avcore.presets.images import read_images
from avcore.presets.loading import load_preset
from avcore.presets.preset import Preset
from avcore.signals.controls import Controls, compute_controls
from avcore.timebase import Duration

MAX_WIDTH = 16
MAX_LAYERS = 6

# Beyond this, materials take seconds to compile; 4 layers of 16 with relief are about a third of it.
MAX_NODES = 3000

ANY_TEMPO_BPM, ANY_FPS = 120.0, Fraction(30)

# What a slider of a signal that adds up begins with: it has no end.
INTEGRATED_RANGE = (0.0, 1000.0)


def why_not(preset: Preset) -> str:
    """The reason why a preset cannot be a live material, as a sentence that says what to do; empty where it can."""
    spec, title = preset.field, preset.name or "this preset"
    if isinstance(spec, DirectorSpec):
        return f"{title} changes between scenes, which nodes cannot; bake it, or choose one of its scenes"
    if not isinstance(spec, CppnSpec):
        return f"{title} is no neural field (type: cppn), and only those are small enough to be nodes; bake it"
    taken = [
        name for name in preset.signals if any(identifier(name) == identifier(other) for other in _taken(preset, name))
    ]
    if taken:
        return f"{title} has a signal called {taken[0]}, which is the name of another input of a shader; rename it"
    if spec.width > MAX_WIDTH or spec.layers > MAX_LAYERS:
        return (
            f"the network of {title} is too big for nodes: {spec.layers} layers of {spec.width} units, where "
            f"{MAX_LAYERS} of {MAX_WIDTH} are the limit; bake it, or lower field.width and field.layers"
        )
    if preset.layers:
        return f"{title} lays other fields over its own, which nodes cannot; bake it, or remove its layers"
    if spec.drift:
        return f"the weights of {title} wander, which nodes cannot; set field.drift to 0, or bake it"
    if preset.render.trails is not None:
        return f"{title} shows trails of the moments before, which nodes cannot; remove render.trails, or bake it"
    if preset.render.motion_blur > 1:
        return f"{title} blurs several moments into one; set render.motion_blur to 1, or bake it"
    return ""


def _taken(preset: Preset, name: str) -> list[str]:
    """The names that a signal cannot have, as shaders have no hyphens."""
    return [
        *(item.name for item in (*COORDINATES, TIME, *CONTROLS)),
        *(other for other in preset.signals if other != name),
    ]


def preset_graph(
    preset: Preset, track: FeatureTrack | None = None, *, fps: Fraction = Fraction(30), start_s: float = 0.0
) -> Graph:
    """The graph of a preset's picture.

    Args:
        preset: the preset, with its images or not.
        track: the song, whose tempo gives beats and bars their length; without it they cannot be.
        fps: the frame rate, which gives frames their length; a loop is whole frames long.
        start_s: the time of the song at which a loop begins.

    Raises:
        UsageError: the preset cannot be a graph, or a length is in beats and there is no song.
        PresetError: its weights or images cannot be used.
    """
    return _graph(preset, seconds_of(track, fps, preset.name), fps=fps, start_s=start_s)


def _graph(preset: Preset, seconds: Callable[[Duration], float], *, fps: Fraction, start_s: float) -> Graph:
    reason = why_not(preset)
    if reason:
        raise UsageError(reason)
    preset = read_images(preset)
    spec: CppnSpec = preset.field
    weights = spec.draw_weights() if spec.weights is None else spec.load_weights(preset.file(spec.weights))
    graph = build_graph(
        preset.name or "avcore",
        spec,
        preset.colour,
        weights,
        seconds=seconds,
        signals={
            name: INTEGRATED_RANGE if signal.integrate else signal.range for name, signal in preset.signals.items()
        },
        maps=preset.maps,
        loop_s=None if spec.loop is None else loop_seconds(spec.loop, seconds, fps),
        start_s=start_s,
    )
    if graph.node_count > MAX_NODES:
        raise UsageError(
            f"{preset.name or 'this preset'} needs {graph.node_count} nodes, where {MAX_NODES} are the limit; bake it, "
            "or lower field.width, field.layers or colour.relief"
        )
    return graph


@dataclass(frozen=True)
class Liveness:
    """Whether a preset can be a live material: of how many ``nodes``, or ``why_not``, a sentence."""

    nodes: int = 0
    why_not: str = ""


def liveness(preset: Preset) -> Liveness:
    """Whether a preset can be a live material, without a song; its graph is built for that, in milliseconds."""

    def seconds(duration: Duration) -> float:  # how many nodes there are depends on no tempo
        return duration.seconds(tempo_bpm=ANY_TEMPO_BPM, beats_per_bar=4, fps=ANY_FPS)

    try:
        return Liveness(nodes=_graph(preset, seconds, fps=ANY_FPS, start_s=0.0).node_count)
    except (UsageError, PresetError) as error:
        return Liveness(why_not=str(error))


def liveness_of(entry: PresetEntry) -> Liveness:
    """As ``liveness``, of a preset in a list; nothing is said of a broken one."""
    if entry.error:
        return Liveness()
    try:
        return liveness(load_preset(entry.name))
    except PresetError as error:  # it went or broke since it was listed
        return Liveness(why_not=str(error))


def live_controls(preset: Preset, track: FeatureTrack, *, fps: Fraction, start_s: float = 0.0) -> Controls:
    """The signals of a preset over a song; where a perfect loop hears its own stretch again and again, they do so.

    Raises:
        PresetError: a signal does not fit the song, or cannot loop.
    """
    controls = compute_controls(preset.signals, track, fps=fps)
    loop = preset.field.loop
    if loop is None or loop.sound != "fold":
        return controls
    seconds = seconds_of(track, fps, preset.name)
    return controls.fold(loop_seconds(loop, seconds, fps), start_s=start_s, crossfade_s=seconds(loop.crossfade))


def song_signals(preset: Preset, track: FeatureTrack, *, fps: Fraction) -> dict[str, NDArray[np.float64]]:
    """The signals of a preset at every frame of a song [each shape=(frames,)]."""
    times_s = np.arange(math.ceil(track.duration_s * fps)) / float(fps)
    return live_controls(preset, track, fps=fps).frames(times_s, span_s=float(1 / fps))


def loop_seconds(loop: LoopSpec, seconds: Callable[[Duration], float], fps: Fraction) -> float:
    """The length of a perfect loop: whole frames, as renders have it."""
    return float(max(1, round(seconds(loop.period) * fps)) / fps)


def seconds_of(track: FeatureTrack | None, fps: Fraction, name: str) -> Callable[[Duration], float]:
    """How long durations are, in seconds."""

    def seconds(duration: Duration) -> float:
        if track is None and duration.unit in ("beats", "bars"):
            raise UsageError(f"{name} counts in {duration.unit}, whose length is the song's; name a song as well")
        tempo_bpm, beats_per_bar = (120.0, 4) if track is None else (track.tempo_bpm, track.beats_per_bar)
        return duration.seconds(tempo_bpm=tempo_bpm, beats_per_bar=beats_per_bar, fps=fps)

    return seconds
