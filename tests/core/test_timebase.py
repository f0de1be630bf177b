"""Time is exact: rates, ranges, durations."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avcore.errors import UsageError
from avcore.timebase import Duration, Timebase, parse_fps, parse_frames, parse_seconds


@pytest.mark.parametrize(
    ("text", "fps"),
    [
        ("24", Fraction(24)),
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        ("12.5", Fraction(25, 2)),
        ("119.88", Fraction(120000, 1001)),
        ("12.99", Fraction(1299, 100)),
        ("9.99", Fraction(999, 100)),
        ("2997/100", Fraction(2997, 100)),
        ("15", Fraction(15)),
    ],
)
def test_rates_are_ratios(text: str, fps: Fraction) -> None:
    assert parse_fps(text) == fps


@pytest.mark.parametrize(
    "text", ["", "fast", "0", "-24", "1/0", "1001", "nan", "inf", "0.001", "1e3", "1e99999999", "9" * 5000]
)
def test_what_is_not_a_rate_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_fps(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90.5", Fraction(181, 2)), ("1:30", 90), ("1:02:03.5", Fraction(7447, 2)), ("250ms", Fraction(1, 4))],
)
def test_seconds(text: str, seconds: Fraction) -> None:
    assert parse_seconds(text) == seconds


def test_last_frame_of_ten_hours_at_ntsc_is_on_time() -> None:
    timebase = Timebase.for_duration(36000, Fraction(24000, 1001))
    last = timebase.start_frame + timebase.n_frames - 1
    assert timebase.time_s(last) == pytest.approx((timebase.n_frames - 1) * 1001 / 24000, abs=1e-9)
    assert 36000 - timebase.time_s(last) <= 1001 / 24000


@given(st.integers(1, 10_000), st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(60), Fraction(25, 2)]))
def test_whole_frames_survive_a_float_duration(frames: int, fps: Fraction) -> None:
    assert Timebase.for_duration(float(frames / fps), fps).n_frames == frames


def test_a_part_of_a_frame_is_a_frame() -> None:
    assert Timebase.for_duration(Fraction(101, 100), Fraction(10)).n_frames == 11
    assert Timebase.for_duration(Fraction(1, 1000), Fraction(10)).n_frames == 1


def test_ranges_use_the_numbers_of_the_file_names() -> None:
    timebase = Timebase(Fraction(24), 100, start_frame=1001)
    assert parse_frames("1001-1003,1010,1091-1100x3", timebase) == [1001, 1002, 1003, 1010, 1091, 1094, 1097, 1100]
    assert parse_frames("-2..1", Timebase(Fraction(24), 5, start_frame=-3)) == [-2, -1, 0, 1]


@pytest.mark.parametrize("text", ["", "a", "5-1", "0", "101", "1-200", "1-10x0", "1,,2"])
def test_bad_ranges_are_usage_errors(text: str) -> None:
    with pytest.raises(UsageError):
        parse_frames(text, Timebase(Fraction(24), 100))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20ms", 0.02), ("1.5 s", 1.5), (2, 2.0), ("2 beats", 1.0), ("8 bars", 16.0), ("12 frames", 0.5)],
)
def test_durations_know_music_and_video(text: str | int, seconds: float) -> None:
    assert Duration.parse(text).seconds(tempo_bpm=120, beats_per_bar=4, fps=Fraction(24)) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "-1s", "2 weeks", "beats", "1e400", "nan"])
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        Duration.parse(text)


@given(st.floats(1e-9, 1e6), st.sampled_from(Duration.UNITS))
def test_durations_survive_being_written(value: float, unit: str) -> None:
    assert Duration.parse(str(Duration(value, unit))) == Duration(value, unit)
