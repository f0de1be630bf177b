"""Sound files in, checked float32 blocks out: libsndfile where it knows the format, ffmpeg for all else."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.audio import ffmpeg_pipe
from avcore.errors import InputError

BLOCK_FRAMES = 65536
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
MAX_CHANNELS = 8
MIN_DURATION_S = 0.1
# Full scale is 1; some programs write floats at the scale of 16-bit integers.
MAX_SAMPLE = 32768.0
# Programs that write WAV into a pipe cannot know its size and put a number near 2**31 or 2**32 there.
UNKNOWN_BYTES = 0x7FFFF000
# libsndfile before 1.2.1 says 2**63 - 1 for an Ogg file without its last page.
UNKNOWN_FRAMES = 2**62
MAX_OGG_PAGE_BYTES = 65307

logger = logging.getLogger(__name__)

Blocks = Iterator[NDArray[np.float32]]


@dataclass(frozen=True)
class AudioInfo:
    """What a file says about its sound; ``duration_s`` is None where the header does not tell."""

    rate_hz: int
    channels: int
    duration_s: float | None
    codec: str


def probe(path: Path) -> AudioInfo:
    """What the header of a sound or video file says.

    Raises:
        InputError: missing, empty, no sound, more than 8 channels, or a rate outside 8 to 192 kHz.
    """
    with open_audio(path) as (info, _):
        return info


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal.

    Raises:
        InputError: not a readable file.
    """
    _require_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


@contextlib.contextmanager
def open_audio(path: Path) -> Iterator[tuple[AudioInfo, Blocks]]:
    """The sound of a file as blocks of samples [shape=(frames, channels), float32, full scale 1].

    Raises:
        InputError: as ``probe``; and while reading: the file is cut short or damaged (with the time it could be read
            to), shorter than 0.1 s, or has samples that are not finite (with their time).
    """
    _require_file(path)
    with contextlib.ExitStack() as stack:
        opened = _open_soundfile(path, stack) or ffmpeg_pipe.open_blocks(path, stack, block_frames=BLOCK_FRAMES)
        info = AudioInfo(*opened[:4])
        if not MIN_RATE_HZ <= info.rate_hz <= MAX_RATE_HZ:
            raise InputError(f"{path} has {info.rate_hz} samples per second; convert it to 8 to 192 kHz")
        if not 1 <= info.channels <= MAX_CHANNELS:
            raise InputError(f"{path} has {info.channels} channels; mix it down to at most {MAX_CHANNELS}")
        yield info, _checked(path, info.rate_hz, opened[4])


