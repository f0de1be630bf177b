"""What the worker says about a sound: events, sections, its waveform, and curves made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.audio import FeatureTrack, find_sections
from avcore.audio.decode import open_mono
from avcore.errors import UsageError
from avcore.export.preset import live_controls
from avcore.presets.binding import Binder
from avcore.presets.node import Place, from_plain
from avcore.presets.problems import raise_problems, suggestion
from avcore.signals.controls import compute_controls
from avcore.signals.spec import SignalSpec
from avcore.timebase import Duration, parse_fps
from avcore.worker.contract import Analysis, ArrayFile, Curves, CurveValues, Feature, Live, Section
from avcore.worker.library import load
from avcore.worker.scratch import Scratch

MOST_PEAKS = 10**6
MOST_TIMES = 10**6

Array32 = NDArray[np.float32]
Array64 = NDArray[np.float64]


def analysis(track: FeatureTrack, peaks: ArrayFile | None) -> Analysis:
    """The events of a track, and what there is to hear in it."""
    return Analysis(
        duration_s=track.duration_s,
        sample_rate_hz=track.source_rate_hz,
        channels=track.channels,
        sha256=track.audio_sha256,
        tempo_bpm=track.tempo_bpm,
        tempo_confidence=track.tempo_confidence,
        beats_per_bar=track.beats_per_bar,
        beats_s=tuple(track.beats_s.tolist()),
        downbeats_s=tuple(track.downbeats_s.tolist()),
        onsets_s=tuple(track.onsets_s.tolist()),
        sections=tuple(
            Section(part.start_s, part.end_s, part.label, part.level, part.brightness, part.density)
            for part in find_sections(track)
        ),
        features=tuple(Feature(item.name, item.unit, item.description) for item in track.features.values()),
        peaks=peaks,
    )


def peaks(audio: Path, n: int, duration_s: float) -> Array32:
    """Lowest and highest sample of ``n`` equal parts of a sound [shape=(n, 2)], of the mean of its channels.

    Raises:
        UsageError: ``n`` is outside 1 to a million.
        InputError: the sound cannot be read.
    """
    if not 1 <= n <= MOST_PEAKS:
        raise UsageError(f"a waveform of {n} points cannot be drawn; ask for 1 to {MOST_PEAKS}")
    found = np.zeros((n, 2), np.float32)
    low, high = found[:, 0], found[:, 1]
    first = 0
    with open_mono(audio) as stream:
        per_sample = n / (duration_s * stream.rate_hz)
        for block in stream:
            part = np.minimum(((first + np.arange(len(block))) * per_sample).astype(np.int64), n - 1)
            starts = np.flatnonzero(np.diff(part, prepend=-1))
            if len(starts):
                at = part[starts]
                low[at] = np.minimum(low[at], np.minimum.reduceat(block, starts))
                high[at] = np.maximum(high[at], np.maximum.reduceat(block, starts))
            first += len(block)
    return found


def curves(request: Curves, track: FeatureTrack, scratch: Scratch) -> CurveValues:
    """Signals and features at the frames of a request, or at its times.

    Raises:
        UsageError: there are no times, too many, or nothing to sample; an unknown feature.
        PresetError: the preset or a signal will not do.
    """
    fps = parse_fps(request.fps)
    span_s = float(1 / fps) if request.span_s is None else request.span_s
    times_s = sample_times(request, float(fps))
    delays_s, own = {}, {}
    for name, written in request.signals.items():
        own[name], delay = _signal(name, written)
        delays_s[name] = delay.seconds(tempo_bpm=track.tempo_bpm, beats_per_bar=track.beats_per_bar, fps=fps)
    rows = {}
    for name, spec in own.items():
        controls = compute_controls({name: spec}, track, fps=fps)
        rows[name] = controls.frames(times_s - delays_s[name], span_s=span_s)[name]
    if request.preset:
        preset = load(request.preset, request.overrides)
        preset = replace(preset, signals=_chosen(preset.signals, request.preset_signals))
        rows |= live_controls(preset, track, fps=fps, start_s=request.start_s).frames(times_s, span_s=span_s)
    if not rows:
        raise UsageError("there is no curve to sample; name a signal, or a preset that has signals")
    values = np.stack(list(rows.values())).astype(np.float32)
    return CurveValues(tuple(rows), scratch.keep(values, "curves"))


def sample_times(request: Curves | Live, fps: float) -> Array64:
    """The times of a request, in seconds of the sound [shape=(n,)].

    Raises:
        UsageError: there are none, or too many.
    """
    count = len(request.times_s) or request.count
    if not 1 <= count <= MOST_TIMES:
        raise UsageError(f"curves at {count} times cannot be sampled; ask for 1 to {MOST_TIMES}")
    if request.times_s:
        return np.array(request.times_s, dtype=np.float64)
    return request.start_s + np.arange(request.count) / fps


def _signal(name: str, written: Any) -> tuple[SignalSpec, Duration]:
    """A signal, and by how much it comes late. A feature or band alone is taken as it is.

    Raises:
        PresetError: a setting is unknown or out of range.
    """
    settings = {"source": written, "normalise": False} if isinstance(written, str) else written
    place = Place(f"signal {name[:40]!r}")
    if not isinstance(settings, dict):
        raise UsageError(f"{place} is neither a feature nor a mapping; write 'bass' or {{source: bass}}")
    rest = dict(settings)
    try:
        delay = Duration.parse(rest.pop("delay", 0))
    except ValueError as error:
        raise UsageError(f"{place}: delay: {error}") from error
    binder = Binder()
    spec: SignalSpec = binder.dataclass(SignalSpec, from_plain(rest, place))
    raise_problems(binder.problems)
    return spec, delay


def _chosen(signals: Mapping[str, SignalSpec], names: tuple[str, ...]) -> dict[str, SignalSpec]:
    for name in names:
        if name not in signals:
            raise UsageError(f"the preset has no signal {name[:40]!r}; {suggestion(name, signals)}")
    return {name: signals[name] for name in names or signals}
