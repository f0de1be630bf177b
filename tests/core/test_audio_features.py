"""Features: the exact grid, librosa as the reference, sweeps and tones with known answers, and robustness."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synth_audio import RATE_HZ, click_track, noise, place, sine, write

from avcore.audio import AnalysisSettings, FeatureTrack, analyze
from avcore.audio.spectrum import N_FFT, PITCH_CLASSES
from avcore.errors import UsageError

REAL = ["electronic-motion.ogg", "orchestral-frantic.ogg", "ambient-awakening.ogg"]
NAMES = {
    *("rms", "bass", "mid", "treble", "centroid", "rolloff", "flux", "zcr", "flatness", "harmonic", "percussive"),
    *("onset", "beat_pulse", "beat_phase", "bar_phase", "since_onset", "until_onset", "since_beat", "until_beat"),
    *("position", *(f"mel_{band:02d}" for band in range(32)), *(f"chroma_{pitch}" for pitch in PITCH_CLASSES)),
}
# The place in the track and the distance to events that there are not say nothing about sound.
ABOUT_TIME = ("position", "since_onset", "until_onset", "since_beat", "until_beat")


def heard(folder: Path, samples: np.ndarray, **options: float) -> FeatureTrack:
    return analyze(write(folder / "sound.wav", samples), settings=AnalysisSettings(**options), use_cache=False)


@pytest.mark.parametrize("name", REAL)
def test_librosa_agrees(real_track: Callable[[str], Path], name: str) -> None:
    import librosa

    track = analyze(real_track(name))
    sound, rate_hz = librosa.load(real_track(name), sr=None)
    assert rate_hz == track.analysis_rate_hz, "neither side resamples"
    grid = {"n_fft": N_FFT, "hop_length": rate_hz // 100}
    magnitude = np.abs(librosa.stft(sound, **grid, center=True))
    theirs = {
        "rms": librosa.feature.rms(y=sound, frame_length=N_FFT, hop_length=rate_hz // 100)[0],
        "zcr": librosa.feature.zero_crossing_rate(sound, frame_length=N_FFT, hop_length=rate_hz // 100)[0],
        "centroid": librosa.feature.spectral_centroid(S=magnitude, sr=rate_hz, **grid)[0],
        "rolloff": librosa.feature.spectral_rolloff(S=magnitude, sr=rate_hz, **grid)[0],
        "flatness": librosa.feature.spectral_flatness(S=magnitude)[0],
    }
    chroma = librosa.feature.chroma_stft(S=magnitude**2, sr=rate_hz, **grid, tuning=0.0)
    theirs |= {f"chroma_{pitch}": row for pitch, row in zip(PITCH_CLASSES, chroma, strict=True)}
    mel = librosa.feature.melspectrogram(S=magnitude**2, sr=rate_hz, n_mels=32, fmin=20, fmax=20_000, norm=None)
    theirs |= {f"mel_{band:02d}": row for band, row in enumerate(mel)}
    audible = track.feature("rms").raw >= 1e-4
    for feature, expected in theirs.items():
        ours = track.feature(feature).raw
        n = min(len(ours), len(expected))
        assert len(ours) - n <= 1
        both = audible[:n]
        assert np.corrcoef(ours[:n][both], expected[:n][both])[0, 1] >= 0.99, feature


@pytest.mark.parametrize("duration_s", [0.1, 1.0, 1.005, 7.777])
def test_the_grid_is_exact(tmp_path: Path, duration_s: float) -> None:
    track = heard(tmp_path, noise(duration_s))
    assert set(track.features) == NAMES
    assert {len(feature.raw) for feature in track.features.values()} == {int(track.duration_s * 100) + 1}


def test_a_late_sound_is_where_it_is(tmp_path: Path) -> None:
    # A rounded hop would be ten samples off by now.
    track = heard(tmp_path, place([(59.5, sine(1000, 0.1))], 60))
    rms = track.feature("rms").raw
    assert np.average(np.arange(len(rms)), weights=rms**2) == pytest.approx(5955, abs=0.02)


def test_rms_and_bands_are_amplitudes(tmp_path: Path) -> None:
    for hz, lit in ((100, "bass"), (1000, "mid"), (8000, "treble")):
        track = heard(tmp_path, sine(hz, 1.0, gain=0.5))
        level = {name: float(track.feature(name).raw[50]) for name in ("rms", "bass", "mid", "treble")}
        assert level["rms"] == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
        assert level[lit] == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
        assert all(level[other] < 0.01 for other in {"bass", "mid", "treble"} - {lit})


def test_a_sweep_lights_up_band_after_band(tmp_path: Path) -> None:
    t = np.arange(10 * RATE_HZ) / RATE_HZ
    octaves = np.log2(12_000 / 60)
    phase = 2 * np.pi * 60 * 10 / (octaves * np.log(2)) * (2 ** (octaves * t / 10) - 1)
    track = heard(tmp_path, 0.5 * np.sin(phase))
    swept_hz = 60 * 2 ** (octaves * np.arange(len(track)) / 1000)
    loudest = np.argmax([track.feature(name).raw for name in ("bass", "mid", "treble")], axis=0)
    expected = np.digitize(swept_hz, [250, 4000])
    assert (loudest[5:-5] == expected[5:-5]).mean() > 0.99
    centroid = track.feature("centroid").raw
    np.testing.assert_allclose(centroid[100:-20], swept_hz[100:-20], rtol=0.1)
    mels = np.stack([track.feature(f"mel_{band:02d}").raw for band in range(32)]).argmax(axis=0)
    assert (np.diff(mels[5:-5]) >= 0).all()


@pytest.mark.parametrize(("hz", "pitch"), [(440.0, "A"), (261.63, "C"), (369.99, "Fs")])
def test_chroma_names_the_note(tmp_path: Path, hz: float, pitch: str) -> None:
    track = heard(tmp_path, sine(hz, 1.0))
    assert max(PITCH_CLASSES, key=lambda name: track.feature(f"chroma_{name}").raw[50]) == pitch


def test_tones_are_harmonic_and_clicks_percussive(tmp_path: Path) -> None:
    tone = heard(tmp_path, sine(440, 2.0))
    assert tone.feature("harmonic").raw[100] > 10 * tone.feature("percussive").raw[100]
    clicks = heard(tmp_path, click_track([1.0], 2))
    assert clicks.feature("percussive").raw[100] > 10 * clicks.feature("harmonic").raw[100]
    both = heard(tmp_path, sine(440, 2.0) + click_track([1.0], 2))
    power = both.feature("harmonic").raw ** 2 + both.feature("percussive").raw ** 2
    np.testing.assert_allclose(np.sqrt(power), both.feature("rms").raw, rtol=0.3, atol=0.02)


def test_one_click_does_not_flatten_a_quiet_track(tmp_path: Path) -> None:
    quiet = noise(2, gain=0.005)
    spoiled = quiet + place([(1.0, np.full(5, 0.9, np.float32))], 2)
    calm, clicked = heard(tmp_path, quiet).feature("rms"), heard(tmp_path, spoiled).feature("rms")
    assert clicked.reference == pytest.approx(calm.reference, rel=0.2)


@pytest.mark.parametrize("gain", [0.0, 3e-5], ids=["zeros", "noise of a converter"])
def test_silence_is_zero(tmp_path: Path, gain: float) -> None:
    track = heard(tmp_path, noise(3, gain=gain))
    for name, feature in track.features.items():
        if name not in ABOUT_TIME:
            assert not feature.values.any(), name


SIGNALS: dict[str, Callable[[int], np.ndarray]] = {
    "silence": lambda n: np.zeros(n),
    "dc": lambda n: np.full(n, 0.7),
    "click": lambda n: np.eye(1, n, n // 2)[0],
    "square": lambda n: np.sign(np.sin(np.arange(n) * 0.05) + 1e-9),
    "denormals": lambda n: np.full(n, 1e-41),
    "huge": lambda n: 32768.0 * np.sign(np.sin(np.arange(n))),
    "noise": lambda n: np.random.default_rng(0).standard_normal(n),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.sampled_from(sorted(SIGNALS)), min_size=1, max_size=3),
    n=st.integers(4410, 20_000),
    channels=st.sampled_from([1, 2, 8]),
)
def test_nothing_but_numbers_comes_out(tmp_path: Path, parts: list[str], n: int, channels: int) -> None:
    samples = np.concatenate([SIGNALS[part](n) for part in parts]).astype(np.float32)
    track = heard(tmp_path, np.repeat(samples[:, None], channels, axis=1))
    assert track.channels == channels
    for feature in (*track.features.values(), track.band(60, 120)):
        assert np.isfinite(feature.raw).all(), feature.name
        assert np.isfinite(feature.reference)
        values = feature.values
        assert values.dtype == np.float32
        assert values.min() >= 0
        assert values.max() <= 1


def test_the_number_of_mels_is_a_setting(tmp_path: Path) -> None:
    assert "mel_63" in heard(tmp_path, noise(1), n_mels=64).features


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_mels": 0}, r"n_mels \(--mels\) is 0; it must be from 4 to 128"),
        ({"tuning_semitones": 1.0}, r"--tuning"),
        ({"tempo_bpm": float("nan")}, r"--tempo"),
        ({"tempo_bpm": 5.0}, r"--tempo"),
        ({"beats_per_bar": 1}, r"--beats-per-bar"),
        ({"beats_per_bar": 13}, r"--beats-per-bar"),
    ],
)
def test_settings_out_of_range_name_their_option(settings: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        AnalysisSettings(**settings)
