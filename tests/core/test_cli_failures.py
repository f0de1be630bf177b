"""Bad input: one line that names the thing and the next step, the documented exit code, and no file left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from avcore.cli import main

SMALL = ["-r", "64x36", "--fps", "10", "--duration", "2"]


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run the command; its exit code and what it said on stderr."""

    def run(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return code, capsys.readouterr().err

    return run


def damaged(folder: Path, kind: str) -> Path:
    """A sound file with something wrong."""
    tone = 0.3 * np.sin(np.arange(44100) * 0.05)
    path = folder / f"{kind}.wav"
    if kind == "missing":
        return path
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "text":
        path = folder / "song.mp3"
        path.write_text("This is not a song.\n" * 50)
    elif kind == "truncated":
        path = folder / "cut.flac"
        soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 44100 * 5), 44100)
        path.write_bytes(path.read_bytes()[:100_000])
    elif kind == "no-samples":
        soundfile.write(path, tone[:0], 44100)
    elif kind == "nan":
        tone[20000] = np.nan
        soundfile.write(path, tone, 44100, subtype="FLOAT")
    return path


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "truncated", "no-samples", "nan"])
@pytest.mark.parametrize("command", ["render", "frame", "analyze"])
def test_bad_sound(kind: str, command: str, tmp_path: Path, says: Callable[..., tuple[int, str]]) -> None:
    song = damaged(tmp_path, kind)
    before = sorted(tmp_path.iterdir())
    ending = {"render": "out.mp4", "frame": "out.png", "analyze": "out.json"}[command]
    code, said = says(command, song, tmp_path / ending)
    assert code == 3
    assert song.name in said
    assert len(said.strip().splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


PRESETS = {
    "unknown.txt": None,
    "tag.yaml": "schema: 1\nname: !!python/object/apply:os.system ['touch pwned']\nfield: {type: cppn}\n",
    "bomb.yaml": "a: &a [x,x,x,x]\n" + "".join(f"{b}: &{b} [{f'*{a},' * 9}]\n" for a, b in pairwise("abcdefghi")),
    "deep.yaml": "schema: " + "[" * 5000,
    "typo.yaml": "schema: 1\nfield:\n  type: cppn\n  gian: 3\n",
    "feature.yaml": "schema: 1\nsignals: {k: {source: bas}}\nfield: {type: cppn, inputs: [k]}\n",
    "escape.yaml": "schema: 1\nfield: {type: cppn, weights: ../../etc/passwd}\n",
    "empty.yaml": "",
    "binary.yaml": "\x00\x01\x02",
}  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_bad_presets(name: str, tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]) -> None:
    text = PRESETS[name]
    chosen = "embr"
    if text is not None:
        chosen = str(tmp_path / name)
        Path(chosen).write_text(text)
    out = tmp_path / "out.mp4"
    start = time.monotonic()
    code, said = says("render", demo_track, out, "--preset", chosen, *SMALL)
    assert code == 2
    assert len(said) < 1000
    assert ("ember" if text is None else name) in said
    assert not out.exists()
    assert not (tmp_path / "pwned").exists()
    assert time.monotonic() - start < 10


def test_a_typo_names_line_and_nearest_key(
    tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]
) -> None:
    path = tmp_path / "typo.yaml"
    path.write_text(PRESETS["typo.yaml"] or "")
    _, said = says("render", demo_track, tmp_path / "o.mp4", "--preset", path)
    assert "typo.yaml:4" in said
    assert "field.gian" in said
    assert "gain" in said.replace("gian", "")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--fps", "fast"], "fps"),
        (["--resolution", "huge"], "size"),
        (["-r", "65x37"], "even"),
        (["--start", "1000"], "--start"),
        (["--frames", "5-2"], "range"),
        (["--frames", "1,5"], "consecutive"),
        (["--frames", "99999"], "frame"),
        (["--set", "field.gian=3"], "gain"),
        (["--set", "field.gain"], "key=value"),
        (["--seed", "-1"], "seed"),
        (["--codec", "betamax"], "h264"),
        (["--device", "gpu"], "--device"),
        (["--crf", "900"], "CRF"),
        (["--nonsense"], "--nonsense"),
        (["--format", "exr"], "--format"),
        (["--bits", "16"], "--bits"),
        (["--frames", ""], "range"),
        (["--start-frame", "99999999999999999999"], "--start-frame"),
        (["--fps", "0.001"], "fps"),
        (["--fps", "1e99999999"], "fps"),
        (["--threads", "abc"], "--threads"),
        (["--threads", "9" * 5000], "--threads"),
        (["--duration", "-3 bars"], "--duration"),
    ],
)
def test_bad_options(
    options: list[str], word: str, tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]
) -> None:
    out = tmp_path / "out.mp4"
    code, said = says("render", demo_track, out, *[*SMALL, *options])
    assert code == 2
    assert word in said
    assert list(tmp_path.iterdir()) == []


def test_outputs_are_not_overwritten_unasked(
    tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]
) -> None:
    for command, name in (("render", "out.mp4"), ("frame", "out.png"), ("analyze", "out.json")):
        out = tmp_path / name
        out.write_text("mine")
        code, said = says(command, demo_track, out)
        assert (code, out.read_text()) == (2, "mine")
        assert "--overwrite" in said


