"""The sync check against films that are in step, and films that are out of step on purpose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from avcore.cli import main
from avcore.encode import Soundtrack, VideoSettings, open_video
from avcore.errors import InputError
from avcore.verify.sync import check_sync
from tests.core.encode_media import ffmpeg
from tests.core.synth_audio import RATE_HZ, click, place, write

SIZE = (64, 36)
SECONDS = 12
QUICK = VideoSettings(speed="draft")


def clicks_s(seconds: float = SECONDS, seed: int = 3) -> list[float]:
    """Clicks at times that no shift brings onto each other."""
    gaps = np.random.default_rng(seed).uniform(0.25, 0.9, 2 * int(seconds) + 4)
    return [float(at) for at in np.cumsum(gaps) if at < seconds - 0.2]


def song(path: Path, seconds: float = SECONDS, *, late_s: float = 0.0, speed: float = 1.0) -> Path:
    """Clicks over a little noise, late or slowed down on purpose."""
    bed = 0.005 * np.random.default_rng(0).standard_normal(round(seconds * RATE_HZ)).astype(np.float32)
    return write(path, place([(late_s + at / speed, click()) for at in clicks_s(seconds)], seconds) + bed)


def film(
    path: Path,
    sound: Path | None,
    *,
    fps: Fraction = Fraction(24),
    seconds: float = SECONDS,
    late_s: float = 0.0,
    flashes: Sequence[float] | None = None,
    soundtrack: Soundtrack | None = None,
) -> Path:
    """A film that flashes with every click, or ``late_s`` after it."""
    n = round(seconds * fps)
    times = np.arange(n) / float(fps)
    light = np.zeros(n)
    for at in clicks_s(seconds) if flashes is None else flashes:
        since = times - (at + late_s)
        light += np.where(since >= -1 / float(fps) + 1e-9, np.exp(-np.maximum(since, 0) / 0.06), 0)
    track = soundtrack or (None if sound is None else Soundtrack(sound))
    with open_video(path, size=SIZE, fps=fps, settings=QUICK, soundtrack=track) as video:
        for number, value in enumerate(light):
            video.write(number, frame(value, video.pixel))
    return path


def frame(value: float, pixel: str) -> NDArray[np.uint8]:
    """A picture of one grey."""
    assert pixel == "uint8"
    return np.full((SIZE[1], SIZE[0], 3), 30 + 200 * min(1.0, value), np.uint8)


@pytest.mark.parametrize(
    ("name", "fps"),
    [
        ("a.mp4", Fraction(24)),
        ("a.mov", Fraction(30000, 1001)),
        ("a.mkv", Fraction(24000, 1001)),
        ("a.webm", Fraction(25)),
        ("b.mp4", Fraction(60)),
        ("c.mp4", Fraction(25, 2)),
        ("d.mkv", Fraction(60000, 1001)),
    ],
)
def test_a_film_in_step(tmp_path: Path, name: str, fps: Fraction) -> None:
    heard = song(tmp_path / "song.wav")
    found = check_sync(film(tmp_path / name, heard, fps=fps), heard)
    assert found.faults == []
    assert found.exit_code == 0
    assert (Fraction(found.clock.fps), found.clock.frames) == (fps, round(SECONDS * fps))
    assert abs(found.clock.worst_frames) < 0.1
    assert found.sound is not None
    assert abs(found.sound.begin_samples or 0) <= 0.004 * found.sound.rate_hz
    assert abs(found.sound.drift_samples or 0) <= 2
    assert min(found.sound.begin_alike, found.sound.end_alike) > 0.9
    assert found.picture is not None
    assert found.picture.is_clear
    assert abs(found.picture.lag_frames) <= 1
    assert "is in step" in found.text()


@pytest.mark.parametrize("late_s", [-0.25, -0.03, 0.03, 0.25])
def test_a_sound_that_is_late_or_early(tmp_path: Path, late_s: float) -> None:
    heard, shifted = song(tmp_path / "song.wav"), song(tmp_path / "shifted.wav", late_s=late_s)
    found = check_sync(film(tmp_path / "a.mkv", shifted, fps=Fraction(24), late_s=late_s), heard)
    assert found.exit_code == 1
    assert found.sound is not None
    expected = late_s * found.sound.rate_hz
    assert found.sound.begin_samples == pytest.approx(expected, abs=2)
    assert found.sound.end_samples == pytest.approx(expected, abs=2)
    assert found.faults == [f"its sound is {1000 * abs(late_s):.1f} ms {'late' if late_s > 0 else 'early'}"]


def test_a_sound_within_half_a_frame_is_in_step(tmp_path: Path) -> None:
    heard, shifted = song(tmp_path / "song.wav"), song(tmp_path / "shifted.wav", late_s=0.015)
    assert check_sync(film(tmp_path / "a.mkv", shifted), heard).faults == []  # half a frame is 21 ms
    (fault,) = check_sync(film(tmp_path / "b.mkv", shifted, fps=Fraction(60)), heard).faults
    assert "15.0 ms late" in fault


def test_a_sound_that_drifts(tmp_path: Path) -> None:
    """Played 0.5 % too slow: right at the beginning, 60 ms late at the end."""
    heard, slow = song(tmp_path / "song.wav"), song(tmp_path / "slow.wav", speed=0.995)
    found = check_sync(film(tmp_path / "a.mkv", slow), heard)
    assert found.sound is not None
    assert (found.sound.drift_samples or 0) > 0.01 * found.sound.rate_hz
    assert any("drifts by +" in fault for fault in found.faults)


@pytest.mark.parametrize("late_frames", [-6, 6])
def test_a_picture_that_is_late_or_early(tmp_path: Path, late_frames: int) -> None:
    heard = song(tmp_path / "song.wav")
    found = check_sync(film(tmp_path / "a.mp4", heard, late_s=late_frames / 24), heard)
    assert found.picture is not None
    assert found.picture.is_clear
    assert found.picture.lag_frames == pytest.approx(late_frames, abs=1)
    late = "late" if late_frames > 0 else "early"
    assert found.faults == [f"its picture is {abs(found.picture.lag_frames):g} frames {late} against its sound"]


def test_a_picture_that_drifts(tmp_path: Path) -> None:
    """Made for 24 frames a second and shown at 24.2: the times are right for 24.2, and the flashes are not."""
    seconds = 40
    heard = song(tmp_path / "song.wav", seconds)
    flashes = [at * 24.2 / 24 - 0.1 for at in clicks_s(seconds)]
    found = check_sync(film(tmp_path / "a.mp4", heard, seconds=seconds, flashes=flashes), heard)
    assert found.clock.worst_frames == pytest.approx(0, abs=0.01)
    (fault,) = found.faults
    assert fault.startswith("its picture drifts by +")


def test_where_the_picture_does_not_follow_nothing_is_judged(tmp_path: Path) -> None:
    heard = song(tmp_path / "song.wav")
    found = check_sync(film(tmp_path / "a.mp4", heard, flashes=clicks_s(seed=99)), heard)
    assert found.picture is not None
    assert not found.picture.is_clear
    assert found.faults == []
    assert "not clear" in found.text()


def test_frames_that_are_not_shown_in_time(tmp_path: Path) -> None:
    heard = song(tmp_path / "song.wav")
    whole = film(tmp_path / "whole.mkv", heard)
    uneven = tmp_path / "uneven.mkv"
    late = "setpts='PTS+if(gte(N,100),0.03/TB,0)'"
    ffmpeg("-i", str(whole), "-vf", late, "-fps_mode", "passthrough", "-c:a", "copy", str(uneven))
    found = check_sync(uneven, heard)
    assert abs(found.clock.worst_frames) > 0.5
    assert "frames from its time" in found.faults[0]
    slow = tmp_path / "slow.mp4"
    ffmpeg("-itsscale", "1.001", "-i", str(whole), "-map", "0:v", "-c", "copy", str(slow))
    assert check_sync(slow, fps=Fraction(24000, 1001)).clock.worst_frames == pytest.approx(0, abs=0.1)
    assert check_sync(slow, fps=Fraction(24)).clock.worst_frames == pytest.approx(0.287, abs=0.05)


def test_an_excerpt_is_compared_with_its_part_of_the_song(tmp_path: Path) -> None:
    heard = song(tmp_path / "song.wav")
    start_s = Fraction(4)
    flashes = [at - 4 for at in clicks_s() if at >= 4]
    part = film(
        tmp_path / "part.mp4", None, seconds=6, flashes=flashes, soundtrack=Soundtrack(heard, start_s, Fraction(6))
    )
    assert check_sync(part, heard, start_s=start_s, n_frames=144).faults == []
    assert check_sync(part, heard).exit_code == 1
    assert check_sync(part, heard, start_s=start_s, n_frames=145).faults == ["it has 144 frames, not 145"]


def test_a_song_that_begins_after_the_film(tmp_path: Path) -> None:
    """A strip further down the timeline: silence comes before it."""
    heard = song(tmp_path / "song.wav")
    flashes = [at + 2 for at in clicks_s()]
    late = film(
        tmp_path / "late.mp4", None, flashes=flashes, soundtrack=Soundtrack(heard, Fraction(-2), Fraction(SECONDS))
    )
    found = check_sync(late, heard, start_s=Fraction(-2))
    assert found.faults == []
    assert found.sound is not None
    assert (found.sound.begin_samples, found.sound.end_samples) == (0, 0)


def test_another_song_and_no_sound(tmp_path: Path) -> None:
    heard = song(tmp_path / "song.wav")
    other = write(tmp_path / "other.wav", 0.1 * np.random.default_rng(5).standard_normal(SECONDS * RATE_HZ))
    (fault,) = check_sync(film(tmp_path / "a.mp4", other, flashes=[]), heard).faults
    assert "does not sound like the song" in fault
    silent = check_sync(film(tmp_path / "b.mp4", None), heard)
    assert silent.faults == ["it has no sound"]
    assert check_sync(tmp_path / "b.mp4").faults == []


def test_the_command_says_it_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard, shifted = song(tmp_path / "song.wav"), song(tmp_path / "shifted.wav", late_s=0.1)
    film(tmp_path / "good.mp4", heard)
    film(tmp_path / "bad.mkv", shifted)
    assert main(["verify", str(tmp_path / "good.mp4"), str(heard)]) == 0
    assert "good.mp4 is in step" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "bad.mkv"), str(heard)]) == 1
    assert "is out of step: its sound is 100.0 ms late" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "bad.mkv"), str(heard), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["sound"]["begin_samples"] == pytest.approx(4410, abs=2)


def test_what_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no film"):
        check_sync(tmp_path / "gone.mp4")
    with pytest.raises(InputError, match="no pictures"):
        check_sync(song(tmp_path / "song.wav"))
