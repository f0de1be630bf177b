"""Video files: frames and a soundtrack into one ffmpeg, and a file that appears only when it is complete."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from avcore.encode.codecs import CONTAINERS, Codec, Container
from avcore.encode.encoders import require_encoder
from avcore.encode.pipe import EncoderEndedError, FramePipe
from avcore.encode.selection import choose_codec, codec_options
from avcore.encode.sink import FrameCheck
from avcore.encode.soundtrack import SoundPlan, Soundtrack, plan_sound
from avcore.encode.yuv import to_yuv420
from avcore.errors import OutputError, UsageError
from avcore.ffmpeg import ffmpeg_path
from avcore.files import NO_SPACE, commit, output_error, part_path, sweep_parts
from avcore.spec import setting

_BACKLOG_FRAMES = 4
_DEAD_PART_S = 24 * 3600  # a part that nobody has written to for a day belongs to a killed process


@dataclass(frozen=True)
class VideoSettings:
    """How a video is encoded; what is None is decided by the table of codecs."""

    codec: str | None = setting(None, help="h264, hevc, av1, vp9, prores, ffv1 or gif; else what suits the ending")
    crf: float | None = setting(None, help="quality: lower is better and larger", low=0, high=63)
    speed: str | None = setting(None, help="draft, fast, medium, slow, or one of the encoder's own names")
    hardware: str | None = setting(None, help="nvenc, qsv, videotoolbox, vaapi or amf instead of the processor")
    threads: int | None = setting(None, help="threads of the encoder; else as many as it likes", low=1, high=1024)


def open_video(
    path: Path,
    *,
    size: tuple[int, int],
    fps: Fraction,
    settings: VideoSettings | None = None,
    soundtrack: Soundtrack | None = None,
    metadata: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> VideoSink:
    """A sink that writes the video file ``path``; nothing is written or started before its ``with`` block begins.

    Frame i is shown from exactly i / fps in MP4 and MOV, to the nearest millisecond in MKV and WebM and to the
    nearest hundredth of a second in GIF: that is how finely these formats count. (A copied Vorbis sound delays the
    whole of an MKV or WebM by 3 ms, see ``avcore.encode.codecs``.)

    Args:
        path: its ending chooses the container: .mp4, .mov, .mkv, .webm or .gif.
        size: (width, height) in pixels.
        fps: frame rate, up to 1000.
        settings: codec, quality, speed.
        soundtrack: its time 0 is the first frame; longer or shorter than the picture, it is not cut to it.
        metadata: tags; ``title``, ``artist`` and ``comment`` are kept by every container but GIF.
        overwrite: replace an existing file.

    Raises:
        UsageError: an impossible combination, an odd size, a file that exists.
        InputError: the sound cannot be read.
    """
    settings = settings or VideoSettings()
    codec = choose_codec(path.suffix, codec=settings.codec, hardware=settings.hardware)
    container = CONTAINERS[path.suffix.lower()]
    _check(path, codec, size=size, fps=fps, overwrite=overwrite)
    encoder = codec_options(codec, crf=settings.crf, speed=settings.speed)
    require_encoder(codec, hardware=settings.hardware)
    sound = None if soundtrack is None else plan_sound(soundtrack, container)
    if settings.threads is not None:
        encoder += ["-threads:v", str(settings.threads)]
    part = part_path(path)
    command = [
        *(ffmpeg_path(), "-hide_banner", "-nostats", "-v", "error", "-y", *codec.device),
        *("-f", "rawvideo", "-pixel_format", codec.raw, "-video_size", f"{size[0]}x{size[1]}"),
        *("-framerate", f"{fps.numerator}/{fps.denominator}", "-i", "pipe:0"),
        *_output_options(codec, container, encoder, sound=sound, metadata=metadata or {}),
        *("-f", container.muxer, str(part.absolute())),
    ]
    return VideoSink(command, path=path, part=part, codec=codec, size=size, sound=sound)


def _check(path: Path, codec: Codec, *, size: tuple[int, int], fps: Fraction, overwrite: bool) -> None:
    for side, pixels, step in zip(("width", "height"), size, codec.step, strict=True):
        if pixels % step:
            raise UsageError(
                f"{codec.name} needs an even {side}, and {size[0]}x{size[1]} has {pixels}; "
                f"use {max(step, pixels - 1)} or {pixels + 1}"
            )
    if min(size) < codec.least:
        raise UsageError(
            f"{codec.name} takes pictures of at least {codec.least}x{codec.least}, not {size[0]}x{size[1]}; "
            "choose another size or codec"
        )
    if not 0 < fps <= codec.max_fps:
        raise UsageError(f"{codec.name} takes frame rates up to {codec.max_fps}, not {fps}")
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists; choose another name or say --overwrite")


def _make_part(part: Path, path: Path) -> None:
    """Make the hidden file that grows beside ``path``, so that a folder that cannot be written is known at once."""
    try:
        sweep_parts(path.absolute().parent, target=path.name, older_than_s=_DEAD_PART_S)
        part.touch()
    except OSError as error:
        raise output_error(error, path) from error


def _output_options(
    codec: Codec, container: Container, encoder: list[str], *, sound: SoundPlan | None, metadata: Mapping[str, str]
) -> list[str]:
    has_sound = sound is not None and bool(sound.output)
    maps = ["-map", "0:v:0", *(("-map", "1:a:0") if has_sound else ())]
    tags = [option for key, value in metadata.items() for option in ("-metadata", f"{key}={value}")]
    options = [*maps, "-filter:v", codec.filters, *encoder, *container.options, *tags]
    if sound is not None and has_sound:
        options = [*sound.source, *options, *sound.output]
    # The sound file's own tags and chapters are not the video's. Bit-exact muxing writes no random ids.
    return [*options, "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"]


class VideoSink:
    """Frames into one video file; see ``avcore.encode.sink.Sink``. Made by ``open_video``."""

    def __init__(
        self,
        command: list[str],
        *,
        path: Path,
        part: Path,
        codec: Codec,
        size: tuple[int, int],
        sound: SoundPlan | None,
    ) -> None:
        self.pixel = codec.pixel
        self.notes: tuple[str, ...] = (sound.note,) if sound is not None and sound.note else ()
        self._raw = codec.raw
        self._command = command
        self._path, self._part = path, part
        self._check = FrameCheck(size=size, pixel=codec.pixel)
        self._n_frames = 0

    def write(self, number: int, frame: NDArray[Any]) -> None:
        """Append a frame [shape=(height, width, 3), dtype=pixel]; numbers only have to increase.

        Raises:
            OutputError: ffmpeg ended (disk full, killed, refused the settings).
            ValueError: another shape or dtype, or a number that does not increase.
        """
        self._check(number, frame)
        try:
            self._pipe.put(self._encodable(frame))
        except EncoderEndedError as error:
            raise self._failure(error) from error
        self._n_frames += 1

    def _encodable(self, frame: NDArray[Any]) -> NDArray[Any]:
        if self._raw == "yuv420p":
            return to_yuv420(np.ascontiguousarray(frame))
        return np.ascontiguousarray(frame, dtype="<u2" if self._raw == "rgb48le" else "u1")

    def __enter__(self) -> Self:
        """Start ffmpeg.

        Raises:
            OutputError: the folder is missing or cannot be written.
        """
        try:
            _make_part(self._part, self._path)
            self._pipe = FramePipe(self._command, backlog=_BACKLOG_FRAMES)
        except BaseException:  # Ctrl-C too: there is no `with` block yet that would clean up
            with contextlib.suppress(OSError):  # the one under way says what is the matter
                self._part.unlink()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            try:
                self._pipe.kill()
            finally:
                self._part.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self._n_frames == 0:
            raise OutputError(f"no frame was made, so {self._path} was not written")
        try:
            self._pipe.finish()
            commit(self._part, self._path)
        except EncoderEndedError as error:
            raise self._failure(error) from error
        except OSError as error:
            raise output_error(error, self._path) from error

    def _failure(self, error: EncoderEndedError) -> OutputError:
        if any(NO_SPACE in line for line in error.lines):
            return OutputError(
                f"the disk that holds {self._path.absolute().parent} is full; free some space or choose another folder"
            )
        words = " | ".join(error.lines[-3:]) or "it gave no reason"
        return OutputError(f"ffmpeg ended early ({error.reason}) while writing {self._path}: {words}")
