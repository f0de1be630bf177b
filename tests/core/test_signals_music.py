"""Signals on music: what the shipped presets ask for is there, moves, and has no holes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from avcore.audio import FeatureTrack, analyze
from avcore.presets import list_presets, load_preset
from avcore.signals import SignalSpec, compute_controls
from avcore.timebase import Duration, Timebase

FPS = Fraction(24)


@pytest.fixture(scope="module", params=["demo", "electronic-motion.ogg"])
def track(request: pytest.FixtureRequest, demo_track: Path, real_track: Callable[[str], Path]) -> FeatureTrack:
    return analyze(demo_track if request.param == "demo" else real_track(request.param))


def test_every_signal_of_every_shipped_preset_moves(track: FeatureTrack) -> None:
    times_s = Timebase.for_duration(track.duration_s, FPS).times_s()
    shipped = [load_preset(entry.name) for entry in list_presets() if entry.origin == "shipped"]
    assert shipped
    for preset in shipped:
        controls = compute_controls(preset.signals, track, fps=FPS).frames(times_s, span_s=float(1 / FPS))
        for name, values in controls.items():
            spec = preset.signals[name]
            assert np.isfinite(values).all()
            moving = np.gradient(values, times_s) if spec.integrate else values
            assert np.ptp(moving) > 0.2 * abs(spec.range[1] - spec.range[0]), f"{preset.name}: {name} hardly moves"


def test_a_kick_band_jumps_at_the_beats_and_a_swell_before_them(track: FeatureTrack) -> None:
    signals = {
        "kick": SignalSpec(source="40-100 Hz", release=Duration(150.0, "ms"), sample="max"),
        "onset": SignalSpec(source="onset", lookahead=Duration(0.3), sample="linear"),
    }
    controls = compute_controls(signals, track, fps=FPS)
    strong = track.onsets_s[track.feature("onset").values[np.round(track.onsets_s * 100).astype(int)] > 0.6]
    assert len(strong) > 5
    at, before = (controls.frames(strong + shift_s, span_s=0.0)["onset"] for shift_s in (0.0, -0.1))
    # The swell of one hit may stand on the tail of another, so this holds for most hits rather than for all.
    assert np.mean((before > 0.2) & (before <= at)) > 0.8
    assert np.ptp(controls.curves["kick"]) > 0.8
