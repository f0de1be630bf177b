"""Streaming short-time spectra on the exact 100 Hz grid, and the features that need one frame and the last.

Frame ``k`` is centred at sample ``k * rate / 100``: never a rounded hop, so that nothing drifts however long the song.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avcore.audio.decode import MonoStream
from avcore.audio.filters import band_filters, bin_frequencies_hz, chroma_filters, mel_filters, mel_spaced_hz
from avcore.audio.settings import AnalysisSettings
from avcore.audio.track import RATE_HZ

N_FFT = 2048
LOW_HZ, HIGH_HZ = 20.0, 20_000.0
BAND_EDGES_HZ = np.array([LOW_HZ, 250.0, 4000.0, HIGH_HZ])
# Narrow bands, about 40 Hz wide up to 1 kHz: a Hann window of 2048 samples resolves no finer.
NARROW_EDGES_HZ = mel_spaced_hz(97, low_hz=LOW_HZ, high_hz=HIGH_HZ)
ROLLOFF = 0.85
PRE_EMPHASIS = 0.97
MIN_WEIGHT = 1e-7
TINY = np.finfo(np.float32).tiny

PITCH_CLASSES = ("C", "Cs", "D", "Ds", "E", "F", "Fs", "G", "Gs", "A", "As", "B")
FRAME_FEATURES = ("rms", "centroid", "rolloff", "flux", "zcr", "flatness", "bass", "mid", "treble")

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Spectra:
    """What one pass over the sound leaves.

    ``columns``: raw features by name [shape=(n,) each]. ``narrow_rms`` [shape=(n, 96), float16]: RMS amplitude in the
    bands between ``NARROW_EDGES_HZ``. ``energy_per_ms`` [shape=(ms,)]: energy after pre-emphasis, which shows attacks.
    """

    columns: dict[str, Array]
    narrow_rms: NDArray[np.float16]
    energy_per_ms: Array


def column_names(n_mels: int) -> list[str]:
    """Names of the features of one frame, in the order of the columns."""
    mels = [f"mel_{band:02d}" for band in range(n_mels)]
    return [*FRAME_FEATURES, *mels, *(f"chroma_{pitch}" for pitch in PITCH_CLASSES)]


def measure(
    stream: MonoStream, settings: AnalysisSettings, *, progress: Callable[[float], None] | None = None
) -> Spectra:
    """Read the whole stream once, in constant memory but for the results.

    ``progress`` is called with the part done in [0, 1] where the length is known beforehand.

    Raises:
        InputError: as ``avcore.audio.decode.open_audio`` while reading.
    """
    spectrum = _FrameAnalysis(stream.rate_hz, settings)
    envelope = _EnergyPerMs(stream.rate_hz)
    columns: list[Array] = []
    narrow: list[NDArray[np.float16]] = []
    for frames in _frames(envelope.watch(stream), stream):
        batch, bands = spectrum.of(frames)
        columns.append(batch)
        narrow.append(bands)
        if progress is not None and stream.info.duration_s:
            progress(min(1.0, stream.duration_s / stream.info.duration_s))
    by_name = np.concatenate(columns, axis=1)
    names = column_names(settings.n_mels)
    return Spectra(dict(zip(names, by_name, strict=True)), np.concatenate(narrow), envelope.result())


def _frames(blocks: Iterable[Array], stream: MonoStream) -> Iterator[Array]:
    """Batches of frames [shape=(m, N_FFT)], views of the sound with zeros before its begin and after its end."""
    hop = stream.rate_hz // RATE_HZ
    pending = np.zeros(N_FFT // 2, np.float32)
    done = 0
    for block in blocks:
        pending = np.concatenate((pending, block))
        ready = (len(pending) - N_FFT) // hop + 1
        if ready > 0:
            yield np.lib.stride_tricks.sliding_window_view(pending, N_FFT)[: ready * hop : hop]
            pending = pending[ready * hop :]
            done += ready
    n = stream.source_frames * RATE_HZ // stream.info.rate_hz + 1
    if n > done:
        padded = np.pad(pending, (0, (n - done) * hop + N_FFT))
        yield np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[: (n - done) * hop : hop]


class _FrameAnalysis:
    """Columns of features from batches of frames; remembers the last spectrum, for the flux."""

    def __init__(self, rate_hz: int, settings: AnalysisSettings) -> None:
        import scipy.sparse

        self._window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)).astype(np.float32)
        self._hz = bin_frequencies_hz(rate_hz, N_FFT).astype(np.float32)
        # Parseval: with this weight the bins sum to the mean square of the windowed sound.
        one_sided = np.full(N_FFT // 2 + 1, 2.0)
        one_sided[[0, -1]] = 1.0
        self._mean_square = (one_sided / (N_FFT * float((self._window**2).sum()))).astype(np.float32)[:, None]
        mels = mel_filters(settings.n_mels, rate_hz=rate_hz, n_fft=N_FFT, low_hz=LOW_HZ, high_hz=HIGH_HZ)
        chroma = chroma_filters(rate_hz=rate_hz, n_fft=N_FFT, tuning_semitones=settings.tuning_semitones)
        bands = band_filters(BAND_EDGES_HZ, rate_hz=rate_hz, n_fft=N_FFT)
        narrow = band_filters(NARROW_EDGES_HZ, rate_hz=rate_hz, n_fft=N_FFT)
        filters = np.hstack((np.hstack((bands, mels, narrow)) * self._mean_square, chroma)).T
        # Sparse: nearly all weights are 0, and no BLAS threads that fight with the decoder and other programs.
        self._filters = scipy.sparse.csr_array(
            np.where(filters > MIN_WEIGHT * filters.max(axis=1, keepdims=True), filters, 0)
        )
        self._splits = np.cumsum([bands.shape[1], mels.shape[1], narrow.shape[1]])
        self._last = np.zeros((1, N_FFT // 2 + 1), np.float32)

    def of(self, frames: Array) -> tuple[Array, NDArray[np.float16]]:
        """Features [shape=(columns, m)] and narrow-band RMS [shape=(m, 96)] of frames [shape=(m, N_FFT)]."""
        import scipy.fft

        spectrum = scipy.fft.rfft(frames * self._window)
        power = spectrum.real**2 + spectrum.imag**2
        magnitude = np.sqrt(power)
        cumulative = np.cumsum(magnitude, axis=1)
        rolloff_bin = (cumulative < ROLLOFF * cumulative[:, -1:]).sum(axis=1)
        amplitude = magnitude * np.sqrt(self._mean_square[:, 0])
        rise = np.maximum(0.0, np.diff(amplitude, axis=0, prepend=self._last))
        self._last = amplitude[-1:]
        crossings = np.diff(np.signbit(frames), axis=1).sum(axis=1)
        # The floor is librosa's: digital silence is flat rather than undefined.
        floored = np.maximum(power, 1e-10)
        flatness = np.exp(np.log(floored).mean(axis=1)) / floored.mean(axis=1)
        bands, mels, narrow, chroma = np.split(self._filters @ np.ascontiguousarray(power.T), self._splits)
        chroma /= np.maximum(chroma.max(axis=0), TINY)
        scalars = (
            np.sqrt(np.einsum("ij,ij->i", frames, frames) / N_FFT),
            np.einsum("ij,j->i", magnitude, self._hz) / np.maximum(magnitude.sum(axis=1), TINY),
            self._hz[np.minimum(rolloff_bin, len(self._hz) - 1)],
            np.sqrt(np.einsum("ij,ij->i", rise, rise)),
            crossings / N_FFT,
            flatness,
        )
        columns = np.vstack((*scalars, np.sqrt(bands), mels, chroma)).astype(np.float32)
        return columns, np.sqrt(narrow).T.astype(np.float16)


class _EnergyPerMs:
    """Energy of the pre-emphasised sound in each millisecond, gathered while the blocks pass."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._sums: list[Array] = []
        self._open: NDArray[np.float64] = np.zeros(1)
        self._last_sample = np.zeros(1, np.float32)
        self._position = 0

    def watch(self, blocks: Iterable[Array]) -> Iterator[Array]:
        """The same blocks."""
        for block in blocks:
            if len(block):
                self._add(block)
            yield block

    def _add(self, block: Array) -> None:
        emphasised = block - PRE_EMPHASIS * np.concatenate((self._last_sample, block[:-1]))
        ms = np.arange(self._position, self._position + len(block)) * 1000 // self._rate_hz
        first_open = (self._position - 1) * 1000 // self._rate_hz if self._position else 0
        energy = emphasised.astype(np.float64) ** 2
        sums = np.asarray(np.bincount(ms - first_open, weights=energy), dtype=np.float64)
        sums[0] += self._open[0]
        self._sums.append(sums[:-1].astype(np.float32))
        self._open = sums[-1:]
        self._last_sample = block[-1:]
        self._position += len(block)

    def result(self) -> Array:
        """Energy per millisecond [shape=(ceil(duration in ms),)]."""
        return np.concatenate((*self._sums, self._open.astype(np.float32)))
