"""Filter banks against librosa's, and what they promise."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from avcore.audio.filters import band_filters, bin_frequencies_hz, chroma_filters, hz_from_mel, mel_filters, mel_from_hz

N_FFT = 2048


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_mel_filters_are_librosas(rate_hz: int) -> None:
    ours = mel_filters(32, rate_hz=rate_hz, n_fft=N_FFT, low_hz=20, high_hz=20_000)
    theirs = librosa.filters.mel(sr=rate_hz, n_fft=N_FFT, n_mels=32, fmin=20, fmax=20_000, norm=None)
    np.testing.assert_allclose(ours.T, theirs, atol=1e-6)


@pytest.mark.parametrize("tuning", [0.0, 0.3, -0.4])
def test_chroma_filters_are_librosas(tuning: float) -> None:
    ours = chroma_filters(rate_hz=44_100, n_fft=N_FFT, tuning_semitones=tuning)
    theirs = librosa.filters.chroma(sr=44_100, n_fft=N_FFT, tuning=tuning)
    np.testing.assert_allclose(ours.T, theirs, atol=1e-6)


def test_mel_scale_is_slaneys_and_inverts() -> None:
    hz = np.geomspace(20, 20_000, 50)
    np.testing.assert_allclose(mel_from_hz(hz), librosa.hz_to_mel(hz))
    np.testing.assert_allclose(hz_from_mel(mel_from_hz(hz)), hz)


def test_no_mel_band_is_empty() -> None:
    assert (mel_filters(128, rate_hz=48_000, n_fft=N_FFT, low_hz=20, high_hz=20_000).sum(axis=0) > 0).all()


def test_adjacent_bands_share_bins_and_lose_nothing() -> None:
    edges_hz = np.array([100.0, 333.0, 4000.0, 9000.0])
    weights = band_filters(edges_hz, rate_hz=44_100, n_fft=N_FFT)
    hz = bin_frequencies_hz(44_100, N_FFT)
    inside = (hz > 115) & (hz < 8985)
    np.testing.assert_allclose(weights[inside].sum(axis=1), 1, atol=1e-5)
    assert not weights[(hz < 80) | (hz > 9020)].any()
