"""Onsets to the millisecond, none in silence, and agreement with librosa on real music."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mir_eval
import numpy as np
import pytest
from synth_audio import RATE_HZ, click_track, noise, place, write

from avcore.audio import analyze
from avcore.audio.onsets import refine


def test_clicks_are_found_to_the_millisecond(tmp_path: Path) -> None:
    true_s = np.array([0.0, 1.0003, 3.337, 5.5519, 8.1234])
    track = analyze(write(tmp_path / "clicks.wav", click_track(true_s, 10)), use_cache=False)
    np.testing.assert_allclose(track.onsets_s, true_s, atol=0.002)


def test_a_single_sample_in_noise_is_found(tmp_path: Path) -> None:
    samples = noise(6, gain=0.001) + place([(4.321, np.ones(1, np.float32))], 6)
    onsets_s = analyze(write(tmp_path / "click.wav", samples), use_cache=False).onsets_s
    assert np.abs(onsets_s - 4.321).min() < 0.002


def test_the_envelope_peaks_on_the_attack(tmp_path: Path) -> None:
    track = analyze(write(tmp_path / "clicks.wav", click_track([2.0, 4.0], 6)), use_cache=False)
    onset = track.feature("onset").raw
    assert abs(int(onset[100:300].argmax()) + 100 - 200) <= 1
    assert abs(int(onset[300:].argmax()) + 300 - 400) <= 1


@pytest.mark.parametrize("gain", [0.0, 3e-5], ids=["zeros", "noise of a converter"])
def test_silence_has_no_onsets(tmp_path: Path, gain: float) -> None:
    track = analyze(write(tmp_path / "silence.wav", noise(4, gain=gain)), use_cache=False)
    assert len(track.onsets_s) == 0
    assert not track.feature("onset").values.any()


@pytest.mark.parametrize("at_ms", [0, 3, 137, 399])
def test_refine_finds_the_millisecond(at_ms: int) -> None:
    energy = np.zeros(400, np.float32)
    energy[at_ms] = 1.0
    assert refine(round(at_ms / 10), energy) == at_ms / 1000


@pytest.mark.parametrize("name", ["electronic-motion.ogg", "orchestral-frantic.ogg", "ambient-awakening.ogg"])
def test_real_music_agrees_with_librosa(real_track: Callable[[str], Path], name: str) -> None:
    import librosa

    track = analyze(real_track(name))
    sound, rate_hz = librosa.load(real_track(name), sr=None)
    theirs_s = librosa.onset.onset_detect(y=sound, sr=rate_hz, hop_length=rate_hz // 100, units="time")
    assert mir_eval.onset.f_measure(theirs_s, track.onsets_s, window=0.05)[0] > 0.9


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is read from the resource module")
def test_an_hour_in_less_than_a_gigabyte(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "hour.wav"
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, subtype="PCM_16") as file:
        for minute in range(60):
            samples = noise(60, gain=0.001, seed=minute)
            if minute == 59:
                samples += place([(59.5, np.full(20, 0.8, np.float32))], 60)
            file.write(np.stack([samples, samples], axis=1))
    program = (
        "import sys; from avcore.audio import analyze; from avcore.render.measure import peak_memory_mb; "
        "track = analyze(sys.argv[1], use_cache=False); "
        "near = min(track.onsets_s, key=lambda at: abs(at - 3599.5)); "
        "print(near, len(track), peak_memory_mb())"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    near_s, n, peak = (float(word) for word in done.stdout.split())
    assert abs(near_s - 3599.5) < 0.005
    assert n == 360_001
    assert peak < 1000
