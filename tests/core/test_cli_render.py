"""The main job, as its user runs it: a song in, a video or a folder of images out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from avcore.cli import main

HEAVY = {"torch", "librosa", "numba", "scipy", "matplotlib", "soundfile", "yaml", "PIL", "OpenEXR", "bpy"}

FLASH = """
schema: 1
signals: {hit: {source: onset, normalise: false, threshold: 0.3, sample: max}}
field: {type: cppn, seed: 3, motion: 0}
colour: {mode: palette, palette: ["#ffffff"], brightness: {base: 0, hit: 1}}
"""


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command that must succeed; its JSON."""

    def run(*arguments: object) -> Any:
        capsys.readouterr()
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def ffmpeg(*arguments: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def describe(path: Path) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True).stderr


def pictures(path: Path, width: int, height: int) -> Any:
    """All frames of a video, grey [shape=(frames, height, width)]."""
    raw = ffmpeg("-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width)


def sound(path: Path, rate_hz: int = 48000) -> Any:
    return np.frombuffer(ffmpeg("-i", str(path), "-f", "f32le", "-ac", "1", "-ar", str(rate_hz), "-"), np.float32)


def test_a_video_with_its_sound(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    out = tmp_path / "out.mp4"
    report = told("render", demo_track, out, "-r", "320x180", "--fps", "24", "--quality", "draft")["report"]
    length_s = soundfile.info(demo_track).duration
    assert report["frames"] == int(np.ceil(length_s * 24))
    assert pictures(out, 320, 180).shape[0] == report["frames"]
    assert len(sound(out)) / 48000 == pytest.approx(length_s, abs=0.03)
    said = describe(out)
    for word in ("Video: h264", "yuv420p(tv, bt709", "320x180", "24 fps", "Audio:", "audio_sha256"):
        assert word in said
    assert report["response"]["correlation"] > report["response"]["shuffled"] + 0.2
    assert report["response"]["uniform_frames"] == 0


def test_frames_have_the_numbers_of_the_whole_job(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    options = ["-r", "64x36", "--fps", "30000/1001", "--start-frame", "101"]
    told("render", demo_track, tmp_path / "shot", *options, "--duration", "1")
    part = told("render", demo_track, tmp_path / "part", *options, "--frames", "110-112,120-130x5")["report"]
    assert part["frames"] == 6
    assert sorted(path.name for path in (tmp_path / "part").glob("*.png")) == [
        f"part_{number:04d}.png" for number in (110, 111, 112, 120, 125, 130)
    ]
    for number in (110, 125):
        part_bytes = (tmp_path / "part" / f"part_{number:04d}.png").read_bytes()
        assert part_bytes == (tmp_path / "shot" / f"shot_{number:04d}.png").read_bytes()
    told("frame", demo_track, tmp_path / "one.png", *options, "--number", "125")
    assert (tmp_path / "one.png").read_bytes() == part_bytes
    manifest = json.loads((tmp_path / "shot" / "manifest.json").read_text())
    assert manifest["fps"] == "30000/1001"
    assert manifest["start_frame"] == 101


def test_a_finished_folder_is_finished(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    options = ["-r", "64x36", "--frames", "1-4"]
    told("render", demo_track, f"{tmp_path}/take.2/", *options)
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "take.2").iterdir())
    again = told("render", demo_track, tmp_path / "take.2", *options)["report"]
    assert (again["frames"], again["skipped"]) == (0, 4)
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "take.2").iterdir()) == before


