"""The sound of an output: copied untouched where that is exact, else encoded at a high rate, trimmed to the sample."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from avcore.encode.codecs import Container
from avcore.errors import InputError
from avcore.ffmpeg import run_ffmpeg

# A sound file that is really a playlist must not make ffmpeg open other files' protocols or the network.
_LOCAL_ONLY = ["-protocol_whitelist", "file"]


@dataclass(frozen=True)
class Soundtrack:
    """A sound file, or the sound of a video file, from ``start_s`` on for ``duration_s`` (None: to its end)."""

    path: Path
    start_s: Fraction = Fraction(0)
    duration_s: Fraction | None = None


@dataclass(frozen=True)
class SoundStream:
    """What ffmpeg says about the first sound stream of a file."""

    codec: str
    rate_hz: int
    layout: str


@dataclass(frozen=True)
class SoundPlan:
    """ffmpeg's options before (``source``) and after (``output``) the sound file, and what to tell the user."""

    source: tuple[str, ...]
    output: tuple[str, ...]
    note: str | None = None


def probe_sound(path: Path) -> SoundStream:
    """The first sound stream of a file.

    Raises:
        InputError: the file is missing, unreadable or has no sound.
    """
    if not path.is_file():
        raise InputError(f"there is no sound file {path}")
    said = run_ffmpeg(*_LOCAL_ONLY, "-i", str(path.absolute())).stderr
    stream = re.search(r"^  Stream #0:\d+\S*: Audio: (\w+).*?, (\d+) Hz, ([^,\n]+)", said, re.MULTILINE)
    if stream is None:
        raise InputError(f"{path} has no sound that ffmpeg can read; convert it to WAV or FLAC first")
    return SoundStream(stream[1], int(stream[2]), stream[3].strip())


def _lateness_s(path: Path) -> Fraction:
    """How much later than the file its first sound begins, as in a video whose sound starts after its picture."""
    first_frame = ("-map", "0:a:0", "-frames:a", "1", "-f", "framecrc", "-")
    said = run_ffmpeg("-v", "error", *_LOCAL_ONLY, "-i", str(path.absolute()), *first_frame).stdout
    base = re.search(r"^#tb 0: (\d+/\d+)$", said, re.MULTILINE)
    time = re.search(r"^0, +-?\d+, +(-?\d+),", said, re.MULTILINE)
    if base is None or time is None:
        raise InputError(f"no sound can be decoded from {path}; convert it to WAV or FLAC first")
    return int(time[1]) * Fraction(base[1])


def plan_sound(soundtrack: Soundtrack, container: Container) -> SoundPlan:
    """How the sound gets into the container: time 0 of picture and sound are the same instant.

    A trimmed sound counts samples from the first decoded one, as the analysis does, so that the cut does not depend
    on time stamps.

    Raises:
        InputError: the file is missing, unreadable or has no sound.
    """
    if container.sound is None:
        return SoundPlan((), (), f"the sound of {soundtrack.path.name} is left out: {container.muxer} has no sound")
    stream = probe_sound(soundtrack.path)
    whole = soundtrack.start_s == 0 and soundtrack.duration_s is None
    source = (*_LOCAL_ONLY, "-i", str(soundtrack.path.absolute()))
    if whole and stream.codec in container.copies:
        late_s = float(_lateness_s(soundtrack.path))  # the analysis counts from the first sound, and so the copy
        shift = ("-itsoffset", f"{-late_s:.6f}") if late_s else ()
        return SoundPlan((*shift, *source), ("-c:a", "copy"))
    rate = () if container.rates is None else ("-b:a", container.rates[stream.layout not in ("mono", "stereo")])
    filters = [] if whole else [_trim(soundtrack, stream.rate_hz)]
    filters.append("asetpts=N/SR/TB")
    if container.layouts:
        filters.append(f"aformat=channel_layouts={container.layouts}")
    reason = (
        f"{stream.codec} does not go into {container.muxer} as it is" if whole else "the excerpt is cut to the sample"
    )
    note = f"sound encoded anew as {' '.join((container.sound_name, *rate[1:]))}: {reason}"
    return SoundPlan(source, ("-af", ",".join(filters), "-c:a", container.sound, *rate), note)


def _trim(soundtrack: Soundtrack, rate_hz: int) -> str:
    first = f"atrim=start_sample={round(soundtrack.start_s * rate_hz)}"
    if soundtrack.duration_s is None:
        return first
    return f"{first}:end_sample={round((soundtrack.start_s + soundtrack.duration_s) * rate_hz)}"
