"""Sounds, pictures and strips for tests of the extension, made with NumPy and the standard library alone."""

from __future__ import annotations

import json
import struct
import wave
import zlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48000
FPS = {"24": (24, 1.0), "25": (25, 1.0), "29.97": (30, 1.001), "60": (60, 1.0)}


def write_wav(path: Path, samples: NDArray[Any]) -> Path:
    """Write samples [shape=(n,) or (n, 2), -1..1] as 32-bit PCM."""
    data = np.round(np.atleast_2d(samples.T).T * (2**31 - 1)).astype("<i4")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(data.shape[1])
        file.setsampwidth(4)
        file.setframerate(RATE_HZ)
        file.writeframes(data.tobytes())
    return path


def write_clicks(path: Path, times_s: Sequence[float], *, seconds: float) -> Path:
    """Clicks of 10 ms that begin at ``times_s``, in faint noise."""
    samples = np.random.default_rng(1).normal(0, 1e-4, round(seconds * RATE_HZ))
    click = np.sin(np.arange(480) / 480 * np.pi * 40) * np.hanning(480) * 0.8
    for time_s in times_s:
        at = round(time_s * RATE_HZ)
        samples[at : at + 480] += click
    return write_wav(path, samples)


def write_clock(path: Path, *, seconds: float) -> Path:
    """A sound that says what time it is: left rises from 0 to 0.5, right is 0.5 all along."""
    rising = np.arange(round(seconds * RATE_HZ)) / (seconds * RATE_HZ) * 0.5
    return write_wav(path, np.stack([rising, np.full_like(rising, 0.5)], axis=-1))


def read_mix(path: Path) -> tuple[int, NDArray[np.float64]]:
    """Rate and samples [shape=(n, 2)] of a 16-bit WAV that Blender wrote."""
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        return file.getframerate(), data / 32768.0


def clock_times(path: Path, n: int, *, fps: float, seconds: float, at: float = 0.5) -> NDArray[np.float64]:
    """What the clock says ``at`` of each of ``n`` frames of a mix [shape=(n,)], NaN where it is silent."""
    rate_hz, samples = read_mix(path)
    index = np.minimum(np.round((np.arange(n) + at) / fps * rate_hz).astype(int), len(samples) - 1)
    rising, constant = samples[index].T
    heard = constant > 0.05
    return np.where(heard, rising / np.where(heard, constant, 1.0) * seconds, np.nan)


def write_png(path: Path, picture: NDArray[np.uint8]) -> Path:
    """Write a picture [shape=(h, w, 3), uint8]."""
    height, width = picture.shape[:2]
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes())) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def write_bake(folder: Path, pictures: Sequence[NDArray[np.uint8]], *, first: int = 1) -> Path:
    """A bake folder as avcore leaves it."""
    folder.mkdir()
    frames = {}
    for number, picture in enumerate(pictures, first):
        path = write_png(folder / f"{folder.name}_{number:04d}.png", picture)
        frames[str(number)] = {"bytes": path.stat().st_size, "file": path.name, "sha256": "0" * 64}
    document = {
        "bits": 8,
        "colour_space": "sRGB",
        "format": "png",
        "fps": "24/1",
        "frames": frames,
        "name": folder.name,
        "provenance": {},
        "schema_version": 1,
        "size": list(pictures[0].shape[1::-1]),
        "start_frame": first,
    }
    (folder / "manifest.json").write_text(json.dumps(document))
    return folder


def noise_pictures(n: int, *, size: int = 16, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Pictures of random pixels, no two alike."""
    return list(np.random.default_rng(seed).integers(0, 256, (n, size, size, 3), dtype=np.uint8))


def new_scene(fps: str = "24") -> Any:
    """The scene, with a sequencer, at a named frame rate."""
    import bpy

    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS[fps]
    scene.sequence_editor_create()
    return scene


def exact(fps: str) -> Fraction:
    """A named frame rate as a ratio."""
    rate, base = FPS[fps]
    return Fraction(rate) / Fraction(str(base))


def strips_of(owner: Any) -> Any:
    """The strips of an editor or meta."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def start_at(strip: Any, frame: int) -> None:
    """Move a strip so that its content begins at a frame."""
    setattr(strip, _name(strip, "content_start", "frame_start"), frame)


def trim(strip: Any, *, start: int = 0, end: int = 0) -> None:
    """Cut frames off a strip's ends with its handles."""
    setattr(strip, _name(strip, "left_handle_offset", "frame_offset_start"), start)
    setattr(strip, _name(strip, "right_handle_offset", "frame_offset_end"), end)


def skip(strip: Any, frames: int) -> None:
    """Cut frames off the beginning of a strip's content."""
    setattr(strip, _name(strip, "content_trim_start", "animation_offset_start"), frames)


def _name(strip: Any, new: str, old: str) -> str:
    return new if hasattr(strip, new) else old
