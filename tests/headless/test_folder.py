"""Rendered frames on disk: whole or not there, and with nothing in them that differs between runs."""

from __future__ import annotations

import json
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avcore.encode.png import png_bytes
from avcore.errors import InputError, OutputError, UsageError
from headless import exr_file
from headless.folder import FrameKind, find_sequence, open_frames, scrub

KIND = FrameKind("beauty", (8, 4), Fraction(24), "png", 8, 1, {"scene": "abc"})
PIXELS = np.arange(96, dtype=np.uint8).reshape(4, 8, 3)


def png(**text: str) -> bytes:
    return png_bytes(PIXELS, text=text)


def exr(path: Path, **text: str) -> bytes:
    """A picture with more rows than a chunk has."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **text}
    pixels = np.random.default_rng(0).random((50, 8, 3)).astype(np.float16)
    with OpenEXR.File(header, {"RGB": pixels}) as file:
        file.write(str(path))
    return path.read_bytes()


def test_frames_appear_whole_and_the_manifest_follows(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "frames"
    with open_frames(folder, KIND) as frames:
        assert frames.to_render([1, 2, 3]) == [1, 2, 3]
        for number in (1, 2):
            with frames.frame(number) as part:
                part.write_bytes(png(Date=f"{number}"))
                assert not frames.path(number).exists()
    assert sorted(path.name for path in folder.iterdir()) == ["beauty_0001.png", "beauty_0002.png", "manifest.json"]
    assert (folder / "beauty_0001.png").read_bytes() == png()
    sequence = find_sequence(folder)
    assert (sequence.numbers(), sequence.missing([1, 2, 3])) == ([1, 2], [3])
    with open_frames(folder, KIND) as frames:
        assert frames.to_render([1, 2, 3]) == [3]


@pytest.mark.parametrize("broken", [b"", b"no picture", png()[:-20]])
def test_half_a_frame_never_appears(tmp_path: Path, broken: bytes) -> None:
    with (
        pytest.raises(OutputError, match="frame 1 was not written whole"),
        open_frames(tmp_path / "frames", KIND) as frames,
        frames.frame(1) as part,
    ):
        part.write_bytes(broken)
    assert [path.name for path in (tmp_path / "frames").iterdir()] == ["manifest.json"]


def test_a_frame_that_was_not_finished_is_dropped(tmp_path: Path) -> None:
    def interrupted() -> None:
        with open_frames(tmp_path / "frames", KIND) as frames:
            with frames.frame(1) as part:
                part.write_bytes(png())
            with frames.frame(2) as part:
                part.write_bytes(png())
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert find_sequence(tmp_path / "frames").numbers() == [1]
    assert json.loads((tmp_path / "frames" / "manifest.json").read_text())["frames"].keys() == {"1"}


def test_what_is_there_is_skipped_replaced_or_refused(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    with open_frames(folder, KIND) as frames, frames.frame(2) as part:
        part.write_bytes(png())
    with open_frames(folder, KIND, existing="overwrite") as frames:
        assert frames.to_render([1, 2]) == [1, 2]
    with open_frames(folder, KIND, existing="error") as frames:
        assert frames.to_render([1, 3]) == [1, 3]
        with pytest.raises(UsageError, match=r"beauty_0002\.png is there already"):
            frames.to_render([1, 2])


def test_frames_of_something_else_are_in_the_way(tmp_path: Path) -> None:
    folder, other = tmp_path / "frames", FrameKind("beauty", (8, 4), Fraction(24), "png", 8, 1, {"scene": "other"})
    with open_frames(folder, KIND) as frames, frames.frame(1) as part:
        part.write_bytes(png())
    with pytest.raises(UsageError, match="another job"):
        open_frames(folder, other)
    with open_frames(folder, other, existing="overwrite") as frames:
        assert frames.to_render([1]) == [1]
        assert not frames.path(1).exists()


def test_a_damaged_frame_is_made_again(tmp_path: Path) -> None:
    with open_frames(tmp_path / "frames", KIND) as frames, frames.frame(1) as part:
        part.write_bytes(png())
    path = tmp_path / "frames" / "beauty_0001.png"
    path.write_bytes(path.read_bytes()[:-1])
    assert find_sequence(tmp_path / "frames").missing([1]) == [1]
    path.write_bytes(png_bytes(PIXELS + 1))  # whole, and not what the manifest says
    with open_frames(tmp_path / "frames", KIND) as frames:
        assert frames.to_render([1]) == [1]


def test_a_folder_without_frames_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        find_sequence(tmp_path / "gone")
    with pytest.raises(InputError, match=r"no manifest\.json"):
        find_sequence(tmp_path)


def test_png_loses_its_texts_and_nothing_else() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    plain = png()
    end = plain.index(b"IEND") - 4
    extra = b"".join(chunk(kind, b"x\0" + b"now") for kind in (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"))
    assert scrub(plain[:end] + extra + plain[end:]) == plain
    assert scrub(plain[:end] + chunk(b"pHYs", bytes(9)) + plain[end:]) != plain
    assert scrub(png(RenderTime="00:01.23", Hostname="a")) == scrub(png(RenderTime="1:00:01.23")) == plain


def test_exr_loses_its_texts_and_nothing_else(tmp_path: Path) -> None:
    texts = {"cycles.ViewLayer.total_time": "00:01.20", "Date": "2026", "Hostname": "a", "BlenderMultiChannel": "yes"}
    later = {**texts, "cycles.ViewLayer.total_time": "01:00:01.20", "Hostname": "another"}
    first, second = exr(tmp_path / "a.exr", **texts), exr(tmp_path / "b.exr", **later)
    assert first != second
    assert scrub(first) == scrub(second)
    assert exr_file.is_whole_exr(scrub(first))
    (tmp_path / "c.exr").write_bytes(scrub(first))
    with OpenEXR.File(str(tmp_path / "a.exr")) as before, OpenEXR.File(str(tmp_path / "c.exr")) as after:
        assert np.array_equal(before.channels()["RGB"].pixels, after.channels()["RGB"].pixels)
        assert after.header()["BlenderMultiChannel"] == "yes"
        assert not {"Date", "Hostname", "cycles.ViewLayer.total_time"} & set(after.header())
    assert scrub(scrub(first)) == scrub(first)


def test_files_of_several_parts_lose_their_texts_too(tmp_path: Path) -> None:
    def parts(note: str) -> bytes:
        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, "Date": note}
        pixels = np.zeros((20, 4, 3), np.float16)
        with OpenEXR.File([OpenEXR.Part({**header, "name": name}, {"RGB": pixels}) for name in ("a", "b")]) as file:
            file.write(str(tmp_path / "parts.exr"))
        return (tmp_path / "parts.exr").read_bytes()

    first, second = parts("today"), parts("the day after")
    assert scrub(first) == scrub(second) != first
    (tmp_path / "scrubbed.exr").write_bytes(scrub(first))
    with OpenEXR.File(str(tmp_path / "scrubbed.exr")) as file:
        assert [part.name() for part in file.parts] == ["a", "b"]


@pytest.fixture(scope="module")
def whole_exr(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return exr(tmp_path_factory.mktemp("exr") / "whole.exr")


@given(part=st.floats(0, 1, exclude_max=True))
def test_an_exr_that_is_cut_short_is_not_whole(whole_exr: bytes, part: float) -> None:
    assert exr_file.is_whole_exr(whole_exr)
    assert not exr_file.is_whole_exr(whole_exr[: int(part * len(whole_exr))])


def test_an_exr_that_was_never_finished_is_not_whole(whole_exr: bytes) -> None:
    """Its table of chunks is zeros until the end."""
    begin = whole_exr.index(struct.pack("<Q", _first_chunk(whole_exr)))
    zeros = whole_exr[:begin] + bytes(8) + whole_exr[begin + 8 :]
    assert not exr_file.is_whole_exr(zeros)


def _first_chunk(data: bytes) -> int:
    """Where the chunk of the first row is: after the table of four, which the header is followed by."""
    return next(at for at in range(64, len(data)) if data[at - 32 : at - 24] == struct.pack("<Q", at))


@given(st.binary(max_size=200))
def test_what_is_no_exr_is_said(data: bytes) -> None:
    assert not exr_file.is_whole_exr(data)
    with pytest.raises(ValueError, match="OpenEXR"):
        exr_file.without_run(data)


def test_metadata_can_be_kept(tmp_path: Path) -> None:
    with open_frames(tmp_path / "frames", KIND, keep_metadata=True) as frames, frames.frame(1) as part:
        part.write_bytes(png(Note="x"))
    assert frames.path(1).read_bytes() == png(Note="x")
