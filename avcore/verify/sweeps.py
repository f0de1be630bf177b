"""Sweeps: everything held still but one signal, to see what that signal does to the picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avcore.fields.moment import Moment
from avcore.verify.drives import settings_by_signal, sources
from avcore.verify.probe import Probe
from avcore.verify.watching import Progress

# A sweep's values and the moments of the song at which it is made: one moment may be a lucky or an unlucky one.
STEPS, MOMENTS = 5, 4

# Frames of the song from which percentiles are taken, and moments of it that the variance over sound is made of.
SCAN, HEARD = 2000, 32

# Frames whose next is looked at with one signal going on alone.
NEIGHBOURS = 24

# An integrated signal is a position that grows all through the song, and what is heard is its speed: it is swept by
# the way between a slow and a fast stretch of this many seconds.
TRAVEL_S = 1.0

# A signal whose 5th and 95th percentile lie closer than this part of its whole range is swept over that range: it is
# made of hits too rare for percentiles.
RARE = 0.05


@dataclass(frozen=True)
class Swing:
    """How a signal moves on a track: ``low``, ``middle`` and ``high`` are its 5th, 50th and 95th percentile.

    Where ``integrated`` they are those of the way that it goes in ``TRAVEL_S``, less the usual way.
    """

    low: float
    middle: float
    high: float
    integrated: bool

    @property
    def varies(self) -> bool:
        """Whether the track moves the signal at all."""
        return self.high - self.low > 1e-6


@dataclass(frozen=True)
class SignalResponse:
    """What one signal does to the picture.

    ``sensitivity`` is the largest mean absolute change of the picture (0 to 1) along the signal's swing, averaged over
    some moments of the song, ``share`` its part of the sum over all signals, and ``accent`` the same change where it is
    strongest, in a tenth of the pixels; ``features`` are the parts of what feeds
    it, ``moves`` the settings that it drives. ``change`` is the mean change from frame to frame where this signal alone
    goes on, ``correlation`` Pearson's r of the change of the whole picture with it.
    """

    name: str
    features: Mapping[str, float]
    moves: tuple[str, ...]
    swing: Swing
    sensitivity: float
    accent: float
    share: float
    change: float
    correlation: float


@dataclass(frozen=True)
class Responses:
    """All signals, the strongest first; ``features`` are the shares of what feeds them; ``variance_sound`` is the
    variance of a pixel where the sound goes on and time holds still.
    """

    signals: tuple[SignalResponse, ...]
    features: Mapping[str, float]
    variance_sound: float


def sweep(probe: Probe, correlations: Mapping[str, float], progress: Progress) -> Responses:
    """Sweep each signal over its swing while everything else is held at its median."""
    swings, heard = _swings(probe)
    places = probe.timebase.numbers()[_spread(probe.timebase.n_frames, MOMENTS)]
    still = [_still(probe, int(number), swings) for number in places]
    sensitivity, accent = {}, {}
    for done, name in enumerate(swings):
        progress("sweeping", done, len(swings) + 1)
        sensitivity[name], accent[name] = np.mean([_sweep(probe, moment, name, swings) for moment in still], axis=0)
    progress("sweeping", len(swings), len(swings) + 1)
    changes = _changes(probe)
    variance = float(np.mean([_variance(probe, moment, heard, swings) for moment in still[1:3] or still]))
    progress("sweeping", len(swings) + 1, len(swings) + 1)
    total = sum(sensitivity.values())
    moves = settings_by_signal(probe.preset)
    signals = [
        SignalResponse(
            name=name,
            features=sources(spec),
            moves=moves[name],
            swing=swings[name],
            sensitivity=float(sensitivity[name]),
            accent=float(accent[name]),
            share=float(sensitivity[name] / total) if total else 0.0,
            change=changes[name],
            correlation=correlations[name],
        )
        for name, spec in probe.preset.signals.items()
    ]
    signals.sort(key=lambda signal: -signal.share)
    features: dict[str, float] = {}
    for signal in signals:
        for feature, part in signal.features.items():
            features[feature] = features.get(feature, 0.0) + part * signal.share
    return Responses(tuple(signals), dict(sorted(features.items(), key=lambda item: -item[1])), variance)


def _spread(n: int, count: int) -> list[int]:
    """``count`` indices below ``n``, in the middles of equal parts."""
    return [int((index + 0.5) * n / count) for index in range(count)]


def _swings(probe: Probe) -> tuple[dict[str, Swing], list[dict[str, float]]]:
    """Each signal's swing, and the values (integrated: the way) of all of them at ``HEARD`` moments of the song."""
    signals = probe.preset.signals
    numbers = probe.timebase.numbers()
    numbers = numbers[np.unique(np.linspace(0, len(numbers) - 1, SCAN).astype(int))]
    controls = probe.scene.controls
    values = controls.frames(probe.timebase.times_s(numbers), span_s=probe.frame_s)
    integrated = [name for name, spec in signals.items() if spec.integrate]
    if integrated:
        travel_s = min(TRAVEL_S, 0.5 * probe.track.duration_s)
        start_s = np.linspace(0.0, probe.track.duration_s - travel_s, len(numbers))
        began, ended = (controls.frames(at, span_s=0.0) for at in (start_s, start_s + travel_s))
        for name in integrated:
            way = ended[name] - began[name]
            values[name] = way - np.median(way)
    swings = {}
    for name, series in values.items():
        low, middle, high = np.percentile(series, [5.0, 50.0, 95.0])
        if high - low < RARE * np.ptp(series):
            low, high = series.min(), series.max()
        swings[name] = Swing(float(low), float(middle), float(high), name in integrated)
    heard = [{name: float(series[index]) for name, series in values.items()} for index in _spread(len(numbers), HEARD)]
    return swings, heard


