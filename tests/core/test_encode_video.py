"""Video files: right frames, right times, right colours, and nothing half-written whatever happens."""

from __future__ import annotations

import itertools
import os
import re
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from encode_media import about, children, decode_rgb, noise, nothing_left_behind, packet_times, small_disk
from numpy.typing import NDArray

from avcore.encode import VideoSettings, available_codecs, open_video
from avcore.errors import OutputError, UsageError

SIZE = (64, 48)
FPS = Fraction(24)


def write_frames(
    path: Path, frames: Iterable[tuple[int, NDArray]], *, then: type[BaseException] | None = None, **options: object
) -> None:
    """Write numbered frames into a video, and end with the exception ``then``."""
    with open_video(path, **{"size": SIZE, "fps": FPS, **options}) as sink:
        for number, frame in frames:
            sink.write(number, frame)
        if then is not None:
            raise then


def write_noise(path: Path, n_frames: int, **options: object) -> None:
    write_frames(path, enumerate(noise(n_frames, size=options.get("size", SIZE)), start=1), **options)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001), Fraction(25, 2), Fraction(997, 13)])
def test_frames_are_shown_at_their_exact_times(tmp_path: Path, ending: str, fps: Fraction) -> None:
    path = tmp_path / f"out{ending}"
    codec = "vp9" if ending == ".webm" else "h264"
    write_noise(path, 40, fps=fps, settings=VideoSettings(codec=codec, speed="medium"))
    times = packet_times(path, "0:v")
    tick = Fraction(1, 2000) if ending in (".mkv", ".webm") else Fraction(0)  # Matroska counts milliseconds
    assert len(times) == 40
    assert times[0] == 0
    assert all(abs(seen - number / fps) <= tick for number, seen in enumerate(times))


def test_ten_minutes_at_ntsc_rate_do_not_drift(tmp_path: Path) -> None:
    path, fps, n_frames = tmp_path / "long.mp4", Fraction(24000, 1001), 14386
    frames = noise(7, size=(16, 16))
    with open_video(path, size=(16, 16), fps=fps, settings=VideoSettings(speed="draft")) as sink:
        for number in range(n_frames):
            sink.write(number, frames[number % 7])
    times = packet_times(path, "0:v")
    assert len(times) == n_frames
    assert times[-1] == (n_frames - 1) / fps


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
def test_colours_survive_within_three_levels_and_are_tagged(tmp_path: Path, codec: str) -> None:
    if codec not in available_codecs():
        pytest.skip(f"this ffmpeg cannot encode {codec}")
    path = tmp_path / "colours.mp4"
    patches = np.array(list(itertools.product([0, 64, 128, 200, 255], repeat=3)), np.uint8)[::4]
    frames = np.broadcast_to(patches[:, None, None, :], (len(patches), SIZE[1], SIZE[0], 3))
    with open_video(path, size=SIZE, fps=FPS, settings=VideoSettings(codec=codec, crf=10)) as sink:
        for number, frame in enumerate(frames):
            sink.write(number, frame)
    read = decode_rgb(path, size=SIZE).astype(int)
    assert np.abs(read - frames).max() <= 3
    assert "yuv420p(tv, bt709" in about(path)


def test_prores_keeps_more_than_eight_bits(tmp_path: Path) -> None:
    path = tmp_path / "ramp.mov"
    ramp = np.linspace(20000, 24000, SIZE[0]).astype(np.uint16)
    frame = np.broadcast_to(ramp[None, :, None], (SIZE[1], SIZE[0], 3))
    with open_video(path, size=SIZE, fps=FPS, settings=VideoSettings(codec="prores")) as sink:
        assert sink.pixel == "uint16"
        sink.write(1, frame)
    read = decode_rgb(path, size=SIZE, deep=True)[0].astype(int)
    assert np.abs(read - frame).max() < 257  # finer than one of 256 steps
    assert re.search(r"yuv422p10le\(.*bt709", about(path))


