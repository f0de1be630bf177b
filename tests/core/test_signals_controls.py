"""Controls at frames: no hit is lost, means are exact, order does not matter, loops close."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_track import make_track

from avcore.audio.track import RATE_HZ
from avcore.errors import PresetError
from avcore.signals import Controls, SignalSpec, compute_controls
from avcore.signals.controls import Curve
from avcore.signals.spec import Sample
from avcore.timebase import Timebase

RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(60), Fraction(240)]


def controls_of(values: np.ndarray, sample: Sample = "mean", *, integrated: bool = False) -> Controls:
    return Controls({"level": Curve(np.asarray(values, dtype=np.float64), sample, integrated)})


def noise(n: int = 1001) -> np.ndarray:
    return np.random.default_rng(3).random(n)


@pytest.mark.parametrize("fps", RATES)
def test_every_hit_is_in_exactly_one_frame(fps: Fraction) -> None:
    timebase = Timebase.for_duration(12, fps)
    times_s, n = timebase.times_s(), 1001
    for hit in range(50, 950, 7):
        values = np.zeros(n)
        values[hit] = 1.0
        frames = controls_of(values, "max").frames(times_s, span_s=float(1 / fps))["level"]
        assert (frames == 1.0).sum() == 1, f"hit at sample {hit}"
        # What else is above zero is a frame whose middle lies on the slope beside the hit.
        assert abs(times_s[frames.argmax()] - hit / RATE_HZ) <= 0.5 / float(fps) + 1e-9


@pytest.mark.parametrize("fps", RATES)
def test_mean_is_that_of_the_line_through_the_samples(fps: Fraction) -> None:
    values, span_s = noise(), float(1 / fps)
    for time_s in (0.5, 3.217, 7.0, 9.5):
        fine = np.linspace(time_s - span_s / 2, time_s + span_s / 2, 200_001)
        line = np.interp(fine * RATE_HZ, np.arange(len(values)), values)
        expected = np.trapezoid(line, fine) / span_s if hasattr(np, "trapezoid") else np.trapz(line, fine) / span_s
        assert controls_of(values).at(time_s, span_s=span_s)["level"] == pytest.approx(expected, abs=1e-6)


def test_means_of_all_frames_add_up_to_the_whole() -> None:
    values, fps = noise(), Fraction(24000, 1001)
    span_s = float(1 / fps)
    times_s = np.arange(200) * span_s + span_s / 2
    means = controls_of(values).frames(times_s, span_s=span_s)["level"]
    end = 200 * span_s * RATE_HZ
    grid = np.append(np.arange(int(end) + 1), end)
    line = np.interp(grid, np.arange(len(values)), values)
    assert means.sum() * span_s * RATE_HZ == pytest.approx(np.sum(np.diff(grid) * (line[1:] + line[:-1]) / 2))


def test_linear_and_integrated_are_the_curve_at_the_time() -> None:
    values = noise()
    for controls in (controls_of(values, "linear"), controls_of(values, "max", integrated=True)):
        assert controls.at(1.234, span_s=0.04)["level"] == pytest.approx(0.6 * values[123] + 0.4 * values[124])


@pytest.mark.parametrize("sample", ["max", "mean", "linear"])
def test_edges_hold(sample: Sample) -> None:
    values = noise()
    controls = controls_of(values, sample)
    assert controls.at(-5.0, span_s=0.04)["level"] == pytest.approx(values[0], abs=1e-12)
    assert controls.at(99.0, span_s=0.04)["level"] == pytest.approx(values[-1], abs=1e-12)


@settings(deadline=None)
@given(
    st.lists(st.floats(-2.0, 12.0), min_size=1, max_size=30),
    st.sampled_from(["max", "mean", "linear"]),
    st.floats(1e-3, 0.5),
    st.booleans(),
)
def test_one_frame_and_many_give_the_same_bits_in_any_order(
    times_s: list[float], sample: Sample, span_s: float, folded: bool
) -> None:
    controls = controls_of(noise(), sample)
    if folded:
        controls = controls.fold(1.7, start_s=0.3, crossfade_s=0.4)
    many = controls.frames(np.array(times_s), span_s=span_s)["level"]
    for i in reversed(range(len(times_s))):
        assert controls.at(times_s[i], span_s=span_s)["level"] == many[i]


@settings(deadline=None)
@given(st.integers(1, 40), st.sampled_from(["max", "mean", "linear"]), st.integers(2, 60))
def test_values_stay_within_the_curve(n: int, sample: Sample, fps: int) -> None:
    values = noise(n)
    frames = controls_of(values, sample).frames(Timebase.for_duration(1, Fraction(fps)).times_s(), span_s=1 / fps)
    assert values.min() - 1e-12 <= frames["level"].min()
    assert frames["level"].max() <= values.max() + 1e-12


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("sample", ["max", "mean", "linear"])
def test_a_loop_closes_to_the_bit(fps: Fraction, sample: Sample) -> None:
    n_frames = round(2 * fps)
    timebase = Timebase(fps, 5 * n_frames, start_s=Fraction(7, 3))
    loop = controls_of(noise(), sample).fold(float(n_frames / fps), start_s=float(timebase.start_s), crossfade_s=0.5)
    frames = loop.frames(timebase.times_s(), span_s=float(1 / fps))["level"].reshape(5, n_frames)
    assert (frames == frames[0]).all()
    assert len(set(frames[0])) > 1


def test_a_loop_flows_back_to_its_beginning() -> None:
    # A ramp: without the crossfade it would fall from 0.6 to 0.2 at once.
    ramp = np.linspace(0.0, 1.0, 1001)
    loop = controls_of(ramp, "linear").fold(4.0, start_s=2.0, crossfade_s=1.0)
    times_s = np.arange(2.0, 10.0, 0.001)
    values = loop.frames(times_s, span_s=0.0)["level"]
    np.testing.assert_allclose(values[:3000], 0.1 * times_s[:3000], atol=1e-9)
    assert np.abs(np.diff(values)).max() < 1e-3
    assert values[3999] == pytest.approx(values[4000], abs=1e-3)


def test_a_position_cannot_loop() -> None:
    track = make_track(bass=noise())
    controls = compute_controls({"flow": SignalSpec(source="bass", integrate=True)}, track, fps=Fraction(24))
    with pytest.raises(PresetError, match=r"signals\.flow"):
        controls.fold(4.0)


@pytest.mark.parametrize("sample", ["max", "mean", "linear"])
def test_no_times_give_no_values(sample: Sample) -> None:
    controls = controls_of(noise(), sample)
    for either in (controls, controls.fold(1.7, start_s=0.3, crossfade_s=0.4)):
        values = either.frames(np.empty(0), span_s=0.04)["level"]
        assert (values.shape, values.dtype) == ((0,), np.float64)


def test_curves_are_there_for_f_curves() -> None:
    track = make_track(bass=noise())
    controls = compute_controls({"low": SignalSpec(source="bass", normalise=False)}, track, fps=Fraction(24))
    assert list(controls.curves) == ["low"]
    np.testing.assert_allclose(controls.curves["low"], track.feature("bass").values)