def _still(probe: Probe, number: int, swings: Mapping[str, Swing]) -> Moment:
    """Frame ``number`` with every signal at its median; positions stay where they are."""
    return probe.moment(number, **{name: swing.middle for name, swing in swings.items() if not swing.integrated})


def _heard(still: Moment, values: Mapping[str, float], swings: Mapping[str, Swing]) -> Moment:
    """``still`` with other values for some signals; what is integrated moves on from where it is."""
    moved = {name: value + (still.controls[name] if swings[name].integrated else 0.0) for name, value in values.items()}
    return dataclasses.replace(still, controls={**still.controls, **moved})


def _sweep(probe: Probe, still: Moment, name: str, swings: Mapping[str, Swing]) -> tuple[float, float]:
    """Largest mean absolute difference between the picture at the swing's low end and those along it.

    Of all pixels, and of the tenth that differs most.
    """
    swing = swings[name]
    if not swing.varies:
        return 0.0, 0.0
    first, *others = (
        probe.draw(_heard(still, {name: float(value)}, swings)) for value in np.linspace(swing.low, swing.high, STEPS)
    )
    differences = [np.sort(np.abs(image - first).mean(axis=2), axis=None) for image in others]
    return max(float(d.mean()) for d in differences), max(float(d[-(len(d) // 10) :].mean()) for d in differences)


def _changes(probe: Probe) -> dict[str, float]:
    """For each signal the mean change of the picture where it alone goes on by one frame."""
    changes: dict[str, list[float]] = {name: [] for name in probe.preset.signals}
    for place in _spread(probe.timebase.n_frames, NEIGHBOURS):
        now, later = (probe.moment(probe.timebase.start_frame + place + step) for step in (0, 1))
        image = probe.draw(now)
        for name, found in changes.items():
            alone = dataclasses.replace(now, controls={**now.controls, name: later.controls[name]})
            moved = alone.controls[name] != now.controls[name]
            found.append(float(np.abs(probe.draw(alone) - image).mean()) if moved else 0.0)
    return {name: float(np.mean(found)) for name, found in changes.items()}


def _variance(probe: Probe, still: Moment, heard: list[dict[str, float]], swings: Mapping[str, Swing]) -> float:
    """Variance of a pixel over what is heard, averaged over pixels and channels."""
    images = np.stack([probe.draw(_heard(still, values, swings)) for values in heard])
    return float(images.astype(np.float64).var(axis=0).mean())