@pytest.mark.parametrize("ending", [".mp4", ".mov"])
def test_the_index_comes_before_the_pictures(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    write_noise(path, 4, settings=VideoSettings(codec="h264"))
    data, position, atoms = path.read_bytes(), 0, []
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        atoms.append(kind)
        position += size
    assert atoms.index(b"moov") < atoms.index(b"mdat")


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".webm"])
def test_tags_are_kept_and_the_file_is_the_same_every_time(tmp_path: Path, ending: str) -> None:
    tags = {"title": "Motion; preset = nebula", "comment": '{"preset": "9f2c", "seed": 3}'}
    for name in ("a", "b"):
        write_noise(tmp_path / f"{name}{ending}", 5, metadata=tags)
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()
    said = about(tmp_path / f"a{ending}")
    assert all(value in said for value in tags.values())


def test_gif_loops_for_ever_and_keeps_its_length(tmp_path: Path) -> None:
    path = tmp_path / "out.gif"
    write_noise(path, 48)
    assert b"NETSCAPE2.0\x03\x01\x00\x00\x00" in path.read_bytes()
    assert len(decode_rgb(path, size=SIZE)) == 48
    assert abs(packet_times(path, "0:v")[-1] - Fraction(47, 24)) <= Fraction(1, 100)


def test_names_that_look_like_options_or_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-y.mp4", "100% übung #1 [a].mp4", *(["a:b.mkv"] if os.name == "posix" else [])):
        write_noise(Path(name), 2)
        assert len(decode_rgb(tmp_path / name, size=SIZE)) == 2


@pytest.mark.skipif(os.name != "posix", reason="SIGSTOP")
def test_write_runs_ahead_of_the_encoder_by_a_few_frames_only(tmp_path: Path) -> None:
    """Making frames and encoding them overlap, and a slow encoder does not fill the memory."""
    size, accepted = (640, 480), []
    before = children()
    with open_video(tmp_path / "a.mp4", size=size, fps=FPS) as sink:
        (encoder,) = children() - before
        os.kill(encoder, signal.SIGSTOP)

        def make() -> None:
            for number, frame in enumerate(noise(20, size=size)):
                sink.write(number, frame)
                accepted.append(number)

        maker = threading.Thread(target=make)
        maker.start()
        maker.join(0.6)
        assert 2 <= len(accepted) <= 8
        os.kill(encoder, signal.SIGCONT)
        maker.join()
    assert len(decode_rgb(tmp_path / "a.mp4", size=size)) == 20


def test_an_existing_file_is_kept_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"out\.mp4 exists"):
        write_noise(path, 2)
    assert path.read_bytes() == b"mine"
    with pytest.raises(RuntimeError):
        write_noise(path, 2, overwrite=True, then=RuntimeError)
    assert path.read_bytes() == b"mine"
    write_noise(path, 2, overwrite=True)
    assert len(decode_rgb(path, size=SIZE)) == 2