@pytest.mark.parametrize("command", ["render", "frame", "analyze"])
def test_the_song_is_never_written_over(command: str, tmp_path: Path, says: Callable[..., tuple[int, str]]) -> None:
    ending = {"render": "mkv", "frame": "png", "analyze": "json"}[command]
    song, link = tmp_path / f"song.{ending}", tmp_path / f"link.{ending}"
    soundfile.write(song, np.zeros(44100), 44100, format="WAV")
    link.symlink_to(song)
    before = song.read_bytes()
    for out in (song, link):
        code, said = says(command, song, out, "--overwrite")
        assert (code, song.read_bytes()) == (2, before)
        assert "song itself" in said


@pytest.mark.skipif(os.name != "posix", reason="a device file is POSIX")
@pytest.mark.parametrize("command", ["render", "frame", "analyze"])
def test_a_device_is_never_replaced(
    command: str, tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]
) -> None:
    ending = {"render": "mkv", "frame": "png", "analyze": "json"}[command]
    device = tmp_path / f"device.{ending}"
    os.mkfifo(device)
    code, said = says(command, demo_track, device, "--overwrite")
    assert code == 2
    assert "ordinary" in said
    assert device.is_fifo()


@pytest.mark.parametrize(
    ("out", "options", "word"),
    [
        ("", [], "empty"),
        ("song v1.2", [], "without an ending"),
        ("full", [], "other things"),
        ("frames", ["--crf", "20"], "--crf"),
        ("frames", ["--format", "exr", "--bits", "8"], "EXR"),
    ],
)
def test_places_that_do_not_fit(
    out: str, options: list[str], word: str, tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    code, said = says("render", demo_track, f"{tmp_path}/{out}" if out else "", *SMALL, *options)
    assert code == 2
    assert word in said
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "letter.txt"]


def test_a_frame_is_a_png_or_a_jpeg(tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]) -> None:
    code, said = says("frame", demo_track, tmp_path / "x.tiff")
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert ".png nor in .jpg" in said
    assert says("frame", demo_track, tmp_path / "x.jpg", *SMALL[:2])[0] == 0
    assert (tmp_path / "x.jpg").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize("out", ["nowhere/out.mp4", "nowhere/out", "song.wav/out.mp4"])
def test_folders_that_cannot_be_written(
    out: str, tmp_path: Path, demo_track: Path, says: Callable[..., tuple[int, str]]
) -> None:
    (tmp_path / "song.wav").touch()
    code, said = says("render", demo_track, tmp_path / out, *SMALL)
    assert code == 1
    assert str(tmp_path) in said
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", ["out.mp4", "frames"])
def test_a_full_disk(name: str, small_disk: Path, demo_track: Path, says: Callable[..., tuple[int, str]]) -> None:
    options = ["--crf", "1"] if name == "out.mp4" else ["--bits", "16"]
    code, said = says("render", demo_track, small_disk / name, "-r", "640x360", "--duration", "10", *options)
    assert code == 1
    assert "full" in said
    left = [path for path in small_disk.rglob("*") if path.is_file()]
    assert all(path.name == "manifest.json" or path.suffix == ".png" for path in left)
    for path in left:
        assert path.suffix != ".png" or path.read_bytes().endswith(b"IEND\xaeB`\x82")


def test_errors_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(tmp_path / "gone.wav"), str(tmp_path / "o.mp4"), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 3
    assert "gone.wav" in told["error"]


def start_render(demo_track: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """A render in a process of its own that is well under way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "avcore", "render", str(demo_track), str(out), "-r", "640x360", "-v", *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(
        path.stat().st_size for path in out.parent.rglob("*") if path.is_file()
    ):
        time.sleep(0.05)
    return process


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(child) for child in found]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_video_leaves_nothing(stop: signal.Signals, code: int, tmp_path: Path, demo_track: Path) -> None:
    process = start_render(demo_track, tmp_path / "out.mp4")
    encoder = children(process.pid)
    process.send_signal(stop)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in encoder)
    if stop is signal.SIGINT:
        assert "again" in said


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_killed_encoder_is_told(tmp_path: Path, demo_track: Path) -> None:
    process = start_render(demo_track, tmp_path / "out.mp4")
    for pid in children(process.pid):
        os.kill(pid, signal.SIGKILL)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "ffmpeg" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_sequence_goes_on(stop: signal.Signals, tmp_path: Path, demo_track: Path) -> None:
    out = tmp_path / "frames"
    options = ["--fps", "10", "--duration", "6"]
    process = start_render(demo_track, out, *options)
    while len(list(out.glob("*.png"))) < 5:
        time.sleep(0.05)
    process.send_signal(stop)
    process.communicate(timeout=30)
    there = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert 5 <= len(there) < 60
    finished = subprocess.run(
        [sys.executable, "-m", "avcore", "render", str(demo_track), str(out), "-r", "640x360", "--json", *options],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(finished.stdout)["report"]["skipped"] == len(there)
    names = [f"frames_{number:04d}.png" for number in range(1, 61)]
    assert sorted(path.name for path in out.iterdir()) == sorted([*names, "manifest.json"])
    assert all((out / name).stat().st_mtime_ns == mtime for name, mtime in there.items())
