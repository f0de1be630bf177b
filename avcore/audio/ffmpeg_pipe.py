"""Any file that ffmpeg can read (M4A, AAC, WMA, the sound of videos) as blocks of float32 through a pipe."""

from __future__ import annotations

import contextlib
import logging
import re
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from avcore.errors import InputError

# Sun/NeXT .au: magic, offset of the samples, their size, encoding, rate, channels (big-endian 32-bit integers).
_AU_HEADER = struct.Struct(">4s5I")


# Kinds of files that hold their sound themselves. Playlists and the like (concat, HLS, DASH, numbered images) make
# ffmpeg open other files, which whoever sends a song must not choose.
_SELF_CONTAINED = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,libopenmpt,loas,matroska,mov,mp3,mpc,"
    "mpc8,mpeg,mpegts,mxf,nut,ogg,oma,osq,qoa,rm,shn,tak,truehd,tta,voc,w64,wav,wtv,wv,xwma"
)
_CUT_SHORT = re.compile("partial file|ended prematurely")
SLACK_S = 0.5

logger = logging.getLogger(__name__)


# Time 0 is the file's own. A stream that begins later than its video is led in by silence.
FROM_FILE_START = "aresample=first_pts=0"
# Each line of the log begins with its level, by which ``why_no_sound`` knows errors.
LOG = ("-loglevel", "level+info")


def source(path: Path) -> list[str]:
    """Options of ffmpeg that open a file somebody sent: no other file, and no option or address by its name."""
    return ["-protocol_whitelist", "file,pipe", "-format_whitelist", _SELF_CONTAINED, "-i", f"file:{path}"]


def command(path: Path) -> list[str]:
    """The command that writes the first sound stream of ``path`` to stdout as an .au file of float32."""
    from avcore.ffmpeg import ffmpeg_path

    sound = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-af", FROM_FILE_START, "-c:a", "pcm_f32be", "-f", "au"]
    return [ffmpeg_path(), "-nostdin", "-hide_banner", "-nostats", *LOG, *source(path), *sound, "pipe:1"]


def open_blocks(
    path: Path, stack: contextlib.ExitStack, *, block_frames: int
) -> tuple[int, int, float | None, str, Iterator[NDArray[np.float32]]]:
    """Rate, channels, duration (None if unknown), codec and blocks [shape=(frames, channels)] of a file's sound.

    ``stack`` ends the process.

    Raises:
        InputError: ffmpeg finds no sound in it; while reading: the file is cut short or damaged.
    """
    log: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    process = subprocess.Popen(
        command(path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    stack.callback(_end, process)
    assert process.stdout is not None
    header = process.stdout.read(_AU_HEADER.size)
    if len(header) < _AU_HEADER.size:
        raise InputError(f"{path} {why_no_sound(_read_log(log))}")
    _, offset, _, _, rate_hz, channels = _AU_HEADER.unpack(header)
    process.stdout.read(offset - _AU_HEADER.size)
    text = _read_log(log)
    codec = re.search(r"Stream #0:\d+.*?: Audio: (\w+)", text)
    blocks = _blocks(path, process, log, rate_hz, channels, block_frames)
    return rate_hz, channels, _duration_s(text), codec[1] if codec else "unknown", blocks


def _blocks(
    path: Path, process: subprocess.Popen[bytes], log: IO[bytes], rate_hz: int, channels: int, block_frames: int
) -> Iterator[NDArray[np.float32]]:
    assert process.stdout is not None
    frame_bytes = 4 * channels
    frames = 0
    while data := process.stdout.read(block_frames * frame_bytes):
        whole = len(data) - len(data) % frame_bytes
        block = np.frombuffer(data[:whole], dtype=">f4").astype(np.float32).reshape(-1, channels)
        frames += len(block)
        if len(block):
            yield block
    status = process.wait()
    text = _read_log(log)
    errors = _errors(text)
    read_s = frames / rate_hz
    declared_s = _duration_s(text)
    # The length that a container declares is its longest stream's: the sound's own only where there is no video.
    is_short = declared_s is not None and read_s < declared_s - SLACK_S and not _has_video(text)
    if status != 0 or is_short or any(_CUT_SHORT.search(line) for line in errors):
        why = (
            f"its header promises {declared_s:.2f} s"
            if is_short
            else errors[0]
            if errors
            else f"ffmpeg status {status}"
        )
        raise InputError(f"{path} is cut short or damaged: it can be read to about {read_s:.2f} s ({why})")
    if errors:
        logger.warning("%s has damaged parts (%s): what follows them may be early", path, errors[0])


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _read_log(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")


def _errors(text: str) -> list[str]:
    found = re.findall(r"^(?:\[[^\]]*@ \w+\] )?\[(?:error|fatal)\] (.+)$", text, flags=re.MULTILINE)
    return [line.strip().rstrip(".") for line in found]


def why_no_sound(text: str) -> str:
    """What is the matter with a file, after its name, from ffmpeg's log."""
    if "Format not on whitelist" in text:
        return "is no sound or video file but a playlist, a picture or a rare format; give the sound as WAV or FLAC"
    if "matches no streams" in text or "does not contain any stream" in text:
        return "has no sound in it"
    errors = _errors(text)
    reason = errors[-1].removeprefix("Error opening input files: ") if errors else "ffmpeg gave no reason"
    return f"is not a sound file that can be read ({reason})"


def _has_video(text: str) -> bool:
    return any("attached pic" not in line for line in re.findall(r"Stream #0:\d+.*: Video: .*", text))


def _duration_s(text: str) -> float | None:
    if "Estimating duration from bitrate" in text:
        return None
    match = re.search(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", text)
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) if match else None