def test_a_duration_in_bars_is_one_round_of_a_loop(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    options = ["-p", "carousel", "-r", "64x36", "--set", "field.loop.period=1 bars"]
    one = told("render", demo_track, tmp_path / "one.mp4", *options, "--duration", "1 bar")["report"]
    assert one["frames"] == 60  # 120 BPM at 30 fps
    assert not any("loops" in warning for warning in one["warnings"])
    other = told("render", demo_track, tmp_path / "other.mp4", *options, "--duration", "3")["report"]
    assert any("loops every 60 frames" in warning for warning in other["warnings"])


def test_the_last_moment_is_the_last_frame(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    length_s = soundfile.info(demo_track).duration
    options = ["-r", "32x18", "--fps", "10"]
    assert told("frame", demo_track, tmp_path / "a.png", "--at", f"{length_s}", *options)["number"] == length_s * 10
    assert told("frame", demo_track, tmp_path / "b.png", "--at", "1.29", *options)["number"] == 13


@pytest.mark.parametrize("options", [["--bits", "16"], ["--format", "exr"]])
def test_other_images(options: list[str], tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    told("render", demo_track, tmp_path / "o", "-r", "64x36", "--frames", "5-6", *options)
    ending = "exr" if "exr" in options else "png"
    assert len(list((tmp_path / "o").glob(f"*.{ending}"))) == 2


def test_overrides_seeds_and_text_change_the_picture(
    tmp_path: Path, demo_track: Path, told: Callable[..., Any]
) -> None:
    variants: list[list[str]] = [
        [],
        ["--seed", "3"],
        ["--set", "colour.saturation=0"],
        ["--preset", "tide"],
        ["--overlay", "{title} {frame} {time}"],
        ["--at", "0:05"],
    ]
    for index, options in enumerate(variants):
        at = [] if "--at" in options else ["--at", "4"]
        told("frame", demo_track, tmp_path / f"{index}.png", "-r", "128x72", *at, *options)
    assert len({(tmp_path / f"{index}.png").read_bytes() for index in range(len(variants))}) == len(variants)


def test_an_excerpt_is_cut_exactly(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    """5.01 s are 151 frames and 5.01 s of sound, the same samples as in the song."""
    out = tmp_path / "o.mkv"
    told("render", demo_track, out, "-r", "64x36", "--start", "3.2", "--duration", "5.01")
    assert len(pictures(out, 64, 36)) == 151
    heard = sound(out, 44100)
    assert len(heard) == pytest.approx(5.01 * 44100, abs=2)
    song = sound(demo_track, 44100)[round(3.2 * 44100) :][: len(heard)]
    assert np.corrcoef(heard, song)[0, 1] > 0.9999


def test_no_audio(tmp_path: Path, demo_track: Path, told: Callable[..., Any]) -> None:
    told("render", demo_track, tmp_path / "o.mp4", "-r", "64x36", "--duration", "1", "--no-audio")
    assert "Audio" not in describe(tmp_path / "o.mp4")


@pytest.mark.parametrize(
    ("minutes", "fps"),
    [
        (1, Fraction(24000, 1001)),
        (1, Fraction(60)),
        pytest.param(10, Fraction(24000, 1001), marks=pytest.mark.slow),
    ],
)
def test_light_and_sound_stay_together(minutes: int, fps: Fraction, tmp_path: Path, told: Callable[..., Any]) -> None:
    """Clicks at times that fall anywhere between frames, found in the MP4 as flashes and as sound."""
    rate_hz = 44100
    clicks_s = np.arange(1.2345, minutes * 60 - 0.5, 2.3717)
    clicks_s = np.append(clicks_s, minutes * 60 - 0.25)
    samples = np.zeros(minutes * 60 * rate_hz, dtype=np.float32)
    burst = np.sin(np.arange(300) * 0.6) * np.exp(-np.arange(300) / 60)
    for click_s in clicks_s:
        start = round(click_s * rate_hz)
        samples[start : start + 300] = burst
    soundfile.write(tmp_path / "clicks.wav", samples, rate_hz)
    (tmp_path / "flash.yaml").write_text(FLASH)
    out = tmp_path / "out.mp4"
    told("render", tmp_path / "clicks.wav", out, "-p", tmp_path / "flash.yaml", "-r", "32x18", "--fps", fps)

    light = pictures(out, 32, 18).mean(axis=(1, 2))
    assert len(light) == np.ceil(minutes * 60 * fps)
    heard = np.abs(sound(out))
    late_s = []
    for click_s in clicks_s:
        window = slice(int((click_s - 0.2) * 48000), int((click_s + 0.2) * 48000))
        sound_s = (window.start + np.argmax(heard[window] > 0.3 * heard[window].max())) / 48000
        first, last = int((click_s - 0.2) * fps), int((click_s + 0.2) * fps) + 1
        light_s = float((first + np.argmax(light[first:last])) / fps)
        assert sound_s == pytest.approx(click_s, abs=0.002)
        late_s.append(light_s - sound_s)
    # Half a frame, half a step of the 100 Hz grid, and what it takes to find a click in a coded sound.
    assert np.abs(late_s).max() <= 0.5 / float(fps) + 0.005 + 0.002
    # No drift: the end is as much in step as the beginning.
    third = len(late_s) // 3
    assert abs(np.mean(late_s[-third:]) - np.mean(late_s[:third])) < 0.01


def test_help_is_instant_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, avcore; from avcore.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"loaded = {HEAVY} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    fastest = 9.0
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        fastest = min(fastest, time.perf_counter() - start)
    assert fastest < 1.0  # the promise is 0.3 s on an idle machine; this one is shared


def test_without_torch(tmp_path: Path, demo_track: Path) -> None:
    """The whole job in a process in which torch cannot be imported."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['torch', 'librosa', 'array_api_compat.torch']))\n"
        "from avcore.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    out = tmp_path / "o.mp4"
    command = [sys.executable, "-c", code, "render", str(demo_track), str(out), "-r", "64x36", "--duration", "2"]
    subprocess.run(command, check=True)
    assert out.stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["electronic-motion.ogg", "orchestral-frantic.ogg", "ambient-awakening.ogg"])
def test_real_music(name: str, real_track: Callable[[str], Path], tmp_path: Path, told: Callable[..., Any]) -> None:
    song, out = real_track(name), tmp_path / "out.mp4"
    report = told("render", song, out, "-r", "192x108", "--quality", "draft")["report"]
    length_s = soundfile.info(song).duration
    assert pictures(out, 192, 108).shape[0] == report["frames"] == int(np.ceil(length_s * 30))
    assert len(sound(out)) / 48000 == pytest.approx(length_s, abs=0.05)
    assert report["response"]["correlation"] > report["response"]["shuffled"] + 0.3
