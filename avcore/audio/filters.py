"""Filter banks: bands, mel and chroma, as matrices that turn spectrum bins into features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

# Slaney's Auditory Toolbox (1998): linear below 1 kHz, 27 steps per factor of 6.4 above.
_LINEAR_HZ = 200.0 / 3
_CORNER_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27


def bin_frequencies_hz(rate_hz: int, n_fft: int) -> NDArray[np.float64]:
    """Centre frequency of each bin of a real FFT [shape=(n_fft / 2 + 1,)]."""
    return np.arange(n_fft // 2 + 1, dtype=np.float64) * (rate_hz / n_fft)


def mel_from_hz(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel scale."""
    log_part = _CORNER_HZ / _LINEAR_HZ + np.log(np.maximum(hz, _CORNER_HZ) / _CORNER_HZ) / _LOG_STEP
    return np.where(hz < _CORNER_HZ, hz / _LINEAR_HZ, log_part)


def hz_from_mel(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of ``mel_from_hz``."""
    corner = _CORNER_HZ / _LINEAR_HZ
    log_part = _CORNER_HZ * np.exp(_LOG_STEP * np.maximum(mel - corner, 0.0))
    return np.where(mel < corner, mel * _LINEAR_HZ, log_part)


def mel_spaced_hz(n: int, *, low_hz: float, high_hz: float) -> NDArray[np.float64]:
    """``n`` frequencies at equal steps of the mel scale from ``low_hz`` to ``high_hz``."""
    ends = mel_from_hz(np.array([low_hz, high_hz]))
    return hz_from_mel(np.linspace(ends[0], ends[1], n))


def mel_filters(n_mels: int, *, rate_hz: int, n_fft: int, low_hz: float, high_hz: float) -> Matrix:
    """Triangular mel filters of height 1 [shape=(bins, n_mels)]; neighbours sum to 1 between their centres.

    Equal to ``librosa.filters.mel(..., norm=None)``. A band narrower than a bin takes the power of its centre by
    interpolation between the two nearest bins, so that no band stays empty.
    """
    corners = mel_spaced_hz(n_mels + 2, low_hz=low_hz, high_hz=high_hz)
    hz = bin_frequencies_hz(rate_hz, n_fft)[:, None]
    rising = (hz - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - hz) / (corners[2:] - corners[1:-1])
    weights = np.maximum(0.0, np.minimum(rising, falling))
    step_hz = rate_hz / n_fft
    for band in np.flatnonzero(~weights.any(axis=0)):
        weights[:, band] = np.maximum(0.0, 1 - np.abs(hz[:, 0] - corners[band + 1]) / step_hz)
    return weights.astype(np.float32)


def band_filters(edges_hz: NDArray[np.float64], *, rate_hz: int, n_fft: int) -> Matrix:
    """Rectangular bands between successive edges [shape=(bins, len(edges_hz) - 1)].

    A bin counts for the part of its own width that lies in the band, so that adjacent bands share it and lose nothing.
    """
    step_hz = rate_hz / n_fft
    hz = bin_frequencies_hz(rate_hz, n_fft)[:, None]
    low, high = edges_hz[:-1], edges_hz[1:]
    overlap_hz = np.minimum(hz + step_hz / 2, high) - np.maximum(hz - step_hz / 2, low)
    return np.clip(overlap_hz / step_hz, 0.0, 1.0).astype(np.float32)


def chroma_filters(*, rate_hz: int, n_fft: int, tuning_semitones: float = 0.0) -> Matrix:
    """Pitch-class filters [shape=(bins, 12)], C first.

    Each bin belongs to the pitch classes around its own by a Gaussian as wide as the bin, weighted by a Gaussian over
    octaves centred on A5 (880 Hz) with a deviation of two octaves. From D. Ellis, "Chroma feature analysis and
    synthesis" (2007); equal to ``librosa.filters.chroma`` with its defaults.
    """
    # Position of each bin in semitones above the A0 of 27.5 Hz; the bin at 0 Hz is set 1.5 octaves below the next.
    hz = np.arange(1, n_fft) * (rate_hz / n_fft)
    semitone = 12 * np.log2(hz * 2 ** (-tuning_semitones / 12) / 27.5)
    semitone = np.concatenate(([semitone[0] - 18.0], semitone))
    width = np.concatenate((np.maximum(semitone[1:] - semitone[:-1], 1.0), [1.0]))
    distance = np.remainder(semitone[:, None] - np.arange(12) + 126, 12) - 6
    weights = np.exp(-0.5 * (2 * distance / width[:, None]) ** 2)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    weights *= np.exp(-0.5 * ((semitone / 12 - 5.0) / 2.0) ** 2)[:, None]
    from_c = np.roll(weights, -3, axis=1)
    return from_c[: n_fft // 2 + 1].astype(np.float32)
