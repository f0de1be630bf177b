"""The meter that says whether a picture moves, and whether it moves with the sound."""

from __future__ import annotations

import numpy as np

from avcore.render.response import Response, ResponseMeter

RNG = np.random.default_rng(3)
PATTERN = RNG.random((90, 160, 3))


def response_of(levels: np.ndarray, signal: np.ndarray) -> Response:
    """Frames whose brightness is ``levels``, against one signal."""
    meter = ResponseMeter()
    for level in levels:
        meter.look((PATTERN * level * 255).astype(np.uint8))
    return meter.response({"kick": signal})


def test_a_picture_that_jumps_with_the_signal_follows_it() -> None:
    kick = np.zeros(300)
    kick[RNG.choice(300, 40, replace=False)] = 1.0
    response = response_of(0.3 + 0.5 * kick, kick)
    assert response.signal == "kick"
    assert response.correlation > 0.95
    assert response.shuffled < 0.4
    assert response.warnings() == []


def test_a_picture_that_ignores_the_signal_says_so() -> None:
    response = response_of(0.3 + 0.5 * RNG.random(300), RNG.random(300))
    assert response.correlation < response.shuffled + 0.1
    assert "does not follow" in response.warnings()[0]


def test_a_still_picture_says_so() -> None:
    response = response_of(np.full(100, 0.5), RNG.random(100))
    assert response.mean_change == 0.0
    assert any("hardly moves" in warning for warning in response.warnings())


def test_grey_frames_are_counted() -> None:
    meter = ResponseMeter()
    for _ in range(10):
        meter.look(np.full((90, 160, 3), 0.5, dtype=np.float32))
    response = meter.response({})
    assert response.uniform_frames == 10
    assert "uniform" in response.warnings()[0]


def test_one_frame_is_judged_by_itself() -> None:
    meter = ResponseMeter()
    meter.look(PATTERN.astype(np.float32))
    response = meter.response({"kick": np.zeros(1)})
    assert (response.frames, response.correlation, response.warnings()) == (1, 0.0, [])


def test_a_cut_is_no_change() -> None:
    meter = ResponseMeter()
    for index, level in enumerate([0.2, 0.2, 0.2, 0.9, 0.9, 0.8]):
        if index == 3:
            meter.cut()
        meter.look((PATTERN * level).astype(np.float32))
    brought_by, change = meter.changes()
    assert brought_by.tolist() == [1, 2, 4, 5]
    np.testing.assert_allclose(change[:3], 0.0)
    assert change[3] > 0.01
    signal = np.array([0.0, 0.0, 0.0, 9.0, 0.0, 1.0])
    assert meter.correlations({"kick": signal, "flat": np.zeros(6)}) == {"kick": 1.0, "flat": 0.0}
