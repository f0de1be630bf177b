"""Frames to films: the same bytes every time, nothing where a frame is missing, and in step with the song."""

from __future__ import annotations

import json
import os
import signal
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from avcore.encode.frame_files import read_frame, read_frames
from avcore.encode.png import png_bytes
from avcore.errors import InputError
from avcore.verify.film import frame_times
from avcore.verify.sync import check_sync
from headless.folder import FrameKind, open_frames
from tests.core.encode_media import decode_rgb
from tests.headless.processes import lines, run, start

SIZE = ("-r", "64x36", "--fps", "24", "--start", "4", "--quality", "draft")
N = 96


@pytest.fixture(scope="module")
def baked(demo_track: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of pictures."""
    folder = tmp_path_factory.mktemp("baked") / "tex"
    run("bake", demo_track, "-o", folder, *SIZE, "--duration", "4")
    return folder


def test_a_film_is_the_same_every_time_and_in_step(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1" / "film.mp4", tmp_path / "2" / "film.mp4"
    for out in (first, second):
        run("encode", baked, "-o", out, "--song", demo_track, "--start", 4)
    assert first.read_bytes() == second.read_bytes()
    out, _ = run("verify", first, "--song", demo_track, "--start", 4, "--json")
    (told,) = json.loads(out.splitlines()[-1])["films"]
    assert (told["clock"]["frames"], told["faults"]) == (N, [])
    assert told["sound"]["begin_samples"] == told["sound"]["end_samples"] == 0
    run("verify", first, "--song", demo_track, "--start", "4.1", code=1)


def test_a_part_begins_with_its_part_of_the_song(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    film = tmp_path / "part.mp4"
    run("encode", baked, "-o", film, "--song", demo_track, "--start", 4, "-f", "25-96")
    found = check_sync(film, demo_track, start_s=Fraction(5), fps=Fraction(24), n_frames=72)
    assert found.faults == []
    assert len(frame_times(film).times_s) == 72


def test_where_frames_are_missing_nothing_is_written(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tex"
    folder.mkdir()
    for path in baked.iterdir():
        os.link(path, folder / path.name)
    for number in (7, 9, 10, 11):
        (folder / f"tex_{number:04d}.png").unlink()
    cut = folder / "tex_0020.png"
    data = cut.read_bytes()
    cut.unlink()
    cut.write_bytes(data[:-4])
    _, said = run("encode", folder, "-o", tmp_path / "film.mp4", "--song", demo_track, "-f", f"1-{N}", code=3)
    assert "lacks the frames 7,9-11,20" in said
    assert not (tmp_path / "film.mp4").exists()
    out, _ = run("verify", folder, "-f", f"1-{N}", "--json", code=3)
    assert json.loads(out)["missing"] == "7,9-11,20"
    _, said = run("encode", folder, "-o", tmp_path / "film.mp4", "-f", "1,3", code=2)
    assert "consecutive" in said
    run("encode", folder, "-o", tmp_path / "film.mp4", "--song", tmp_path / "gone.wav", "-f", "1-6", code=3)
    run("encode", tmp_path / "nowhere", "-o", tmp_path / "film.mp4", code=3)


def test_a_film_that_is_there(baked: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    for picture in ("first", "second"):
        out, _ = run("encode", baked, "-o", film, "-f", "1-8")
        assert ("was there already" in out) == (picture == "second")
    run("encode", baked, "-o", film, "-f", "1-8", "--existing", "error", code=2)
    before = film.stat().st_ino
    run("encode", baked, "-o", film, "-f", "1-8", "--existing", "overwrite")
    assert film.stat().st_ino != before
    os.utime(film, (1, 1))  # its frames are newer
    out, _ = run("encode", baked, "-o", film, "-f", "1-8")
    assert "was there already" not in out


def test_told_to_stop_no_film_is_left(baked: Path, tmp_path: Path) -> None:
    slow = "import time, avcore.encode.frame_files as files\nread = files.read_frame\n"
    slow += "def slowly(*a):\n    time.sleep(0.2)\n    return read(*a)\nfiles.read_frame = slowly\n"
    process = start("encode", baked, "-o", tmp_path / "film.mp4", "--progress", "cgru", luck=slow)
    next(line for line in lines(process) if line.startswith("PROGRESS"))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    assert list(tmp_path.iterdir()) == []


def test_rendered_frames_with_alpha_deep_or_linear_become_frames(tmp_path: Path) -> None:
    rgba = np.zeros((4, 6, 4), np.uint8)
    rgba[..., 0], rgba[..., 3] = 200, 128
    (tmp_path / "a.png").write_bytes(png_bytes(rgba))
    assert read_frame(tmp_path / "a.png", "uint8")[0, 0].tolist() == [100, 0, 0]
    deep = np.full((4, 6, 3), 0x80FF, np.uint16)
    (tmp_path / "d.png").write_bytes(png_bytes(deep))
    assert np.array_equal(read_frame(tmp_path / "d.png", "uint16"), deep)
    assert read_frame(tmp_path / "d.png", "uint8")[0, 0, 0] == round(0x80FF / 257)
    linear = np.array([[[0.0, 0.2140, 1.0], [-1.0, 7.0, np.nan]]], np.float32)
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGB": linear}) as file:
        file.write(str(tmp_path / "l.exr"))
    assert read_frame(tmp_path / "l.exr", "uint8").tolist() == [[[0, 127, 255], [0, 255, 0]]]
    grey = np.full((4, 6), 7, np.uint8)
    (tmp_path / "g.png").write_bytes(png_bytes(grey))
    assert read_frame(tmp_path / "g.png", "uint8").shape == (4, 6, 3)


@pytest.mark.parametrize("name", ["broken.png", "broken.exr", "gone.png"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"no picture")
    with pytest.raises(InputError, match=name):
        read_frame(tmp_path / name, "uint8")


def test_frames_of_two_sizes_are_no_film(tmp_path: Path) -> None:
    for index, width in enumerate((6, 6, 8)):
        (tmp_path / f"{index}.png").write_bytes(png_bytes(np.zeros((4, width, 3), np.uint8)))
    frames = read_frames([tmp_path / f"{index}.png" for index in range(3)], "uint8")
    with pytest.raises(InputError, match=r"2\.png has 8x4 pixels, not 6x4"):
        list(frames)


def test_sixteen_bits_reach_a_film_that_keeps_them(tmp_path: Path) -> None:
    """ProRes has 10 bits a channel: a ramp within one 8-bit step is still a ramp."""
    kind = FrameKind("deep", (64, 32), Fraction(24), "png", 16, 1, {})
    ramp = np.broadcast_to(np.linspace(32768, 33500, 64).astype(np.uint16)[None, :, None], (32, 64, 3))
    with open_frames(tmp_path / "deep", kind) as frames:
        for number in (1, 2):
            with frames.frame(number) as part:
                part.write_bytes(png_bytes(np.ascontiguousarray(ramp)))
    run("encode", tmp_path / "deep", "-o", tmp_path / "film.mov", "--codec", "prores")
    read = decode_rgb(tmp_path / "film.mov", size=(64, 32), deep=True)[0, 16, :, 1].astype(int)
    assert len(set(read >> 8)) > 2
    assert np.abs(read - ramp[0, :, 0]).max() < 260


def test_a_job_is_checked_as_a_whole(demo_track: Path, tmp_path: Path) -> None:
    """Each shot's bakes and frames, by the numbers that it has."""
    text = f"{{songs: [{{song: {demo_track}, duration: 4 frames}}], presets: [ember, tide], fps: 24, "
    (tmp_path / "job.yaml").write_text(text + "texture: {size: 64x36, quality: draft}}")
    run("bake", "--job", tmp_path / "job.yaml", "--shot", "demo_ember", "-f", "1-3")
    out, _ = run("verify", "--job", tmp_path / "job.yaml", "--json", code=3)
    missing = [(Path(check["folder"]).parts[-2:], check["missing"]) for check in json.loads(out)["folders"]]
    assert missing == [
        (("demo_ember", "texture"), "4"),
        (("demo_ember", "frames"), "1-4"),
        (("demo_tide", "texture"), "1-4"),
        (("demo_tide", "frames"), "1-4"),
    ]
