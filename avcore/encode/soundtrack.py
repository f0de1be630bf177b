"""The sound of an output: copied untouched where that is exact, else encoded at a high rate, trimmed to the sample."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from avcore.audio import ffmpeg_pipe
from avcore.encode.codecs import Container
from avcore.errors import InputError
from avcore.ffmpeg import run_ffmpeg


@dataclass(frozen=True)
class Soundtrack:
    """A sound file, or the sound of a video file, from ``start_s`` on for ``duration_s`` (None: to its end).

    Where ``start_s`` is below 0 there is silence before it.
    """

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
    said = run_ffmpeg(*ffmpeg_pipe.LOG, *ffmpeg_pipe.source(path)).stderr
    stream = re.search(r"^\[info\] +Stream #0:\d+\S*: Audio: (\w+).*?, (\d+) Hz, ([^,\n]+)", said, re.MULTILINE)
    if stream is None:
        raise InputError(f"{path} {ffmpeg_pipe.why_no_sound(said)}")
    return SoundStream(stream[1], int(stream[2]), stream[3].strip())


def plan_sound(soundtrack: Soundtrack, container: Container) -> SoundPlan:
    """How the sound gets into the container: time 0 of the picture is that of the sound's file, as in the analysis.

    A sound that begins later in its file (in a video, after the picture) does so here: copied packets keep their
    times, and a sound that is encoded is led in by silence before it is cut.

    Raises:
        InputError: the file is missing, unreadable or has no sound.
    """
    if container.sound is None:
        return SoundPlan((), (), f"the sound of {soundtrack.path.name} is left out: {container.muxer} has no sound")
    stream = probe_sound(soundtrack.path)
    whole = soundtrack.start_s == 0 and soundtrack.duration_s is None
    source = tuple(ffmpeg_pipe.source(soundtrack.path))
    if whole and stream.codec in container.copies:
        return SoundPlan(source, ("-c:a", "copy"))
    rate = () if container.rates is None else ("-b:a", container.rates[stream.layout not in ("mono", "stereo")])
    # The rate is held until after the cut, which counts samples; ffmpeg would choose the encoder's at once.
    filters = [f"{ffmpeg_pipe.FROM_FILE_START}:sample_rate={stream.rate_hz}"]
    filters += [*([] if whole else [_trim(soundtrack, stream.rate_hz)]), "asetpts=N/SR/TB"]
    if container.layouts:
        filters.append(f"aformat=channel_layouts={container.layouts}")
    reason = (
        f"{stream.codec} does not go into {container.muxer} as it is" if whole else "the excerpt is cut to the sample"
    )
    note = f"sound encoded anew as {' '.join((container.sound_name, *rate[1:]))}: {reason}"
    return SoundPlan(source, ("-af", ",".join(filters), "-c:a", container.sound, *rate), note)


def _trim(soundtrack: Soundtrack, rate_hz: int) -> str:
    first = round(soundtrack.start_s * rate_hz)
    cut = f"atrim=start_sample={max(0, first)}"
    if soundtrack.duration_s is not None:
        cut += f":end_sample={max(0, round((soundtrack.start_s + soundtrack.duration_s) * rate_hz))}"
    return cut if first >= 0 else f"{cut},adelay=delays={-first}S:all=1"
