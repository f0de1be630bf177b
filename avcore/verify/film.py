"""What a film is made of, measured on the file itself: times of its frames, what they show, and its sound.

All times are counted from the beginning of the file, as players do.
"""

from __future__ import annotations

import re
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.audio.decode import open_mono
from avcore.errors import InputError
from avcore.ffmpeg import ffmpeg_path, run_ffmpeg

LOOK = (64, 36)
ENERGY_HZ = 300  # divides the sample rates that sound is analysed at


@dataclass(frozen=True)
class FrameTimes:
    """When each frame is shown, in seconds [shape=(n,)], ascending, and the frame rate that the file gives in words."""

    times_s: NDArray[np.float64]
    written_fps: str


@dataclass(frozen=True)
class Look:
    """Of every frame: its mean brightness, and how much it differs from the one before, both 0 to 1 [shape=(n,)]."""

    brightness: NDArray[np.float64]
    change: NDArray[np.float64]


@dataclass(frozen=True)
class Ends:
    """The beginning and the end of a sound, mono [shape=(n,)], and its energy on a grid of ``ENERGY_HZ``.

    ``tail_first`` is the number of the sample that ``tail`` begins with.
    """

    rate_hz: int
    head: NDArray[np.float32]
    tail: NDArray[np.float32]
    tail_first: int
    energy: NDArray[np.float64]

    @property
    def duration_s(self) -> float:
        """How long the sound is."""
        return (self.tail_first + len(self.tail)) / self.rate_hz


def frame_times(path: Path) -> FrameTimes:
    """The time stamps of the pictures of a film.

    Raises:
        InputError: it is missing or has no pictures.
    """
    if not path.is_file():
        raise InputError(f"there is no film {path}")
    done = run_ffmpeg("-i", str(path), "-map", "0:v:0", "-c", "copy", "-f", "framehash", "-hash", "crc32", "-")
    base = re.search(r"^#tb 0: (\d+/\d+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or base is None:
        raise InputError(f"{path} has no pictures that can be read; give a film")
    lines = [line.split(",") for line in done.stdout.splitlines() if line and not line.startswith("#")]
    stamps = np.array(sorted(int(line[2]) for line in lines), dtype=np.float64)
    said = re.search(r"Stream #0:\d+.*?: Video: .*?, ([\d.]+k?) fps", done.stderr)
    return FrameTimes(stamps * float(Fraction(base[1])), said[1] if said else "")


def look_at(path: Path, *, progress: Callable[[int], None] = lambda _: None) -> Look:
    """Decode every frame, small and gray.

    Raises:
        InputError: the pictures are damaged.
    """
    width, height = LOOK
    command = [ffmpeg_path(), "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v:0"]
    command += ["-vf", f"scale={width}:{height}:flags=area,format=gray", "-fps_mode", "passthrough"]
    brightness, change, before = [], [], None
    with subprocess.Popen(
        [*command, "-f", "rawvideo", "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=1 << 20
    ) as process:
        assert process.stdout is not None
        try:
            while len(data := process.stdout.read(width * height)) == width * height:
                frame = np.frombuffer(data, np.uint8).astype(np.float32) / 255
                brightness.append(float(frame.mean()))
                change.append(0.0 if before is None else float(np.abs(frame - before).mean()))
                before = frame
                progress(len(brightness))
        finally:
            process.kill()
    if not brightness:
        raise InputError(f"the pictures of {path} cannot be decoded; render it again")
    return Look(np.array(brightness), np.array(change))


def hear_ends(path: Path, *, seconds: float) -> Ends:
    """Read the sound of a file once, and keep its first and last ``seconds``.

    Raises:
        InputError: it is missing, damaged, or has no sound.
    """
    head: list[NDArray[np.float32]] = []
    tail: deque[NDArray[np.float32]] = deque()
    total = kept = 0
    energy: list[NDArray[np.float64]] = []
    with open_mono(path) as stream:
        wanted = round(seconds * stream.rate_hz)
        for block in _whole_hops(stream, stream.rate_hz // ENERGY_HZ):
            if total < wanted:
                head.append(block[: wanted - total])
            tail.append(block)
            total, kept = total + len(block), kept + len(block)
            while kept - len(tail[0]) >= wanted:
                kept -= len(tail.popleft())
            energy.append(_energy(block, stream.rate_hz // ENERGY_HZ))
    return Ends(stream.rate_hz, np.concatenate(head), np.concatenate(list(tail)), total - kept, np.concatenate(energy))


def hear(path: Path, spans_s: list[tuple[float, float]]) -> tuple[int, list[NDArray[np.float32]]]:
    """The sample rate, and the sound between those times, mono; what lies outside the sound is silence.

    Raises:
        InputError: the file is missing, damaged, or has no sound.
    """
    with open_mono(path) as stream:
        rate = stream.rate_hz
        bounds = [(round(first * rate), round(last * rate)) for first, last in spans_s]
        found = [np.zeros(last - first, np.float32) for first, last in bounds]
        at = 0
        for block in stream:
            for (first, last), kept in zip(bounds, found, strict=True):
                low, high = max(first, at), min(last, at + len(block))
                if low < high:
                    kept[low - first : high - first] = block[low - at : high - at]
            at += len(block)
    return rate, found


def _whole_hops(blocks: Iterable[NDArray[np.float32]], hop: int) -> Iterator[NDArray[np.float32]]:
    """The same sound in blocks of whole hops, but for the last."""
    rest = np.empty(0, np.float32)
    for block in blocks:
        joined = np.concatenate([rest, block])
        whole = len(joined) - len(joined) % hop
        if whole:
            yield joined[:whole]
        rest = joined[whole:]
    if len(rest):
        yield rest


def _energy(block: NDArray[np.float32], hop: int) -> NDArray[np.float64]:
    padded = np.pad(block.astype(np.float64), (0, -len(block) % hop))
    sums: NDArray[np.float64] = (padded.reshape(-1, hop) ** 2).sum(axis=1)
    return sums
