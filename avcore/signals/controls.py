"""Controls: the values of all signals at a frame, a pure function of its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import RATE_HZ, FeatureTrack
from avcore.errors import PresetError, UsageError
from avcore.signals.curves import Samples, compute_signal, integrate
from avcore.signals.spec import Sample, SignalSpec

# Times closer than this to a sample, in samples, are on it: neighbouring frames must agree about their border.
ON_SAMPLE = 1e-6

# A folded time is rounded to nanoseconds, far coarser than the rounding of a time and far finer than a frame.
TICKS_PER_S = 1e9


@dataclass(frozen=True)
class Curve:
    """One signal on the grid: ``values`` [shape=(n,), float64] and how a frame samples them."""

    values: Samples
    sample: Sample
    integrated: bool
    integral: Samples = field(init=False)
    ended: Samples = field(init=False)
    low: float = field(init=False)
    high: float = field(init=False)

    def __post_init__(self) -> None:
        """Make once what every frame needs: the integral in samples, the limits, and an end for spans to stop at."""
        object.__setattr__(self, "integral", integrate(self.values, 1))
        object.__setattr__(self, "ended", np.append(self.values, -np.inf))
        object.__setattr__(self, "low", float(self.values.min()))
        object.__setattr__(self, "high", float(self.values.max()))

    def frames(self, at: Samples, span: float) -> Samples:
        """Values of frames centred at ``at`` [shape=(n,)] and ``span`` long, both in samples."""
        sampled = self._line(at)
        if self.integrated or self.sample == "linear" or span <= 0.0:
            return sampled
        if self.sample == "max":
            sampled = np.maximum(sampled, self._peak(at - span / 2, at + span / 2))
        else:
            mean = (self._integral(at + span / 2) - self._integral(at - span / 2)) / span
            sampled = np.clip(mean, self.low, self.high)
        return sampled

    def _line(self, at: Samples) -> Samples:
        last = len(self.values) - 1
        inside: Samples = np.clip(at, 0.0, last)
        left = np.minimum(inside.astype(np.int64), max(0, last - 1))
        rise: Samples = self.values[np.minimum(left + 1, last)] - self.values[left]
        return self.values[left] + (inside - left) * rise

    def _peak(self, start: Samples, stop: Samples) -> Samples:
        """Largest sample in ``[start, stop)``, minus infinity where there is none."""
        if not start.size:
            return start
        n = len(self.values)
        first = np.clip(np.ceil(start - ON_SAMPLE), 0, n).astype(np.int64)
        end = np.clip(np.ceil(stop - ON_SAMPLE), 0, n).astype(np.int64)
        # reduceat takes starts and ends in turn, all below the length, and goes on from the last of them to the end.
        origin, last = first.min(), max(first.max(), end.max())
        borders = np.stack([first, end], axis=-1).ravel() - origin
        peaks = np.maximum.reduceat(self.ended[origin : last + 1], borders)[::2]
        return np.where(end > first, peaks, -np.inf)

    def _integral(self, at: Samples) -> Samples:
        last = len(self.values) - 1
        inside = np.clip(at, 0.0, last)
        left = np.minimum(inside.astype(np.int64), max(0, last - 1))
        part = inside - left
        held: Samples = np.minimum(at, 0.0) * self.values[0] + np.maximum(at - last, 0.0) * self.values[-1]
        return self.integral[left] + part * 0.5 * (self.values[left] + self._line(inside)) + held


@dataclass(frozen=True)
class Fold:
    """A stretch of the track heard again and again: ``period_s`` seconds from ``start_s``."""

    period_s: float
    start_s: float
    crossfade_s: float


class Controls:
    """All signals of a preset over one track.

    Stateless: the values at a time depend on that time alone. Before the track and after its end, the edge holds.
    """

    def __init__(self, curves: Mapping[str, Curve], *, rate_hz: int = RATE_HZ, fold: Fold | None = None) -> None:
        self._curves = dict(curves)
        self._rate_hz = rate_hz
        self._fold = fold

    @property
    def curves(self) -> Mapping[str, Samples]:
        """The signals on the track's grid [shape=(n,), float64], not folded."""
        return MappingProxyType({name: curve.values for name, curve in self._curves.items()})

    def at(self, time_s: float, *, span_s: float) -> dict[str, float]:
        """Values of the frame that is on screen from ``time_s - span_s / 2`` until before ``time_s + span_s / 2``.

        ``max`` is the largest sample of that span and of the curve at ``time_s``, so that each sample belongs to
        exactly one frame; ``mean`` is the curve's mean over the span; ``linear`` and every integrated signal is the
        curve at ``time_s``.
        """
        return {name: float(values[0]) for name, values in self.frames(np.array([time_s]), span_s=span_s).items()}

    def frames(self, times_s: NDArray[np.float64], *, span_s: float) -> dict[str, Samples]:
        """``at`` for many times [shape=(n,)]: the same floats, bit by bit, one array [shape=(n,)] per signal."""
        times_s = np.asarray(times_s, dtype=np.float64)
        if self._fold is None:
            return self._sample(times_s, span_s)
        return self._sample_folded(times_s, span_s, self._fold)

    def fold(self, period_s: float, *, start_s: float = 0.0, crossfade_s: float = 0.5) -> Controls:
        """Controls of a perfect loop: the value at a time is that at the same place of the stretch from ``start_s``.

        In the last ``crossfade_s`` (at most the period) the curve flows into what came before the stretch, so that it
        is continuous. Times that are a multiple of the period apart, each right to 0.1 ns, give equal floats.

        Raises:
            PresetError: a signal is integrated; a position cannot return to its beginning.
        """
        for name, curve in self._curves.items():
            if curve.integrated:
                raise PresetError(
                    f"signals.{name}: an integrated signal cannot loop; set integrate: false, or loop.sound: live"
                )
        fold = Fold(float(period_s), float(start_s), min(float(crossfade_s), float(period_s)))
        return Controls(self._curves, rate_hz=self._rate_hz, fold=fold)

    def _sample(self, times_s: Samples, span_s: float) -> dict[str, Samples]:
        at, span = times_s * self._rate_hz, span_s * self._rate_hz
        return {name: curve.frames(at, span) for name, curve in self._curves.items()}

    def _sample_folded(self, times_s: Samples, span_s: float, fold: Fold) -> dict[str, Samples]:
        ticks = np.round(np.mod(times_s - fold.start_s, fold.period_s) * TICKS_PER_S)
        # A time just before the end of the period that rounds up to it is the beginning of the next.
        place_s = np.where(ticks >= round(fold.period_s * TICKS_PER_S), 0.0, ticks / TICKS_PER_S)
        now = self._sample(fold.start_s + place_s, span_s)
        if fold.crossfade_s <= 0.0:
            return now
        before = self._sample(fold.start_s + place_s - fold.period_s, span_s)
        weight = np.clip(1.0 - (fold.period_s - place_s) / fold.crossfade_s, 0.0, 1.0)
        return {name: values + weight * (before[name] - values) for name, values in now.items()}


def compute_controls(signals: Mapping[str, SignalSpec], track: FeatureTrack, *, fps: Fraction) -> Controls:
    """All signals of a preset over ``track``; ``fps`` gives durations in frames their length.

    Raises:
        PresetError: a signal names a feature that the track does not have.
    """
    curves = {}
    for name, spec in signals.items():
        try:
            values = compute_signal(spec, track, fps=fps)
        except UsageError as error:
            raise PresetError(f"signals.{name}.source: {error}") from error
        curves[name] = Curve(values, spec.sample, spec.integrate)
    return Controls(curves)
