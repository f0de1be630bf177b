"""Any sound file in, and one sentence for each that cannot be read."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synth_audio import RATE_HZ, noise, sine, write

from avcore.audio import analyze, probe
from avcore.audio.decode import open_audio, open_mono
from avcore.errors import InputError
from avcore.ffmpeg import ffmpeg_path

LENGTH_S = 3.0


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *map(str, arguments)], check=True)


def mono(path: Path) -> tuple[np.ndarray, int, float]:
    with open_mono(path) as stream:
        return np.concatenate(list(stream)), stream.rate_hz, stream.duration_s


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stereo = np.stack([sine(440, LENGTH_S), sine(440, LENGTH_S)], axis=1)
    return write(tmp_path_factory.mktemp("tone") / "tone.wav", stereo, subtype="PCM_16")


@pytest.mark.parametrize(
    "ending", ["wav", "flac", "ogg", "mp3", "aiff", "m4a", "aac", "opus", "wma", "mka", "mp4", "mov"]
)
def test_every_format_gives_the_same_tone(tone: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"-tone #1.{ending}"
    picture = ["-f", "lavfi", "-i", "testsrc=d=3:s=64x64"] if ending in ("mp4", "mov") else []
    ffmpeg("-i", tone, *picture, "-strict", "-2", path)
    samples, rate_hz, duration_s = mono(path)
    assert duration_s == pytest.approx(LENGTH_S, abs=0.08)
    middle = samples[rate_hz : 2 * rate_hz]
    spectrum = np.abs(np.fft.rfft(middle))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000])
def test_every_rate_lands_on_the_grid(tmp_path: Path, rate_hz: int) -> None:
    path = write(tmp_path / "tone.wav", sine(440, 2.0, rate_hz=rate_hz), rate_hz=rate_hz)
    samples, analysis_hz, duration_s = mono(path)
    assert analysis_hz == (44_100 if rate_hz in (11_025, 22_050, 44_100, 88_200) else 48_000)
    assert len(samples) == 2 * analysis_hz
    assert duration_s == 2.0
    # In phase with the original: resampling does not shift time.
    expected = sine(440, 2.0, rate_hz=analysis_hz)
    np.testing.assert_allclose(samples[5000:-5000], expected[5000:-5000], atol=2e-3)


def test_mono_is_the_mean_of_eight_channels(tmp_path: Path) -> None:
    channels = np.stack([noise(0.5, seed=seed) for seed in range(8)], axis=1)
    samples, _, _ = mono(write(tmp_path / "eight.wav", channels))
    np.testing.assert_allclose(samples, channels.mean(axis=1), atol=1e-6)


def test_sound_that_begins_late_stays_in_step_with_its_video(tone: Path, tmp_path: Path) -> None:
    path = tmp_path / "late.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=4:s=64x64", "-itsoffset", "0.5", "-i", tone, path)
    samples, rate_hz, _ = mono(path)
    first_loud = int(np.argmax(np.abs(samples) > 0.2))
    assert first_loud / rate_hz == pytest.approx(0.5, abs=0.03)


def test_an_mp3_without_a_header_is_read_to_its_end(tone: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.mp3"
    ffmpeg("-stream_loop", "9", "-i", tone, "-q:a", "4", "-write_xing", "0", path)
    assert mono(path)[2] == pytest.approx(10 * LENGTH_S, abs=0.1)


@pytest.mark.parametrize("ending", ["flac", "mp3", "m4a", "wav", "aiff", "mka"])
def test_a_file_that_is_cut_short_is_never_half_analysed(tmp_path: Path, ending: str) -> None:
    source = write(tmp_path / "source.wav", noise(20), subtype="PCM_16")
    whole = tmp_path / f"whole.{ending}"
    ffmpeg("-i", source, "-movflags", "faststart", whole) if ending == "m4a" else ffmpeg("-i", source, whole)
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(InputError, match=r"cut short or damaged: it can be read to about \d+\.\d\d s"):
        analyze(cut)


def test_an_ogg_that_lacks_its_end_is_announced(
    tmp_path: Path, real_track: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    cut = tmp_path / "cut.ogg"
    cut.write_bytes(real_track("orchestral-frantic.ogg").read_bytes()[:200_000])
    with caplog.at_level(logging.WARNING):
        mono(cut)
    assert "may be cut short" in caplog.text


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that are no sound to analyse, each with what its error says."""
    text = folder / "text.mp3"
    text.write_text("this is not music\n" * 300)
    empty = folder / "empty.wav"
    empty.touch()
    silent = folder / "silent.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64", silent)
    broken = sine(440, 1.0)
    broken[RATE_HZ // 2] = np.nan
    infinite = sine(440, 1.0)
    infinite[RATE_HZ // 4] = np.inf
    return {
        "missing": (folder / "missing.wav", "does not exist"),
        "folder": (folder, "is a folder"),
        "empty": (empty, "is empty"),
        "text": (text, "is not a sound file"),
        "no sound": (silent, "has no sound"),
        "no samples": (write(folder / "zero.wav", np.zeros((0, 2))), "holds no samples"),
        "short": (write(folder / "short.wav", sine(440, 0.09)), "is 0.090 s long"),
        "nan": (write(folder / "nan.wav", broken), r"not numbers .* at 0\.500 s"),
        "inf": (write(folder / "inf.wav", infinite), r"not numbers .* at 0\.250 s"),
        "channels": (write(folder / "nine.wav", np.zeros((RATE_HZ, 9))), "9 channels"),
        "rate": (write(folder / "slow.wav", np.zeros(9000), rate_hz=4000), "4000 samples per second"),
    }


def test_each_bad_file_gets_its_sentence(tmp_path: Path) -> None:
    for path, sentence in bad_files(tmp_path).values():
        with pytest.raises(InputError, match=sentence) as caught:
            analyze(path)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 3


def test_a_tenth_of_a_second_is_enough(tmp_path: Path) -> None:
    track = analyze(write(tmp_path / "short.wav", sine(440, 0.1)), use_cache=False)
    assert len(track) == 11


def test_probe_reads_the_header_only(tone: Path) -> None:
    info = probe(tone)
    assert (info.rate_hz, info.channels, info.duration_s, info.codec) == (RATE_HZ, 2, LENGTH_S, "WAV PCM_16")


def test_leaving_early_ends_ffmpeg(tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.m4a"
    ffmpeg("-stream_loop", "20", "-i", tone, path)
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    with open_audio(path) as (_, blocks):
        assert len(next(blocks)) > 0
        assert started[0].poll() is None, "it still has more to say"
    assert started[0].poll() is not None
