"""The demo track: deterministic, its beats as stated, and something to do for every feature."""

from __future__ import annotations

from pathlib import Path

import mir_eval
import numpy as np

from avcore.audio import FeatureTrack, analyze
from avcore.audio.demo import BPM, BREAK_S, DROP_S, DURATION_S, make_demo


def test_it_is_always_the_same() -> None:
    first, again = make_demo(), make_demo()
    np.testing.assert_array_equal(first.samples, again.samples)
    assert first.samples.shape == (round(DURATION_S * 44_100), 2)
    assert 0.8 < np.abs(first.samples).max() < 1.0
    assert np.abs(first.samples[:, 0] - first.samples[:, 1]).max() > 0.05, "it is stereo"


def test_its_beats_are_found(demo_track: Path) -> None:
    truth, track = make_demo(), analyze(demo_track)
    assert abs(track.tempo_bpm / BPM - 1) < 0.01
    assert track.beats_per_bar == 4
    assert mir_eval.beat.f_measure(truth.beats_s, track.beats_s, f_measure_threshold=0.02) > 0.95
    assert mir_eval.beat.f_measure(truth.downbeats_s, track.downbeats_s, f_measure_threshold=0.02) > 0.9


def level(track: FeatureTrack, name: str, start_s: float, stop_s: float) -> float:
    return float(track.feature(name).values[round(start_s * 100) : round(stop_s * 100)].mean())


def test_the_break_is_quiet_and_the_drop_is_not(demo_track: Path) -> None:
    track = analyze(demo_track)
    assert level(track, "rms", BREAK_S + 0.3, DROP_S - 0.05) < 0.01
    assert level(track, "rms", DROP_S, DROP_S + 2) > level(track, "rms", 0, 2) > 0.2
    assert level(track, "centroid", BREAK_S - 1, BREAK_S) > level(track, "centroid", BREAK_S - 3, BREAK_S - 2)


def test_every_feature_moves(demo_track: Path) -> None:
    for name, feature in analyze(demo_track).features.items():
        least = 0.01 if name.startswith(("since", "until")) else 0.05
        assert feature.values.std() > least, name
