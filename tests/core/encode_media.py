"""Reading back what the encoder wrote, by ffmpeg and /proc, for the tests of avcore.encode."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from avcore.ffmpeg import ffmpeg_path

EXACT = "flags=accurate_rnd+full_chroma_int+full_chroma_inp"


def ffmpeg(*arguments: str, stdin: bytes | None = None) -> bytes:
    """Standard output of an ffmpeg run that must succeed."""
    command = [ffmpeg_path(), "-hide_banner", "-v", "error", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, check=False, input=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def about(path: Path) -> str:
    """What ``ffmpeg -i`` says about a file."""
    return subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-i", str(path)], capture_output=True, text=True, check=False
    ).stderr


def decode_rgb(path: Path, *, size: tuple[int, int], deep: bool = False) -> NDArray[np.uint8]:
    """Frames [shape=(n, height, width, 3)] decoded as a player that follows BT.709 would."""
    pixel = ("rgb48le", "<u2") if deep else ("rgb24", "u1")
    filters = f"scale=in_color_matrix=bt709:{EXACT}"
    data = ffmpeg(
        "-i", str(path), "-vf", filters, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixel[0], "-"
    )
    return np.frombuffer(data, pixel[1]).reshape(-1, size[1], size[0], 3)


def decode_sound(path: Path) -> NDArray[np.float32]:
    """Samples [shape=(n, channels)] at the file's own rate."""
    import soundfile

    data = ffmpeg("-i", str(path), "-map", "0:a:0", "-f", "au", "-c:a", "pcm_f32be", "-")
    samples, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return samples


def packet_times(path: Path, stream: str, *, codec: str = "copy") -> list[Fraction]:
    """Presentation times in seconds of the packets of ``0:v`` or ``0:a``, sorted, edit lists applied.

    With ``codec="pcm_f32le"`` those of the decoded sound, without what a decoder throws away at its start.
    """
    text = ffmpeg("-i", str(path), "-map", stream, "-c", codec, "-copyts", "-f", "framehash", "-").decode()
    lines = text.splitlines()
    base = next(Fraction(line.split()[-1]) for line in lines if line.startswith("#tb"))
    return sorted(int(line.split(",")[2]) * base for line in lines if not line.startswith("#"))


def sound_packets(path: Path) -> list[str]:
    """Hashes of the sound packets as they are stored."""
    text = ffmpeg("-i", str(path), "-map", "0:a:0", "-c", "copy", "-f", "framehash", "-").decode()
    return [line.split(",")[5].strip() for line in text.splitlines() if not line.startswith("#")]


def noise(n_frames: int, *, size: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """Frames [shape=(n_frames, height, width, 3)] that no encoder makes small."""
    return np.random.default_rng(seed).integers(0, 256, (n_frames, size[1], size[0], 3), np.uint8)


def write_wav(path: Path, samples: NDArray[np.float32], rate_hz: int) -> None:
    """Store samples [shape=(n,) or (n, channels)] as 16-bit PCM."""
    import soundfile

    soundfile.write(path, samples, rate_hz, subtype="PCM_16")


def children() -> set[int]:
    """Ids of the running child processes of this one."""
    found: set[int] = set()
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        pytest.skip("needs /proc to see child processes")
    for task in tasks.iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


@contextlib.contextmanager
def nothing_left_behind(folder: Path) -> Iterator[None]:
    """Files, threads and child processes are after the block what they were before it."""
    before = (sorted(os.listdir(folder)), threading.active_count(), children())
    yield
    assert (sorted(os.listdir(folder)), threading.active_count(), children()) == before


@contextlib.contextmanager
def small_disk(folder: Path, *, options: str) -> Iterator[Path]:
    """A tmpfs mounted on ``folder``, for full and read-only disks."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root to mount a small disk")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("cannot mount a tmpfs here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
