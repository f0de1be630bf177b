"""Time: exact frame rates, frame <-> seconds, frame ranges, durations with units.

Fps is a ``Fraction``; the frame of index ``i`` is at ``i / fps`` seconds from the start of the range and
carries the number ``start_frame + i``. Every range that a person types or a file name shows uses numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from avcore.errors import UsageError
from avcore.frame_ranges import parse_numbers

MAX_FPS = 1000

# Rates whose written decimals (29.97) stand for N * 1000 / 1001.
NTSC_RATES = (24, 30, 48, 60, 90, 120, 240)


def parse_fps(text: str | int | float | Fraction) -> Fraction:
    """Frame rate as an exact ratio.

    Accepts ``24``, ``12.5``, ``"30000/1001"`` and the rounded NTSC spellings ``23.976``, ``29.97``, ``59.94`` ...,
    which mean N*1000/1001. Other decimals are taken at their written value.

    Raises:
        UsageError: not a number, or not in ``[0.01, 1000]``.
    """
    written = str(text).strip()
    if not re.fullmatch(r"\d{1,9}(/\d{1,9}|\.\d{1,9})?", written) or written.endswith("/0"):
        raise UsageError(f"fps {written[:40]!r} is not a frame rate; write 24, 29.97 or 30000/1001")
    fps = Fraction(written)
    nominal = round(fps * 1001 / 1000)
    if "." in written and nominal in NTSC_RATES and abs(fps - Fraction(nominal * 1000, 1001)) < Fraction(1, 200):
        fps = Fraction(nominal * 1000, 1001)
    if not Fraction(1, 100) <= fps <= MAX_FPS:
        raise UsageError(f"fps {written} is outside 0.01 to {MAX_FPS}")
    return fps


def parse_seconds(text: str) -> Fraction:
    """Seconds from ``90``, ``90.5``, ``1:30``, ``1:02:03.5``, with an optional ``s`` or ``ms``.

    Raises:
        UsageError: not a time, or negative.
    """
    match = re.fullmatch(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s*(ms|s)?", text.strip())
    if not match:
        raise UsageError(f"{text[:40]!r} is not a time; write seconds (90.5) or minutes:seconds (1:30.5)")
    hours, minutes, seconds, unit = match.groups()
    value = Fraction(seconds) / (1000 if unit == "ms" else 1)
    return value + 60 * int(minutes or 0) + 3600 * int(hours or 0)


@dataclass(frozen=True)
class Duration:
    """A length of time as a person writes it: seconds, musical beats or bars, or video frames."""

    value: float
    unit: str = "s"

    UNITS = ("ms", "s", "beats", "bars", "frames")

    @classmethod
    def parse(cls, text: str | int | float) -> Duration:
        """``0.25`` (seconds), ``"20ms"``, ``"1.5 s"``, ``"2 beats"``, ``"8 bars"``, ``"12 frames"``.

        Raises:
            ValueError: not a duration, or negative.
        """
        number = r"(\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?"
        match = re.fullmatch(rf"({number})\s*(ms|s|sec|beats?|bars?|frames?)?", str(text).strip())
        if not match:
            raise ValueError(f"{text!r} is not a duration; write 20ms, 0.5 s, 2 beats, 8 bars or 12 frames")
        unit = {None: "s", "sec": "s", "beat": "beats", "bar": "bars", "frame": "frames"}.get(match[3], match[3])
        return cls(float(match[1]), str(unit))

    def seconds(self, *, tempo_bpm: float, beats_per_bar: int, fps: Fraction) -> float:
        """Length in seconds under a tempo and a frame rate."""
        beat_s = 60.0 / tempo_bpm
        one = {"ms": 1e-3, "s": 1.0, "beats": beat_s, "bars": beat_s * beats_per_bar, "frames": float(1 / fps)}
        return self.value * one[self.unit]

    def __str__(self) -> str:
        space = "" if self.unit in ("ms", "s") else " "
        return f"{repr(self.value).removesuffix('.0')}{space}{self.unit}"


@dataclass(frozen=True)
class Timebase:
    """The frames of one job: ``n_frames`` frames at ``fps``, the first at ``start_s`` in the track.

    ``start_frame`` is the number that the frame at ``start_s`` carries. A part of a job (``--frames 10-20``) is
    the same timebase with another list of numbers, so that a frame never depends on which part renders it.
    """

    fps: Fraction
    n_frames: int
    start_s: Fraction = Fraction(0)
    start_frame: int = 1
    part_s: Fraction | None = None
    """Exact length of the part of the track that the frames cover; the last frame may reach beyond its end."""

    @classmethod
    def for_duration(
        cls, duration_s: float | Fraction, fps: Fraction, *, start_s: Fraction = Fraction(0), start_frame: int = 1
    ) -> Timebase:
        """The timebase that covers ``duration_s`` seconds: ``ceil(duration * fps)`` frames, at least one."""
        part_s = Fraction(duration_s).limit_denominator(10**6)
        exact = part_s * fps
        # A duration that came through a float may lie a rounding error above a whole number of frames.
        n_frames = math.ceil(exact - Fraction(1, 10**6))
        return cls(fps, max(1, n_frames), start_s, start_frame, part_s)

    @classmethod
    def for_excerpt(
        cls,
        track_s: float,
        fps: Fraction,
        *,
        start_s: Fraction = Fraction(0),
        duration_s: Fraction | None = None,
        start_frame: int = 1,
    ) -> Timebase:
        """The timebase of a part of a track that is ``track_s`` seconds long; up to its end without a duration.

        Raises:
            UsageError: the part lies outside the track.
        """
        length_s = Fraction(track_s).limit_denominator(10**6)
        if start_s >= length_s:
            raise UsageError(f"--start {float(start_s):g} s is beyond the end of the track ({float(length_s):.2f} s)")
        if duration_s is not None and duration_s <= 0:
            raise UsageError("--duration must be above 0")
        left_s = length_s - start_s
        part_s = left_s if duration_s is None else min(duration_s, left_s)
        return cls.for_duration(part_s, fps, start_s=start_s, start_frame=start_frame)

    def time_s(self, number: int) -> float:
        """Time in the track, in seconds, of the frame that carries ``number``."""
        return float(self.start_s + (number - self.start_frame) / self.fps)

    def times_s(self, numbers: Sequence[int] | NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Times in the track, in seconds [shape=(n,)], of ``numbers`` (all frames when omitted)."""
        chosen = self.numbers() if numbers is None else numbers
        return np.array([self.time_s(int(number)) for number in chosen], dtype=np.float64)

    def numbers(self) -> NDArray[np.int64]:
        """The numbers of all frames [shape=(n_frames,)]."""
        return np.arange(self.start_frame, self.start_frame + self.n_frames, dtype=np.int64)

    @property
    def duration_s(self) -> Fraction:
        """Length of the frames on screen."""
        return self.n_frames / self.fps


def parse_frames(text: str, timebase: Timebase) -> list[int]:
    """Frame numbers from ``7``, ``10-20``, ``1-100x5`` or a list of these, sorted, each once.

    Raises:
        UsageError: not a frame range, or a number outside the timebase.
    """
    first, last = timebase.start_frame, timebase.start_frame + timebase.n_frames - 1
    numbers = parse_numbers(text)
    outside = [number for number in numbers if not first <= number <= last]
    if outside:
        raise UsageError(f"frame {outside[0]} is outside this job, which has frames {first} to {last}")
    return numbers