class MonoStream:
    """The mean of a file's channels at its analysis rate; iterate once.

    The analysis rate is 44.1 kHz for files whose rate divides it or is a multiple of 11025 Hz, else 48 kHz, so that
    10 ms is a whole number of samples. Blocks are [shape=(n,), float32].
    """

    def __init__(self, path: Path, info: AudioInfo, blocks: Blocks) -> None:
        self.path = path
        self.info = info
        self.rate_hz = 44_100 if 44_100 % info.rate_hz == 0 or info.rate_hz % 11_025 == 0 else 48_000
        self.source_frames = 0
        self._blocks = blocks

    @property
    def duration_s(self) -> float:
        """Length of what has been read so far."""
        return self.source_frames / self.info.rate_hz

    def __iter__(self) -> Blocks:
        if self.info.rate_hz == self.rate_hz:
            yield from self._mono()
        else:
            yield from self._resampled()

    def _mono(self) -> Blocks:
        for block in self._blocks:
            self.source_frames += len(block)
            yield np.ascontiguousarray(block.mean(axis=1, dtype=np.float32))

    def _resampled(self) -> Blocks:
        import soxr

        resampler = soxr.ResampleStream(self.info.rate_hz, self.rate_hz, 1, dtype="float32", quality="HQ")
        produced = 0
        for block in self._mono():
            chunk = resampler.resample_chunk(block)
            produced += len(chunk)
            yield chunk
        common = gcd(self.rate_hz, self.info.rate_hz)
        up, down = self.rate_hz // common, self.info.rate_hz // common
        missing = max(0, -(-self.source_frames * up // down) - produced)
        tail = resampler.resample_chunk(np.empty(0, np.float32), last=True)[:missing]
        yield np.pad(tail, (0, missing - len(tail)))


@contextlib.contextmanager
def open_mono(path: Path) -> Iterator[MonoStream]:
    """``MonoStream`` of a file; its decoder is closed on leaving.

    Raises:
        InputError: as ``open_audio``.
    """
    with open_audio(path) as (info, blocks):
        yield MonoStream(path, info, blocks)


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a sound file in it")
    if not path.exists():
        raise InputError(f"{path} does not exist")
    if not path.is_file():
        raise InputError(f"{path} is not a regular file")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty (0 bytes)")


def _open_soundfile(path: Path, stack: contextlib.ExitStack) -> tuple[int, int, float | None, str, Blocks] | None:
    import soundfile

    # soundfile asks for the format of .raw; libsndfile guesses the length of an MP3 without a Xing header and stops
    # there, in the middle of the song.
    if path.suffix.lower() in (".raw", ".mp3"):
        return None
    try:
        file = stack.enter_context(soundfile.SoundFile(path))
    except soundfile.LibsndfileError:
        return None
    if file.format == "MP3":
        return None
    codec = file.format if file.subtype in file.format else f"{file.format} {file.subtype}"
    duration_s = file.frames / file.samplerate if file.frames < UNKNOWN_FRAMES else None
    return file.samplerate, file.channels, duration_s, codec, _soundfile_blocks(path, file)


def _soundfile_blocks(path: Path, file: soundfile.SoundFile) -> Blocks:  # type: ignore[name-defined]  # noqa: F821
    import soundfile

    promised, read = file.frames if file.frames < UNKNOWN_FRAMES else 0, 0
    # A WAV or AIFF header may promise more than the file holds; libsndfile corrects it and only its log says so.
    samples_chunk = re.search(r"^ *(?:data|SSND) : (\d+) \(should be (\d+)\)", file.extra_info, flags=re.MULTILINE)
    if samples_chunk and int(samples_chunk[1]) < UNKNOWN_BYTES:
        promised = round(promised * int(samples_chunk[1]) / max(1, int(samples_chunk[2])))
    while True:
        try:
            block = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise _cut_short(path, read / file.samplerate, error.error_string) from error
        if len(block) == 0:
            break
        read += len(block)
        yield block
    # The last page of an Ogg file may count more frames than it decodes to.
    slack = file.samplerate // 4 if file.format == "OGG" else 0
    if read < promised - slack:
        raise _cut_short(path, read / file.samplerate, f"its header promises {promised / file.samplerate:.2f} s")
    if file.format == "OGG" and not _ogg_is_closed(path):
        logger.warning("%s lacks its last page: the song may be cut short at %.2f s", path, read / file.samplerate)


def _ogg_is_closed(path: Path) -> bool:
    """Whether the last Ogg page is marked as the end of its stream (RFC 3533, header type flag 4)."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, MAX_OGG_PAGE_BYTES), os.SEEK_END)
        tail = file.read()
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & 4)


def _cut_short(path: Path, readable_s: float, why: str) -> InputError:
    reason = why.removeprefix("Error : ").strip(". ")
    return InputError(f"{path} is cut short or damaged: it can be read to about {readable_s:.2f} s ({reason})")


def _checked(path: Path, rate_hz: int, blocks: Blocks) -> Blocks:
    frames = 0
    for block in blocks:
        # One comparison for NaN, infinity and sizes that would overflow a power.
        if not (block.min() >= -MAX_SAMPLE and block.max() <= MAX_SAMPLE):
            bad = ~(np.abs(block) <= MAX_SAMPLE).all(axis=1)
            at_s = (frames + int(np.argmax(bad))) / rate_hz
            raise InputError(f"{path} has samples that are not numbers or far too large, the first at {at_s:.3f} s")
        frames += len(block)
        yield block
    if frames == 0:
        raise InputError(f"{path} holds no samples")
    if frames < MIN_DURATION_S * rate_hz:
        raise InputError(f"{path} is {frames / rate_hz:.3f} s long; give at least {MIN_DURATION_S} s of sound")
