"""The tables of video codecs, containers and hardware encoders.

A row is data: the encoder's name in ffmpeg, its quality scale and its options. Sound is copied untouched where the
container takes its codec *and* players accept it there *and* it stays exactly in step (``Container.copies``):

- Vorbis and PCM can be stored in MP4, but common players stay silent, so they become AAC there.
- MP3 in Matroska loses the encoder delay that MP4's edit list keeps, so it becomes FLAC there, which loses nothing.
- Vorbis in WebM and Matroska begins with a packet of 3 ms that makes no sound; since these containers have no time
  before zero, sound and picture both begin 3 ms late there, in step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from avcore.encode.sink import Pixel

SPEEDS = ("draft", "fast", "medium", "slow")

# What players expect: BT.709 matrix and limited range, said in the stream as well as done.
_TO_BT709 = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int"
_TAG_BT709 = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
_TAG_SRGB = "setparams=range=pc:colorspace=gbr:color_primaries=bt709:color_trc=iec61966-2-1"
# One palette per frame: the memory does not grow with the length, and the colours follow the music.
_PALETTE = (
    "split[frames][again];[again]palettegen=reserve_transparent=0:stats_mode=single[palette];"
    "[frames][palette]paletteuse=new=1:dither=bayer:bayer_scale=3"
)


def yuv420_filters(pixel_format: str = "yuv420p", upload: str = "") -> str:
    """Filters of ffmpeg for frames that are BT.709 in yuv420p already (see ``avcore.encode.yuv``)."""
    return f"{_TAG_BT709},format={pixel_format}{upload}"


@dataclass(frozen=True)
class Codec:
    """One way to encode pictures.

    ``raw`` is the pixel format that ffmpeg is given and ``filters`` what it does to it.
    ``quality`` and ``speed`` are option templates filled with ``{crf}`` or ``{percent}`` and with ``{speed}``;
    ``speeds`` translates our four names, ``own_speeds`` are the encoder's names, taken as they are. Width and height
    must be multiples of ``step`` and at least ``least`` pixels.
    """

    name: str
    encoder: str
    endings: tuple[str, ...]
    filters: str
    raw: Literal["rgb24", "rgb48le", "yuv420p"] = "rgb24"
    quality: tuple[str, ...] = ()
    default_crf: float = 0
    crf_range: tuple[float, float] = (0, 0)
    speed: tuple[str, ...] = ()
    speeds: Mapping[str, str] | None = None
    own_speeds: tuple[str, ...] = ()
    default_speed: str = "fast"
    options: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    step: tuple[int, int] = (2, 2)
    least: int = 1
    max_fps: int = 1000

    @property
    def pixel(self) -> Pixel:
        """The dtype of the RGB frames that it is made from."""
        return "uint16" if self.raw == "rgb48le" else "uint8"


_X26X_SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "slower", "veryslow", "placebo")

CODECS: Mapping[str, Codec] = {
    codec.name: codec
    for codec in (
        Codec(
            "h264",
            "libx264",
            (".mp4", ".mov", ".mkv"),
            yuv420_filters(),
            "yuv420p",
            quality=("-crf", "{crf:g}"),
            default_crf=18,
            crf_range=(1, 51),  # 0 makes a lossless profile that few players know
            speed=("-preset", "{speed}"),
            speeds=dict(zip(SPEEDS, ("ultrafast", "veryfast", "medium", "slow"), strict=True)),
            own_speeds=_X26X_SPEEDS,
        ),
        Codec(
            "hevc",
            "libx265",
            (".mp4", ".mov", ".mkv"),
            yuv420_filters(),
            "yuv420p",
            quality=("-crf", "{crf:g}"),
            default_crf=20,
            crf_range=(1, 51),
            speed=("-preset", "{speed}"),
            speeds=dict(zip(SPEEDS, ("ultrafast", "veryfast", "medium", "slow"), strict=True)),
            own_speeds=_X26X_SPEEDS,
            options=("-tag:v", "hvc1", "-x265-params", "log-level=error"),  # Apple's players know hvc1 only
            least=16,
        ),
        Codec(
            "av1",
            "libsvtav1",
            (".mp4", ".mkv", ".webm"),
            yuv420_filters(),
            "yuv420p",
            quality=("-crf", "{crf:g}"),
            default_crf=26,
            crf_range=(1, 63),
            speed=("-preset", "{speed}"),
            speeds=dict(zip(SPEEDS, ("12", "10", "7", "4"), strict=True)),
            own_speeds=tuple(str(preset) for preset in range(14)),
            least=16,  # SVT-AV1 aborts on most smaller ones
        ),
        Codec(
            "vp9",
            "libvpx-vp9",
            (".webm", ".mkv", ".mp4"),
            yuv420_filters(),
            "yuv420p",
            quality=("-crf", "{crf:g}", "-b:v", "0"),
            default_crf=24,
            crf_range=(0, 63),
            speed=("-deadline", "good", "-cpu-used", "{speed}"),
            speeds=dict(zip(SPEEDS, ("5", "4", "2", "1"), strict=True)),
            own_speeds=tuple(str(effort) for effort in range(6)),
            options=("-row-mt", "1"),
        ),
        Codec(
            "prores",
            "prores_ks",
            (".mov", ".mkv"),
            f"{_TO_BT709},format=yuv422p10le,{_TAG_BT709}",
            "rgb48le",
            speed=("-profile:v", "{speed}"),
            speeds=dict(zip(SPEEDS, ("proxy", "lt", "standard", "hq"), strict=True)),
            own_speeds=("proxy", "lt", "standard", "hq"),
            default_speed="hq",
            options=("-vendor", "apl0"),
            step=(2, 1),
        ),
        Codec(
            "ffv1",
            "ffv1",
            (".mkv",),
            f"format=bgr0,{_TAG_SRGB}",
            options=("-level", "3", "-g", "1", "-slicecrc", "1"),
            step=(1, 1),
        ),
        Codec(
            "gif",
            "gif",
            (".gif",),
            _PALETTE,
            options=("-loop", "0"),
            step=(1, 1),
            max_fps=50,  # players slow down anything shorter than two hundredths of a second
        ),
    )
}


@dataclass(frozen=True)
class Container:
    """One kind of file: ffmpeg's muxer, the codec it gets when none is asked for, and what sound it takes.

    ``sound`` encodes what ``copies`` does not hold; the rates are for up to two channels and for more;
    ``layouts`` are the loudspeaker layouts it can say, where it cannot say all (others are mixed to the nearest).
    """

    muxer: str
    default_codec: str
    copies: frozenset[str] = frozenset()
    sound: str | None = None
    sound_name: str = ""
    layouts: str = ""
    rates: tuple[str, str] | None = None
    options: tuple[str, ...] = ()


_FASTSTART = ("-movflags", "+faststart")
_PCM = frozenset(f"pcm_{sample}" for sample in ("s16le", "s24le", "s32le", "f32le", "s16be", "s24be", "s32be"))
_ISO_SOUND = frozenset({"aac", "mp3", "alac", "ac3", "eac3"})
_AAC_RATES = ("320k", "768k")

CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container("mp4", "h264", _ISO_SOUND | {"opus", "flac"}, "aac", "AAC", "", _AAC_RATES, _FASTSTART),
    ".mov": Container("mov", "h264", _ISO_SOUND | _PCM, "aac", "AAC", "", _AAC_RATES, _FASTSTART),
    ".mkv": Container(
        "matroska", "h264", _PCM | {"aac", "vorbis", "opus", "flac", "alac", "ac3", "eac3", "dts"}, "flac", "FLAC"
    ),
    ".webm": Container(
        "webm",
        "vp9",
        frozenset({"vorbis", "opus"}),
        "libopus",
        "Opus",
        "mono|stereo|3.0|quad|5.0|5.1|6.1|7.1",  # RFC 7845, channel mapping family 1
        ("256k", "512k"),
    ),
    ".gif": Container("gif", "gif"),
}


@dataclass(frozen=True)
class Hardware:
    """One maker's encoders; CRF numbers keep roughly their meaning (VideoToolbox counts percent upwards)."""

    encoders: Mapping[str, str]
    quality: tuple[str, ...]
    speed: tuple[str, ...] = ()
    speeds: tuple[str, ...] = ("", "", "", "")
    pixel_format: str = "nv12"
    upload: str = ""
    device: tuple[str, ...] = ()