@pytest.mark.parametrize(
    ("name", "options", "error", "words"),
    [
        ("a.mp4", {"size": (65, 48)}, UsageError, "even width, and 65x48 has 65; use 64 or 66"),
        ("a.mp4", {"size": (64, 49)}, UsageError, "even height"),
        ("a.gif", {"fps": Fraction(60)}, UsageError, "up to 50"),
        ("no/a.mp4", {}, OutputError, "there is no folder"),
        ("file/a.mp4", {}, OutputError, "there is no folder"),
        ("folder.mp4", {}, UsageError, "is a folder"),
    ],
)
def test_what_cannot_be_written(
    tmp_path: Path, name: str, options: dict[str, object], error: type[Exception], words: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.mp4").mkdir()
    with nothing_left_behind(tmp_path), pytest.raises(error, match=words):
        write_noise(tmp_path / name, 2, **options)


def test_wrong_frames_are_refused(tmp_path: Path) -> None:
    frame = noise(1, size=SIZE)[0]
    for number, bad in ((2, frame[:-1]), (2, frame.astype(np.float32)), (1, frame)):
        with pytest.raises(ValueError, match=f"frame {number}"):
            write_frames(tmp_path / "a.mp4", [(1, frame), (number, bad)])
    assert os.listdir(tmp_path) == []


def test_no_frame_no_file(tmp_path: Path) -> None:
    with nothing_left_behind(tmp_path), pytest.raises(OutputError, match="no frame was made"):
        write_noise(tmp_path / "a.mp4", 0)


@pytest.mark.parametrize("after", [0, 1, 60])
def test_interrupt_leaves_nothing(tmp_path: Path, after: int) -> None:
    with nothing_left_behind(tmp_path), pytest.raises(KeyboardInterrupt):
        write_noise(tmp_path / "a.mp4", after, then=KeyboardInterrupt)


# In a process of its own: the signal comes a given time after the hidden file has appeared.
OPENING = """
import os, signal, sys, threading, time
from fractions import Fraction
from pathlib import Path
import numpy as np
from avcore.encode import open_video

folder, delay_s = Path(sys.argv[1]), float(sys.argv[2])

def strike():
    while not list(folder.glob(".a.mp4.*")):
        pass
    time.sleep(delay_s)
    os.kill(os.getpid(), signal.SIGINT)

sink = open_video(folder / "a.mp4", size=(64, 48), fps=Fraction(24))
threading.Thread(target=strike, daemon=True).start()
try:
    with sink:
        while True:
            time.sleep(0.001)
except KeyboardInterrupt:
    pass
time.sleep(0.05)
tasks = Path("/proc/self/task").glob("*/children")
print(os.listdir(folder), "".join(task.read_text() for task in tasks).split())
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see child processes")
def test_interrupt_while_ffmpeg_starts(tmp_path: Path) -> None:
    for delay_ms in (0, 0.3, 0.6, 1, 1.5, 2, 4, 8, 16):
        command = [sys.executable, "-c", OPENING, str(tmp_path), str(delay_ms / 1000)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout == "[] []\n", f"interrupted {delay_ms} ms after the file appeared"


@pytest.mark.skipif(os.name != "posix", reason="signals a thread's blocked wait")
def test_interrupt_while_write_waits(tmp_path: Path) -> None:
    size = (1920, 1080)
    frame = noise(1, size=size)[0]
    endless = ((number, frame) for number in itertools.count())
    with nothing_left_behind(tmp_path):
        timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            write_frames(tmp_path / "a.mp4", endless, size=size, settings=VideoSettings(speed="placebo", crf=1))
        timer.join()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("last", [21, 10_000], ids=["found out while finishing", "found out while writing"])
def test_a_killed_ffmpeg_is_told(tmp_path: Path, last: int) -> None:
    frame = noise(1, size=SIZE)[0]
    before = children()

    def frames() -> Iterator[tuple[int, NDArray]]:
        for number in range(last):
            yield number, frame
            if number == 20:
                (encoder,) = children() - before
                os.kill(encoder, signal.SIGKILL)

    killed = pytest.raises(OutputError, match=r"killed by SIGKILL\) while writing .*a\.mp4")
    with nothing_left_behind(tmp_path), killed:
        write_frames(tmp_path / "a.mp4", frames())


@pytest.mark.parametrize("n_frames", [8, 400], ids=["found out while finishing", "found out while writing"])
def test_a_full_disk_is_told(tmp_path: Path, n_frames: int) -> None:
    full = pytest.raises(OutputError, match=r"the disk that holds .*disk is full")
    with small_disk(tmp_path / "disk", options="size=400k") as disk, nothing_left_behind(disk), full:
        write_noise(disk / "a.mp4", n_frames, size=(320, 240), settings=VideoSettings(crf=1))


def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    refused = pytest.raises(OutputError, match="cannot be written to")
    with small_disk(tmp_path / "disk", options="size=400k,ro") as disk, refused:
        write_noise(disk / "a.mp4", 2)


def test_parts_of_killed_runs_are_swept_and_live_ones_kept(tmp_path: Path) -> None:
    old, live, other = (tmp_path / f".{name}.avcore-part" for name in ("a.mp4.01", "a.mp4.02", "b.mp4.03"))
    for path in (old, live, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (0, 0))
    write_noise(tmp_path / "a.mp4", 2)
    assert sorted(os.listdir(tmp_path)) == [live.name, other.name, "a.mp4"]
