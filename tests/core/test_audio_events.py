"""Pulses, phases and times around events."""

from __future__ import annotations

import numpy as np
import pytest

from avcore.audio import events

N = 501
BEATS_S = np.array([0.503, 1.0, 1.497, 2.0, 3.0])


def test_the_pulse_is_one_on_each_beat_and_decays_as_stated() -> None:
    pulse = events.pulse(N, BEATS_S)
    assert (pulse[[50, 100, 150, 200, 300]] == 1).all()
    assert not pulse[:50].any()
    assert pulse[215] == pytest.approx(np.exp(-0.15 / events.PULSE_DECAY_S), rel=1e-5)
    assert pulse[99] < 0.05


def test_the_phase_runs_from_beat_to_beat() -> None:
    phase = events.phase(N, BEATS_S)
    assert np.abs(phase[[50, 100, 150, 200, 300]]).max() < 0.01
    assert phase[250] == pytest.approx(0.5)
    assert phase[299] == pytest.approx(0.99)
    assert (np.diff(phase[200:300]) > 0).all()
    assert phase[350] == pytest.approx(0.5), "one more step after the last beat"
    assert not phase[:50].any()
    assert not phase[401:].any()


def test_times_since_and_until() -> None:
    since, until = events.since_s(N, BEATS_S), events.until_s(N, BEATS_S)
    assert since[250] == pytest.approx(0.5)
    assert until[250] == pytest.approx(0.5)
    assert since[0] == events.FAR_S
    assert until[-1] == events.FAR_S
    between = (np.arange(N) > 51) & (np.arange(N) < 300)
    gaps = np.diff(BEATS_S)
    total = (since + until)[between]
    assert all(np.abs(gaps - step).min() < 0.011 or step < 0.011 for step in total)


@pytest.mark.parametrize("count", [0, 1])
def test_few_events_are_no_trouble(count: int) -> None:
    times_s = BEATS_S[:count]
    for make in (events.since_s, events.until_s, events.pulse, events.phase):
        assert np.isfinite(make(N, times_s)).all()
        assert make(1, times_s).shape == (1,)


def test_position_spans_the_track() -> None:
    position = events.position(N)
    assert (position[0], position[-1]) == (0.0, 1.0)
    assert (np.diff(position) > 0).all()