HARDWARE: Mapping[str, Hardware] = {
    "nvenc": Hardware(
        {"h264": "h264_nvenc", "hevc": "hevc_nvenc", "av1": "av1_nvenc"},
        ("-rc", "vbr", "-cq", "{crf:g}", "-b:v", "0"),
        ("-preset", "{speed}"),
        ("p1", "p4", "p5", "p7"),
        pixel_format="yuv420p",
    ),
    "qsv": Hardware(
        {"h264": "h264_qsv", "hevc": "hevc_qsv", "av1": "av1_qsv"},
        ("-global_quality", "{crf:.0f}"),
        ("-preset", "{speed}"),
        ("veryfast", "faster", "medium", "veryslow"),
    ),
    "videotoolbox": Hardware(
        {"h264": "h264_videotoolbox", "hevc": "hevc_videotoolbox"}, ("-q:v", "{percent:.0f}"), pixel_format="yuv420p"
    ),
    "vaapi": Hardware(
        {"h264": "h264_vaapi", "hevc": "hevc_vaapi"},
        ("-rc_mode", "CQP", "-global_quality", "{crf:.0f}"),
        upload=",hwupload",
        device=("-vaapi_device", "/dev/dri/renderD128"),
    ),
    "amf": Hardware(
        {"h264": "h264_amf", "hevc": "hevc_amf"},
        ("-rc", "cqp", "-qp_i", "{crf:.0f}", "-qp_p", "{crf:.0f}"),
        ("-quality", "{speed}"),
        ("speed", "speed", "balanced", "quality"),
    ),
}
