"""Watching a preset play: what its frames look like, and how one differs from the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.compute.device import cpu
from avcore.fields.moment import Moment
from avcore.render.response import Response, ResponseMeter
from avcore.timebase import Timebase
from avcore.verify.probe import Image, Probe

# Called with the name of the stage, how much is done and how much there is.
Progress = Callable[[str, float, float], None]

# Frames that are looked at: all of a short song, else stretches of it, so that the work does not grow with its length.
STRETCHES, STRETCH_S = 6, 5.0

# Pictures that are kept: for the strip, and to know how much two unrelated moments differ.
SAMPLES = 12

# Pixels across a picture whose neighbours are compared: those of 720p.
TEXELS = 1280

# A channel within half an 8-bit step of an end of its range is clipped.
CLIPPED = 0.5 / 255


@dataclass(frozen=True)
class Watched:
    """Numbers of the frames that were looked at; lengths of change are mean absolute differences, range 0 to 1.

    ``variance_space`` is the variance over the pixels of a frame, averaged over frames and channels, and
    ``variance_time`` that over frames, averaged over pixels and channels. ``grain`` is the difference between
    neighbouring pixels of 720p over that between distant ones: 0 is smooth, 1 is white noise. ``clipped_share`` is the
    part of the pixels whose three channels are all 0 or 1.

    ``change_mean`` and ``change_p99`` are from frame to frame, ``change_alone`` the same with the levels of the sound
    held still, ``change_unrelated`` between moments far apart. ``correlations`` are Pearson's r of the change with
    each signal.
    """

    frames: int
    variance_space: float
    variance_time: float
    clipped_share: float
    grain: float
    change_mean: float
    change_p99: float
    change_alone: float
    change_unrelated: float
    response: Response
    correlations: dict[str, float]


@dataclass(frozen=True)
class Scenes:
    """What a plot shows: ``images`` [shape=(n, height, width, 3)] at ``image_times_s``, and ``change`` [shape=(m,)] at
    ``change_times_s`` with every signal beside it; ``stretches`` are the (first, last) seconds that were looked at.
    """

    images: NDArray[np.float32]
    image_times_s: NDArray[np.float64]
    change: NDArray[np.float64]
    change_times_s: NDArray[np.float64]
    signals: dict[str, NDArray[np.float64]]
    stretches: tuple[tuple[float, float], ...]


def stretches(timebase: Timebase) -> list[range]:
    """Runs of consecutive frame numbers: the whole of a short song, else some seconds of each sixth."""
    first, n = timebase.start_frame, timebase.n_frames
    length = max(2, round(STRETCH_S * timebase.fps))
    if n <= STRETCHES * length:
        return [range(first, first + n)]
    starts = [first + round((index + 0.5) * n / STRETCHES - length / 2) for index in range(STRETCHES)]
    return [range(start, start + length) for start in starts]


def watch(probe: Probe, progress: Progress) -> tuple[Watched, Scenes]:
    """Look at the preset's frames, in order."""
    runs = stretches(probe.timebase)
    moments = [probe.moment(number) for run in runs for number in run]
    cuts = set(np.cumsum([len(run) for run in runs]).tolist())
    kept = set(np.linspace(0, len(moments) - 1, min(SAMPLES, len(moments))).round().astype(int).tolist())
    meter, tally = ResponseMeter(), _Tally()
    images: list[Image] = []
    grains: list[float] = []
    for index, moment in enumerate(moments):
        if index in cuts:
            meter.cut()
        image = probe.draw(moment)
        meter.look(image)
        tally.add(image)
        if index in kept:
            images.append(image)
            grains.append(_grain(probe, moment, image))
        progress("watching", index + 1, len(moments))
    changed, change = meter.changes()
    controls = probe.controls(moments)
    times_s = np.concatenate([probe.timebase.times_s(list(run)) for run in runs])
    watched = Watched(
        frames=len(moments),
        variance_space=tally.variance_space(),
        variance_time=tally.variance_time(),
        clipped_share=tally.clipped_share(),
        grain=float(np.mean(grains)),
        change_mean=float(change.mean()) if len(change) else 0.0,
        change_p99=float(np.percentile(change, 99)) if len(change) else 0.0,
        change_alone=_change_alone(probe, [run[0] for run in runs] + [run[len(run) // 2] for run in runs]),
        change_unrelated=_change_unrelated(images),
        response=meter.response(controls),
        correlations=meter.correlations(controls),
    )
    scenes = Scenes(
        images=np.stack(images),
        image_times_s=times_s[sorted(kept)],
        change=change,
        change_times_s=times_s[changed],
        signals={name: values[changed] for name, values in controls.items()},
        stretches=tuple((probe.timebase.time_s(run[0]), probe.timebase.time_s(run[-1])) for run in runs),
    )
    return watched, scenes


def _grain(probe: Probe, moment: Moment, image: Image) -> float:
    """Difference between pixels one texel of ``TEXELS`` apart, over that between pixels that lie far apart."""
    width, height = probe.size
    u = np.tile((np.arange(width) + 0.5) / width, height).astype(np.float32)
    v = np.repeat((np.arange(height) + 0.5) / height, width).astype(np.float32)
    tile = probe.pictures(moment)[0].tile(cpu())
    near = float(np.abs(tile(u + np.float32(1 / TEXELS), v) - tile(u, v)).mean())
    # Nearly half a picture away; exactly half would meet the mirror image of a symmetric field.
    far = float(np.abs(image - np.roll(image, (height // 2 - 5, width // 2 - 9), axis=(0, 1))).mean())
    return near / far if far > CLIPPED else 0.0


def _change_alone(probe: Probe, numbers: list[int]) -> float:
    """Mean change from a frame to the next where time and positions go on, and every level holds still."""
    changes = []
    levels = [name for name, spec in probe.preset.signals.items() if not spec.integrate]
    for number in numbers:
        now = probe.moment(number)
        later = probe.moment(number + 1, **{name: now.controls[name] for name in levels})
        changes.append(float(np.abs(probe.draw(later) - probe.draw(now)).mean()))
    return float(np.mean(changes))


def _change_unrelated(images: list[Image]) -> float:
    """Mean difference between every two of the kept pictures; 0 where there is one only."""
    pairs = [np.abs(a - b).mean() for index, a in enumerate(images) for b in images[:index]]
    return float(np.mean(pairs)) if pairs else 0.0


class _Tally:
    """Adds up what is wanted of every picture, so that none has to be kept."""

    def __init__(self) -> None:
        self._n = 0
        self._sum: NDArray[np.float64] | float = 0.0
        self._squares: NDArray[np.float64] | float = 0.0
        self._space = self._clipped = 0.0

    def add(self, image: Image) -> None:
        exact = image.astype(np.float64)
        self._n += 1
        self._sum = self._sum + exact
        self._squares = self._squares + exact**2
        self._space += float(exact.var(axis=(0, 1)).mean())
        self._clipped += float(np.all((exact <= CLIPPED) | (exact >= 1.0 - CLIPPED), axis=2).mean())

    def variance_space(self) -> float:
        return self._space / self._n

    def variance_time(self) -> float:
        mean = np.asarray(self._sum) / self._n
        # Rounding may leave a little below 0 where nothing moves.
        return float(np.maximum(np.asarray(self._squares) / self._n - mean**2, 0.0).mean())

    def clipped_share(self) -> float:
        return self._clipped / self._n
