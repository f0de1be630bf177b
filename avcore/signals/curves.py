"""Control curves: features shaped over the whole track, on its 100 Hz grid."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import RATE_HZ, FeatureTrack
from avcore.signals.spec import Combine, Curve, SignalSpec, parse_band

Samples = NDArray[np.float64]

# A feature whose level hardly changes is left alone: stretching it would turn noise into motion.
NORMALISE_MIN_SPAN = 0.05

# A swell starts at exp(-3) = 5 % of its peak.
SWELL_TIME_CONSTANTS = 3.0

# A Gaussian is cut where less than 1e-4 of it is left.
GAUSSIAN_SIGMAS = 4.0

# Below this many samples a time constant leaves less than exp(-50) of a sample in the next one.
SHORTEST_TAU = 0.02

# A one-pole's response is cut where less than exp(-37) = 1e-16 of it is left.
ONE_POLE_TAUS = 37.0

SHAPES: dict[Curve, Callable[[Samples], Samples]] = {
    "linear": lambda x: x,
    "smooth": lambda x: x * x * (3.0 - 2.0 * x),
    "square": lambda x: x * x,
    "cube": lambda x: x * x * x,
    "root": np.sqrt,
}


def compute_signal(spec: SignalSpec, track: FeatureTrack, *, fps: Fraction) -> Samples:
    """One signal over the whole track [shape=(len(track),), float64, within ``spec.range``].

    Sample ``k`` is the value at ``k / RATE_HZ`` seconds. With ``spec.integrate`` it is the integral of that curve
    since the track's start, which is why the samples are float64: a position grows for an hour. ``fps`` gives durations
    in frames their length.

    Raises:
        UsageError: the source names a feature that the track does not have.
    """

    def samples(duration_name: str) -> float:
        duration = getattr(spec, duration_name)
        seconds: float = duration.seconds(tempo_bpm=track.tempo_bpm, beats_per_bar=track.beats_per_bar, fps=fps)
        return seconds * RATE_HZ

    level = mix(spec.source, spec.combine, track)
    if spec.normalise:
        level = normalise(level)
    level = np.clip((level - spec.threshold) / (1.0 - spec.threshold), 0.0, 1.0)
    if spec.compress:
        level = level ** (4.0**-spec.compress)
    level = attack(level, samples("attack"))
    level = release(level, samples("release"))
    level = lookahead(level, samples("lookahead"))
    level = np.clip(smooth(level, samples("smooth")), 0.0, 1.0)
    low, high = spec.range
    curve = low + (high - low) * SHAPES[spec.curve](level)
    return integrate(curve, RATE_HZ) if spec.integrate else curve


def mix(source: str | dict[str, float], combine: Combine, track: FeatureTrack) -> Samples:
    """The source feature or band, or the mix of several [shape=(len(track),)].

    A sum is divided by the sum of its weights' sizes; a maximum is that of the weighted parts; in a product the weights
    are exponents.
    """
    if isinstance(source, str):
        return _feature(source, track)
    parts = [(_feature(name, track), weight) for name, weight in source.items()]
    if combine == "product":
        mixed: Samples = np.prod([part**weight for part, weight in parts], axis=0)
    elif combine == "max":
        mixed = np.max([part * weight for part, weight in parts], axis=0)
    else:
        mixed = np.sum([part * weight for part, weight in parts], axis=0) / sum(abs(weight) for _, weight in parts)
    return mixed


def _feature(name: str, track: FeatureTrack) -> Samples:
    band = parse_band(name)
    feature = track.feature(name) if band is None else track.band(*band)
    return feature.values.astype(np.float64)


def normalise(level: Samples) -> Samples:
    """Stretch so that the 1st to 99th percentile fills 0 to 1, clipped; a nearly constant level stays as it is."""
    low, high = np.percentile(level, [1.0, 99.0])
    if high - low < NORMALISE_MIN_SPAN:
        return level
    stretched: Samples = np.clip((level - low) / (high - low), 0.0, 1.0)
    return stretched


def attack(level: Samples, tau: float) -> Samples:
    """Follow rises with a one-pole of time constant ``tau`` samples, and falls at once.

    ``y[n] = min(x[n], a y[n-1] + (1-a) x[n])`` with ``a = exp(-1/tau)`` and ``y[0] = x[0]``. Unrolled, this is the
    linear one-pole minus the decaying peak of what it lies above the level.
    """
    if tau < SHORTEST_TAU:
        return level
    n = min(len(level), math.ceil(ONE_POLE_TAUS * tau))
    kernel: Samples = -math.expm1(-1.0 / tau) * np.exp(-np.arange(n) / tau)
    linear: Samples = level[0] + _convolve(level - level[0], kernel)[: len(level)]
    risen: Samples = np.clip(linear - release(np.maximum(linear - level, 0.0), tau), 0.0, level)
    return risen


def release(level: Samples, tau: float) -> Samples:
    """Hold peaks and let them decay with time constant ``tau`` samples: ``y[n] = max(x[n], y[n-1] exp(-1/tau))``.

    Every sample of the result is one peak, decayed; which one is found by a running maximum of logarithms.
    """
    if tau < SHORTEST_TAU:
        return level
    n = np.arange(len(level))
    with np.errstate(divide="ignore"):
        score = np.log(level) + n / tau
    peak = np.maximum.accumulate(np.where(score >= np.maximum.accumulate(score), n, 0))
    decayed: Samples = level[peak] * np.exp((peak - n) / tau)
    return decayed


def lookahead(level: Samples, length: float) -> Samples:
    """Let every peak announce itself by an exponential swell that begins ``length`` samples before at 5 %."""
    return release(level[::-1], length / SWELL_TIME_CONSTANTS)[::-1]


def smooth(level: Samples, sigma: float) -> Samples:
    """Convolve with a Gaussian of standard deviation ``sigma`` samples; mirrored edges keep the mean.

    The same as ``scipy.ndimage.gaussian_filter1d(mode="reflect")``, but by FFT, since a smoothing over bars is
    thousands of samples wide.
    """
    if sigma <= 0.0:
        return level
    # Beyond the track's own length the result is its mean, and no longer changes.
    sigma = min(sigma, float(len(level)))
    radius = int(GAUSSIAN_SIGMAS * sigma + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    mirrored = np.pad(level, radius, mode="symmetric")
    return _convolve(mirrored, kernel / kernel.sum())[2 * radius : 2 * radius + len(level)]


def _convolve(level: Samples, kernel: Samples) -> Samples:
    """The full convolution, and zeros after it, by FFT; ``scipy.signal`` would take a second to import."""
    size = 1 << (len(level) + len(kernel) - 2).bit_length()
    return np.fft.irfft(np.fft.rfft(level, size) * np.fft.rfft(kernel, size), size)


def integrate(curve: Samples, rate_hz: int) -> Samples:
    """The integral since the first sample (trapezoidal rule): exact for the line through the samples."""
    steps: Samples = 0.5 * (curve[1:] + curve[:-1])
    return np.concatenate([np.zeros(1), np.cumsum(steps)]) / rate_hz
