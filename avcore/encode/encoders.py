"""Which encoders this ffmpeg has, and whether one of them starts on this machine."""

from __future__ import annotations

import functools
import re

from avcore.encode.codecs import CODECS, HARDWARE, Codec
from avcore.encode.selection import choose_codec, codec_options
from avcore.errors import UsageError
from avcore.ffmpeg import run_ffmpeg

_TRIAL_SIZE = "256x256"  # hardware encoders refuse smaller pictures


@functools.cache
def encoders() -> frozenset[str]:
    """Names of the video and audio encoders that this ffmpeg was built with."""
    return frozenset(re.findall(r"^ [VA][A-Z.]{5} (\w[\w-]*)", run_ffmpeg("-encoders").stdout, re.MULTILINE))


def available_codecs() -> list[str]:
    """Names in the codec table whose software encoder this ffmpeg has."""
    return [codec.name for codec in CODECS.values() if codec.encoder in encoders()]


def available_hardware(codec: str) -> list[str]:
    """Names of the hardware encoders that start on this machine for ``codec``."""
    ending = CODECS[codec].endings[0]
    able = [name for name, hardware in HARDWARE.items() if codec in hardware.encoders]
    return [name for name in able if trial(choose_codec(ending, codec=codec, hardware=name)) is None]


def require_encoder(codec: Codec, *, hardware: str | None) -> None:
    """Make sure that the encoder of ``codec`` works here, hardware by a tiny trial encode.

    Raises:
        UsageError: it does not; the message says why, and what does.
    """
    if hardware is None:
        if codec.encoder not in encoders():
            raise UsageError(
                f"this ffmpeg has no {codec.encoder} for {codec.name}; it can encode {', '.join(available_codecs())}"
            )
        return
    reason = trial(codec)
    if reason is not None:
        others = ", ".join(available_hardware(codec.name)) or "none"
        raise UsageError(
            f"{codec.encoder} does not start on this machine ({reason}); leave out the hardware option, "
            f"or use what works here for {codec.name}: {others}"
        )


@functools.cache
def _trial(encoder: str, filters: str, device: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    if encoder not in encoders():
        return "this ffmpeg was built without it"
    source = ("-f", "lavfi", "-i", f"color=black:s={_TRIAL_SIZE}:r=25")
    done = run_ffmpeg("-v", "error", *device, *source, "-vf", filters, "-frames:v", "2", *options, "-f", "null", "-")
    if done.returncode == 0:
        return None
    return re.sub(r"^\[[^\]]*\] ", "", (done.stderr.splitlines() or ["no reason given"])[0])


def trial(codec: Codec) -> str | None:
    """Encode two black frames: None where that works, else what ffmpeg says."""
    return _trial(codec.encoder, codec.filters, codec.device, tuple(codec_options(codec)))
