"""Which moment is heard at which frame, as arithmetic, and whether that is still what it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from addon.sound.fingerprint import Changed, Fingerprint, Moved, Unchanged, compare, take
from addon.sound.hearing import Hearing, Piece, layered
from addon.sound.state import StripState

NTSC = Fraction(30000, 1001)


def hearing_of(*strips: StripState, fps: Fraction = NTSC) -> Hearing:
    return layered(fps, [piece for strip in strips if (piece := strip.piece(fps)) is not None])


def test_a_plain_strip_begins_with_its_sound() -> None:
    hearing = hearing_of(StripState(11, 311, 11, 311))
    assert hearing.is_plain
    assert hearing.time_of_frame(11) == 0
    assert hearing.time_of_frame(310) == 299 / NTSC
    assert hearing.time_of_frame(10) is None
    assert hearing.time_of_frame(311) is None


def test_handles_and_skipped_frames() -> None:
    hearing = hearing_of(StripState(11, 311, 35, 200, skipped=12, late_s=Fraction(1, 10)))
    assert (hearing.frame_start, hearing.frame_end) == (35, 200)
    assert hearing.time_of_frame(35) == 36 / NTSC - Fraction(1, 10)


def test_nothing_is_heard_beyond_the_sound() -> None:
    hearing = hearing_of(StripState(11, 100, -20, 400))
    assert (hearing.frame_start, hearing.frame_end) == (11, 100)


def test_a_late_sound_begins_in_silence() -> None:
    hearing = hearing_of(StripState(0, 100, 0, 100, late_s=Fraction(1, 2)), fps=Fraction(24))
    assert hearing.frame_start == 12
    assert hearing.time_of_frame(12) == 0


def test_times_are_those_of_each_frame_and_nan_between() -> None:
    hearing = Hearing(
        Fraction(24), (Piece(1, 10, Fraction(0), Fraction(1, 24)), Piece(20, 30, Fraction(3), Fraction(1, 12)))
    )
    frames = np.arange(-2, 35)
    for frame, time_s in zip(frames, hearing.times(frames), strict=True):
        exact = hearing.time_of_frame(int(frame))
        assert np.isnan(time_s) if exact is None else time_s == pytest.approx(float(exact), abs=1e-12)


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(25), NTSC, Fraction(60)])
def test_a_moment_lies_on_its_nearest_frame(fps: Fraction) -> None:
    hearing = hearing_of(StripState(7, 5000, 7, 5000), fps=fps)
    times_s = np.random.default_rng(0).uniform(0, 60, 500)
    frames, index = hearing.frames_of(times_s)
    assert len(frames) == 500
    assert np.abs(hearing.times(frames) - times_s[index]).max() <= 0.5 / float(fps) + 1e-9
    on_frames, index = hearing.frames_of(hearing.times(np.arange(7, 1000)))
    assert (on_frames == np.arange(7, 1000)).all()


def test_a_cut_song_is_heard_twice_or_never() -> None:
    fps = Fraction(24)
    first = StripState(0, 240, 0, 120)  # seconds 0 to 5
    again = StripState(100, 340, 148, 220)  # seconds 2 to 5, at frame 148
    frames, index = hearing_of(first, again, fps=fps).frames_of([1.0, 3.0, 7.0])
    assert list(zip(frames.tolist(), index.tolist(), strict=True)) == [(24, 0), (72, 1), (172, 1)]


def test_the_first_of_overlapping_strips_is_heard() -> None:
    fps = Fraction(10)
    chosen, other = StripState(10, 30, 10, 30), StripState(0, 100, 0, 100)
    hearing = hearing_of(chosen, other, fps=fps)
    assert [(piece.frame_start, piece.frame_end) for piece in hearing.pieces] == [(0, 10), (10, 30), (30, 100)]
    assert hearing.time_of_frame(10) == 0
    assert hearing.time_of_frame(30) == 3


def test_another_timeline_hears_the_same_moments() -> None:
    hearing = hearing_of(StripState(11, 500, 35, 400), fps=Fraction(24))
    seen = hearing.seen_in(Fraction(60), at=11, to=1)
    assert seen.fps == 60
    for frame in (hearing.frame_start, 100, 250):
        other = 1 + (frame - 11) * Fraction(60, 24)
        if other.denominator == 1:
            assert seen.time_of_frame(int(other)) == hearing.time_of_frame(frame)
    assert seen.is_plain
    assert hearing.seen_in(hearing.fps) == hearing


def test_moving_shifts_everything() -> None:
    hearing = hearing_of(StripState(11, 500, 35, 400), StripState(500, 900, 600, 700))
    moved = hearing.moved(-7)
    assert moved == hearing_of(StripState(4, 493, 28, 393), StripState(493, 893, 593, 693))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    path.write_bytes(b"RIFF" + bytes(range(200)))
    return path


STRIPS = (StripState(11, 311, 35, 200), StripState(311, 611, 400, 500, retiming=(400, 450, 500)))


def kept(path: Path, *strips: StripState, fps: Fraction = NTSC, hashed: bool = False) -> Fingerprint:
    return Fingerprint(fps, (take(path, strips=strips, hashed=hashed),))


def test_fingerprints_survive_being_kept(song: Path) -> None:
    taken = kept(song, *STRIPS, hashed=True)
    assert Fingerprint.from_json(taken.to_json()) == taken


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"strips": 3}'])
def test_another_text_is_no_fingerprint(text: str) -> None:
    with pytest.raises(ValueError, match=r"fingerprint|Expecting"):
        Fingerprint.from_json(text)


def test_the_same_is_unchanged_and_a_shift_is_moved(song: Path) -> None:
    before = kept(song, *STRIPS, hashed=True)
    assert compare(before, kept(song, *STRIPS)) == Unchanged()
    assert compare(before, kept(song, *reversed(STRIPS))) == Unchanged()
    assert compare(before, kept(song, *(strip.moved(-30) for strip in STRIPS))) == Moved(-30)


@pytest.mark.parametrize(
    ("strips", "word"),
    [
        ((STRIPS[0], STRIPS[1].moved(1)), "trimmed"),
        ((replace(STRIPS[0], left=36), STRIPS[1]), "trimmed"),
        ((replace(STRIPS[0], skipped=3), STRIPS[1]), "trimmed"),
        ((STRIPS[0], replace(STRIPS[1], retiming=(400, 460, 500))), "speed"),
        ((STRIPS[0], replace(STRIPS[1], retiming=())), "speed"),
        ((STRIPS[0],), "strips"),
        ((), "muted"),
    ],
)
def test_what_was_changed_is_told(song: Path, strips: tuple[StripState, ...], word: str) -> None:
    change = compare(kept(song, *STRIPS, hashed=True), kept(song, *strips))
    assert isinstance(change, Changed)
    assert word in change.reason


def test_files_are_told_apart_by_what_is_in_them(song: Path, tmp_path: Path) -> None:
    before = kept(song, *STRIPS, hashed=True)
    copy = tmp_path / "elsewhere.wav"
    copy.write_bytes(song.read_bytes())
    assert compare(before, kept(copy, *STRIPS)) == Unchanged()
    assert isinstance(compare(before, kept(song, *STRIPS, fps=Fraction(30))), Changed)
    copy.write_bytes(song.read_bytes()[::-1])
    assert "another sound" in compare(before, kept(copy, *STRIPS)).reason
    song.write_bytes(song.read_bytes() + b"more")
    assert "was changed" in compare(before, kept(song, *STRIPS)).reason
    song.unlink()
    assert "gone" in compare(before, kept(song, *STRIPS)).reason
