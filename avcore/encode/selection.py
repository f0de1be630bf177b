"""The choice from the tables of codecs: a row for a wish, and ffmpeg's options for it."""

from __future__ import annotations

from dataclasses import replace

from avcore.encode.codecs import CODECS, CONTAINERS, HARDWARE, SPEEDS, Codec, yuv420_filters
from avcore.errors import UsageError


def choose_codec(ending: str, *, codec: str | None = None, hardware: str | None = None) -> Codec:
    """The row for a file ending (``.mp4``), its default codec unless ``codec`` names one.

    Raises:
        UsageError: an ending, codec, hardware or combination that is not in the table; the message lists what is.
    """
    container = CONTAINERS.get(ending.lower())
    if container is None:
        raise UsageError(f"there is no video file ending {ending!r}; use one of {', '.join(CONTAINERS)}")
    name = codec or container.default_codec
    if name not in CODECS:
        raise UsageError(f"there is no codec {name!r}; there are: {', '.join(CODECS)}")
    row = CODECS[name]
    if ending.lower() not in row.endings:
        fitting = ", ".join(other.name for other in CODECS.values() if ending.lower() in other.endings)
        raise UsageError(
            f"{ending} does not take {name}; it takes {fitting}, and {name} goes into {', '.join(row.endings)}"
        )
    return row if hardware is None else _on_hardware(row, hardware)


def _on_hardware(row: Codec, name: str) -> Codec:
    hardware = HARDWARE.get(name)
    if hardware is None:
        raise UsageError(f"there is no hardware encoder {name!r}; there are: {', '.join(HARDWARE)}")
    if row.name not in hardware.encoders:
        raise UsageError(f"{name} does not encode {row.name}; it encodes {', '.join(hardware.encoders)}")
    return replace(
        row,
        encoder=hardware.encoders[row.name],
        filters=yuv420_filters(hardware.pixel_format, hardware.upload),
        quality=hardware.quality,
        crf_range=(1, 51),
        speed=hardware.speed,
        speeds=dict(zip(SPEEDS, hardware.speeds, strict=True)),
        own_speeds=(),
        options=("-tag:v", "hvc1") if row.name == "hevc" else (),
        device=hardware.device,
    )


def codec_options(codec: Codec, *, crf: float | None = None, speed: str | None = None) -> list[str]:
    """Options of ffmpeg for the encoder of ``codec`` at a quality (lower is better) and a speed.

    Raises:
        UsageError: the codec has no such quality or speed; the message lists what it has.
    """
    if crf is not None and not codec.quality:
        raise UsageError(f"{codec.name} has no CRF; leave it out")
    value = codec.default_crf if crf is None else crf
    low, high = codec.crf_range
    if not low <= value <= high:
        raise UsageError(f"CRF {value:g} is outside {low:g} (best) to {high:g} (smallest) of {codec.name}")
    chosen = speed or codec.default_speed
    if chosen not in SPEEDS and chosen not in codec.own_speeds:
        raise UsageError(f"{codec.name} has no speed {chosen!r}; it has {', '.join((*SPEEDS, *codec.own_speeds))}")
    own = (codec.speeds or {}).get(chosen, chosen)
    quality = [part.format(crf=value, percent=max(1.0, 100 - 2 * value)) for part in codec.quality]
    return ["-c:v", codec.encoder, *quality, *(part.format(speed=own) for part in codec.speed), *codec.options]
