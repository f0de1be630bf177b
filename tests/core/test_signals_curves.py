"""Control curves: each step against a plain loop or scipy, and what must hold for any level."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from make_track import make_track
from scipy.ndimage import gaussian_filter1d

from avcore.audio.track import NarrowBands
from avcore.errors import PresetError, UsageError
from avcore.signals import SignalSpec, compute_controls, compute_signal
from avcore.signals.curves import attack, integrate, lookahead, mix, normalise, release, smooth
from avcore.signals.spec import parse_band
from avcore.timebase import Duration

FPS = Fraction(24)
LEVELS = arrays(np.float64, st.integers(1, 300), elements=st.floats(0.0, 1.0))
TAUS = st.floats(0.05, 1e4)


def music(n: int = 2000) -> np.ndarray:
    """Decaying hits over a wandering floor: something of everything that a feature does."""
    rng = np.random.default_rng(7)
    hits = np.where(rng.random(n) < 0.02, rng.random(n), 0.0)
    floor = 0.2 + 0.1 * np.sin(np.arange(n) / 90.0)
    return np.clip(release(hits, 12.0) + floor + 0.02 * rng.standard_normal(n), 0.0, 1.0)


@pytest.mark.parametrize("tau", [0.5, 3.0, 40.0, 5000.0])
def test_release_is_the_recursion(tau: float) -> None:
    level, decay = music(), math.exp(-1.0 / tau)
    expected = level.copy()
    for n in range(1, len(level)):
        expected[n] = max(level[n], expected[n - 1] * decay)
    np.testing.assert_allclose(release(level, tau), expected, rtol=1e-9)


@pytest.mark.parametrize("tau", [0.5, 3.0, 40.0, 5000.0])
def test_attack_is_the_recursion(tau: float) -> None:
    level, a = music(), math.exp(-1.0 / tau)
    expected = level.copy()
    for n in range(1, len(level)):
        expected[n] = min(level[n], a * expected[n - 1] + (1.0 - a) * level[n])
    np.testing.assert_allclose(attack(level, tau), expected, atol=1e-12)


def test_all_steps_after_silence() -> None:
    # Rounding of one step must not reach the next: a level just below 0 has no logarithm.
    level = np.concatenate([np.zeros(200), music(500), np.zeros(300), music(200)])
    a, decay = math.exp(-1.0 / 5.0), math.exp(-1.0 / 20.0)
    expected = level.copy()
    for n in range(1, len(level)):
        expected[n] = min(level[n], a * expected[n - 1] + (1.0 - a) * level[n])
    for n in range(1, len(level)):
        expected[n] = max(expected[n], expected[n - 1] * decay)
    spec = SignalSpec(source="level", normalise=False, attack=Duration(50.0, "ms"), release=Duration(0.2))
    track = make_track(level=level)
    np.testing.assert_allclose(compute_signal(spec, track, fps=FPS), expected, atol=1e-6)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 7.5, 60.0])
def test_smooth_is_the_gaussian_of_scipy(sigma: float) -> None:
    np.testing.assert_allclose(smooth(music(), sigma), gaussian_filter1d(music(), sigma), atol=1e-12)


@settings(deadline=None)
@given(LEVELS, TAUS)
def test_release_never_falls_below_the_level_and_rises_only_with_it(level: np.ndarray, tau: float) -> None:
    curve = release(level, tau)
    assert (curve >= level).all()
    rises = np.flatnonzero(np.diff(curve) > 1e-12) + 1
    np.testing.assert_array_equal(curve[rises], level[rises])


@settings(deadline=None)
@given(LEVELS, TAUS)
def test_attack_never_exceeds_the_level(level: np.ndarray, tau: float) -> None:
    curve = attack(level, tau)
    assert (curve <= level + 1e-12).all()
    assert (curve >= level.min() - 1e-12).all()


@settings(deadline=None)
@given(LEVELS, st.floats(0.3, 1e5))
def test_smoothing_keeps_the_mean_and_the_range(level: np.ndarray, sigma: float) -> None:
    curve = smooth(level, sigma)
    assert curve.mean() == pytest.approx(level.mean(), abs=1e-9)
    assert level.min() - 1e-9 <= curve.min()
    assert curve.max() <= level.max() + 1e-9


def test_lookahead_swells_from_five_percent_and_peaks_on_the_hit() -> None:
    level = np.zeros(1000)
    level[600] = 1.0
    curve = lookahead(level, 300.0)
    assert curve.argmax() == 600
    assert curve[600] == 1.0
    assert curve[300] == pytest.approx(0.05, abs=1e-3)
    assert (np.diff(curve[:601]) > 0.0).all()
    assert not curve[601:].any()


@settings(deadline=None)
@given(
    LEVELS,
    st.builds(
        SignalSpec,
        source=st.just("level"),
        normalise=st.booleans(),
        threshold=st.floats(0.0, 0.99),
        compress=st.floats(-1.0, 1.0),
        attack=st.floats(0.0, 9.0).map(Duration),
        release=st.floats(0.0, 9.0).map(Duration),
        lookahead=st.floats(0.0, 9.0).map(Duration),
        smooth=st.floats(0.0, 1e6).map(Duration),
        curve=st.sampled_from(["linear", "smooth", "square", "cube", "root"]),
        range=st.tuples(st.floats(-9.0, 9.0), st.floats(-9.0, 9.0)),
    ),
)
def test_any_signal_stays_in_its_range(level: np.ndarray, spec: SignalSpec) -> None:
    curve = compute_signal(spec, make_track(level=level), fps=FPS)
    assert curve.shape == level.shape
    assert np.isfinite(curve).all()
    assert min(spec.range) - 1e-9 <= curve.min()
    assert curve.max() <= max(spec.range) + 1e-9


def test_normalise_stretches_percentiles_but_leaves_what_hardly_changes() -> None:
    level = np.linspace(0.2, 0.6, 1001)
    stretched = normalise(level)
    assert stretched.min() == 0.0
    assert stretched.max() == 1.0
    for constant in (np.zeros(500), np.full(500, 0.7), 0.3 + 0.01 * np.sin(np.arange(500))):
        np.testing.assert_array_equal(normalise(constant), constant)


def test_silence_stays_silent() -> None:
    spec = SignalSpec(source="level", attack=Duration(0.1), release=Duration(1.0), smooth=Duration(1.0), compress=1.0)
    assert not compute_signal(spec, make_track(level=np.zeros(500)), fps=FPS).any()


def test_threshold_and_compress() -> None:
    track = make_track(level=[0.0, 0.5, 0.75, 1.0])
    spec = SignalSpec(source="level", normalise=False, threshold=0.5, compress=-0.5)
    np.testing.assert_allclose(compute_signal(spec, track, fps=FPS), [0.0, 0.0, 0.25, 1.0])


def test_mixes() -> None:
    track = make_track(a=[0.0, 0.5, 1.0], b=[1.0, 0.5, 0.25])
    np.testing.assert_allclose(mix({"a": 3.0, "b": 1.0}, "sum", track), [0.25, 0.5, 0.8125])
    np.testing.assert_allclose(mix({"a": 1.0, "b": 0.5}, "max", track), [0.5, 0.5, 1.0])
    np.testing.assert_allclose(mix({"a": 1.0, "b": 2.0}, "product", track), [0.0, 0.125, 0.0625])


def test_an_artists_name_is_the_engineers() -> None:
    track = make_track(rms=[0.1, 0.9])
    np.testing.assert_array_equal(mix("energy", "sum", track), mix("rms", "sum", track))


def test_a_band_is_what_the_track_hears_there() -> None:
    low, high = 0.1 * music(400), 0.5 * music(800)[400:]
    narrow = NarrowBands(np.array([0.0, 100.0, 200.0]), np.stack([low, high], axis=-1).astype(np.float16))
    track = replace(make_track(rms=np.hypot(low, high)), narrow=narrow)
    heard = mix("100-200 Hz", "sum", track)
    assert np.corrcoef(heard, high)[0, 1] > 0.99 > 0.9 > np.corrcoef(heard, low)[0, 1]
    both = mix({"0-100 Hz": 1.0, "100-200 Hz": 3.0}, "sum", track)
    np.testing.assert_allclose(both, 0.25 * track.band(0, 100).values + 0.75 * track.band(100, 200).values, atol=1e-6)
    with pytest.raises(PresetError, match=r"signals\.low\.source: .*analyse the song again"):
        compute_controls({"low": SignalSpec(source="60-120 Hz")}, make_track(rms=low), fps=FPS)


def test_durations_follow_tempo_and_fps() -> None:
    level = np.zeros(400)
    level[0] = 1.0

    def curve(release_duration: Duration, **tempo: float) -> np.ndarray:
        spec = SignalSpec(source="level", normalise=False, release=release_duration)
        return compute_signal(spec, make_track(level=level, **tempo), fps=FPS)

    np.testing.assert_allclose(curve(Duration(1.0, "beats"), tempo_bpm=60.0)[100], 1.0 / math.e, rtol=1e-9)
    np.testing.assert_allclose(curve(Duration(1.0, "bars"), tempo_bpm=180.0, beats_per_bar=3)[100], 1.0 / math.e)
    np.testing.assert_allclose(curve(Duration(24.0, "frames"))[100], 1.0 / math.e, rtol=1e-9)


def test_integral_is_a_position_that_never_runs_backwards() -> None:
    spec = SignalSpec(source="level", normalise=False, range=(0.5, 2.0), integrate=True)
    curve = compute_signal(spec, make_track(level=np.ones(101)), fps=FPS)
    np.testing.assert_allclose(curve, 2.0 * np.arange(101) / 100)
    assert (np.diff(compute_signal(spec, make_track(level=music()), fps=FPS)) > 0.0).all()
    np.testing.assert_array_equal(integrate(np.array([3.0]), 100), [0.0])


def test_an_unknown_feature_is_named_with_its_signal() -> None:
    track = make_track(bass=[0.0, 1.0])
    with pytest.raises(UsageError, match="'bas'"):
        compute_signal(SignalSpec(source="bas"), track, fps=FPS)
    with pytest.raises(PresetError, match=r"signals\.kick\.source: .*'bas'"):
        compute_controls({"kick": SignalSpec(source="bas")}, track, fps=FPS)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("60-120 Hz", (60.0, 120.0)),
        ("62.5 - 125hz", (62.5, 125.0)),
        ("2-6 kHz", (2000.0, 6000.0)),
        ("200 Hz - 6 kHz", (200.0, 6000.0)),
        ("0.2kHz-900Hz", (200.0, 900.0)),
        ("bass", None),
        ("mel_03", None),
        ("chroma_Cs", None),
    ],
)
def test_bands(text: str, band: tuple[float, float] | None) -> None:
    assert parse_band(text) == band


@pytest.mark.parametrize("text", ["120-60 Hz", "60 Hz", "60-120", "-60-120 Hz", "60-60 Hz", "a-120 Hz"])
def test_what_looks_like_a_band_and_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="band"):
        parse_band(text)


def test_an_hour_takes_well_under_a_second_for_each_signal() -> None:
    track = make_track(level=np.resize(music(), 360_001))
    spec = SignalSpec(
        source="level",
        attack=Duration(50.0, "ms"),
        release=Duration(2.0),
        lookahead=Duration(8.0, "bars"),
        smooth=Duration(4.0, "bars"),
    )
    start = time.process_time()
    compute_signal(spec, track, fps=FPS)
    assert time.process_time() - start < 2.0  # about 0.2 s on an idle core; the bound leaves room for a busy one
