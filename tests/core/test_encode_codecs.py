"""The codec table: every row works with the ffmpeg at hand, and every wrong wish is answered with what works."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from encode_media import about, decode_rgb, noise

from avcore.encode import CODECS, CONTAINERS, HARDWARE, SPEEDS, VideoSettings, available_codecs, open_video
from avcore.encode.encoders import trial
from avcore.encode.selection import choose_codec, codec_options
from avcore.errors import UsageError

SIZE = (64, 48)
ROWS = [(name, ending) for name, codec in CODECS.items() for ending in codec.endings]


@pytest.mark.parametrize(("name", "ending"), ROWS)
def test_every_row_decodes_to_its_frames(tmp_path: Path, name: str, ending: str) -> None:
    if name not in available_codecs():
        pytest.skip(f"this ffmpeg cannot encode {name}")
    path = tmp_path / f"out{ending}"
    # Flat frames of one hue each, far apart, so that order and colour survive any codec.
    levels = np.linspace(20, 235, 12).astype(np.uint8)
    frames = np.stack([np.full((SIZE[1], SIZE[0], 3), (v, 255 - v, 128), np.uint8) for v in levels])
    with open_video(path, size=SIZE, fps=Fraction(25), settings=VideoSettings(codec=name)) as sink:
        for number, frame in enumerate(frames, start=1):
            sink.write(number, frame if sink.pixel == "uint8" else frame.astype(np.uint16) * 257)
    read = decode_rgb(path, size=SIZE).astype(int)
    assert read.shape == frames.shape
    assert np.abs(read - frames).max() <= (0 if name == "ffv1" else 6)


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("speed", SPEEDS)
def test_every_codec_knows_our_speeds(name: str, speed: str) -> None:
    if name not in available_codecs():
        pytest.skip(f"this ffmpeg cannot encode {name}")
    codec = choose_codec(CODECS[name].endings[0], codec=name)
    options = codec_options(codec, speed=speed)
    assert options[:2] == ["-c:v", codec.encoder]
    assert not any("{" in option for option in options)


def test_ffv1_is_lossless(tmp_path: Path) -> None:
    frames = noise(3, size=SIZE)
    with open_video(tmp_path / "a.mkv", size=SIZE, fps=Fraction(24), settings=VideoSettings(codec="ffv1")) as sink:
        for number, frame in enumerate(frames):
            sink.write(number, frame)
    assert np.array_equal(decode_rgb(tmp_path / "a.mkv", size=SIZE), frames)


def test_lower_crf_is_larger(tmp_path: Path) -> None:
    def n_bytes(crf: float) -> int:
        path = tmp_path / f"{crf}.mp4"
        with open_video(path, size=SIZE, fps=Fraction(24), settings=VideoSettings(crf=crf, threads=1)) as sink:
            for number, frame in enumerate(noise(6, size=SIZE)):
                sink.write(number, frame)
        return path.stat().st_size

    assert n_bytes(12) > n_bytes(24) > n_bytes(40)


@pytest.mark.parametrize("ending", CONTAINERS)
def test_every_ending_has_a_default(ending: str) -> None:
    assert ending in choose_codec(ending).endings
    assert choose_codec(ending.upper()) == choose_codec(ending)


def test_quicktime_gets_what_every_player_knows() -> None:
    assert choose_codec(".mov").name == "h264"


@pytest.mark.parametrize(
    ("ending", "wish", "answer"),
    [
        (".avi", {}, ".mp4, .mov, .mkv, .webm, .gif"),
        (".mp4", {"codec": "h265"}, "h264, hevc, av1"),
        (".webm", {"codec": "h264"}, "it takes av1, vp9, and h264 goes into .mp4, .mov, .mkv"),
        (".mp4", {"hardware": "gpu"}, "nvenc, qsv"),
        (".webm", {"hardware": "nvenc"}, "nvenc does not encode vp9; it encodes h264, hevc, av1"),
    ],
)
def test_wrong_wishes(ending: str, wish: dict[str, str], answer: str) -> None:
    with pytest.raises(UsageError, match=answer):
        choose_codec(ending, **wish)


@pytest.mark.parametrize(
    ("ending", "wish", "answer"),
    [
        (".mp4", {"crf": 52}, "outside 1 .best. to 51"),
        (".mkv", {"codec": "ffv1", "crf": 18}, "ffv1 has no CRF"),
        (".mp4", {"speed": "warp"}, "draft, fast, medium, slow, ultrafast"),
        (".webm", {"speed": "9"}, "vp9 has no speed '9'"),
    ],
)
def test_wrong_quality_or_speed(ending: str, wish: dict[str, object], answer: str) -> None:
    with pytest.raises(UsageError, match=answer):
        codec_options(choose_codec(ending, codec=wish.pop("codec", None)), **wish)


@pytest.mark.parametrize("name", CODECS)
def test_the_least_size_works_and_less_is_refused(tmp_path: Path, name: str) -> None:
    if name not in available_codecs():
        pytest.skip(f"this ffmpeg cannot encode {name}")
    codec = CODECS[name]
    path, settings, least = tmp_path / f"out{codec.endings[0]}", VideoSettings(codec=name), max(2, codec.least)
    with open_video(path, size=(least, least), fps=Fraction(24), settings=settings) as sink:
        sink.write(1, np.zeros((least, least, 3), sink.pixel))
    assert len(decode_rgb(path, size=(least, least))) == 1
    for size in ((least - 2, 64), (64, least - 2)) if codec.least > 1 else ():
        with pytest.raises(UsageError, match=f"{name} takes pictures of at least {least}x{least}, not"):
            open_video(tmp_path / f"small{codec.endings[0]}", size=size, fps=Fraction(24), settings=settings)


@pytest.mark.parametrize("name", HARDWARE)
def test_hardware_works_or_says_what_does(tmp_path: Path, name: str) -> None:
    size = (256, 256)
    path = tmp_path / "out.mp4"
    settings = VideoSettings(hardware=name)
    if trial(choose_codec(".mp4", hardware=name)) is not None:
        with pytest.raises(UsageError, match=f"h264_{name} does not start on this machine"):
            open_video(path, size=size, fps=Fraction(24), settings=settings)
        assert not path.exists()
        return
    with open_video(path, size=size, fps=Fraction(24), settings=settings) as sink:
        for number, frame in enumerate(noise(4, size=size)):
            sink.write(number, frame)
    assert "h264" in about(path)
    assert len(decode_rgb(path, size=size)) == 4
