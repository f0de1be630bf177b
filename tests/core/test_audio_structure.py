"""Sections: where songs of known form change, which parts are the same music, and one section where nothing changes."""

from __future__ import annotations

import dataclasses
import json
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from make_track import make_track
from synth_audio import RATE_HZ, Sound, click_track, drum_track, noise, place, sine, write

from avcore.audio import FeatureTrack, Section, analyze, find_sections
from avcore.cli import main
from avcore.errors import UsageError

CHORDS = ((57, 60, 64), (53, 57, 60), (48, 55, 64), (55, 59, 62))


def note(midi: float, duration_s: float, *, gain: float, partials: int, falloff: float) -> Sound:
    """A note of some harmonics, without a click at its ends."""
    t = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    hz = 440 * 2 ** ((midi - 69) / 12)
    wave = sum(np.sin(2 * np.pi * hz * k * t) / k**falloff for k in range(1, partials + 1))
    return (gain * wave * np.clip(t / 0.01, 0, 1) * np.clip((duration_s - t) / 0.02, 0, 1)).astype(np.float32)


def song(form: str, *, bpm: float, beats_per_bar: int, bars: int = 8) -> Sound:
    """Parts of some bars over the same four chords: A is drums and a pad, B drums and a bright riff, C a low pad."""
    beat_s = 60 / bpm
    bar_s = beat_s * beats_per_bar
    part_s = bars * bar_s
    hits = []
    for part, letter in enumerate(form):
        if letter != "C":
            drums = drum_track(bpm, part_s + 0.3, beats_per_bar=beats_per_bar)[0][round(0.25 * RATE_HZ) :]
            hits.append((part * part_s, 0.5 * drums[: round(part_s * RATE_HZ)]))
        for bar in range(bars):
            at_s, chord = part * part_s + bar * bar_s, CHORDS[bar % 4]
            if letter == "A":
                hits += [(at_s, note(pitch, bar_s, gain=0.06, partials=3, falloff=2)) for pitch in chord]
            elif letter == "B":
                riff = [note(chord[i % 3] + 12, beat_s / 2, gain=0.12, partials=12, falloff=0.7) for i in range(3)]
                hits += [(at_s + i * beat_s / 2, riff[i % 3]) for i in range(2 * beats_per_bar)]
            else:
                hits.append((at_s, note(chord[0] - 12, bar_s, gain=0.2, partials=2, falloff=2)))
    return place(hits, len(form) * part_s)


def heard(path: Path, samples: np.ndarray) -> FeatureTrack:
    return analyze(write(path / "song.wav", samples), use_cache=False)


def starts_s(sections: tuple[Section, ...]) -> list[float]:
    return [section.start_s for section in sections]


def letters(sections: tuple[Section, ...]) -> str:
    return "".join(section.label for section in sections)


def assert_covers(track: FeatureTrack, sections: tuple[Section, ...]) -> None:
    edges_s = [*starts_s(sections), sections[-1].end_s]
    assert edges_s == [0.0, *(section.end_s for section in sections)], "no gap"
    assert edges_s[-1] == track.duration_s
    assert edges_s == sorted(edges_s)
    for section in sections:
        shares = (section.novelty, section.level, section.brightness, section.density, *section.means.values())
        assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize(("bpm", "beats_per_bar"), [(120, 4), (97, 4), (120, 3), (97, 3)])
def test_a_song_of_known_form(tmp_path: Path, bpm: float, beats_per_bar: int) -> None:
    track = heard(tmp_path, song("AABA", bpm=bpm, beats_per_bar=beats_per_bar))
    sections = find_sections(track)
    assert letters(sections) == "ABA", "two parts of the same music in a row are one section"
    part_s = 8 * beats_per_bar * 60 / bpm
    np.testing.assert_allclose(starts_s(sections), [0, 2 * part_s, 3 * part_s], atol=0.05)
    assert all(np.abs(track.downbeats_s - section.start_s).min() < 1e-9 for section in sections[1:]), "on bar lines"
    assert_covers(track, sections)


def test_the_same_music_has_the_same_letter(tmp_path: Path) -> None:
    sections = find_sections(heard(tmp_path, song("ABCACB", bpm=120, beats_per_bar=4)))
    assert letters(sections) == "ABCACB"
    np.testing.assert_allclose(starts_s(sections), np.arange(6) * 16, atol=0.05)


def test_loudness_of_the_whole_song_changes_nothing(tmp_path: Path) -> None:
    samples = song("ABC", bpm=120, beats_per_bar=4)
    loud, quiet = (find_sections(heard(tmp_path, gain * samples)) for gain in (1.0, 0.1))
    assert starts_s(loud) == pytest.approx(starts_s(quiet), abs=0.01)
    assert letters(loud) == letters(quiet)


def _rise(samples: Sound, *, from_db: float) -> Sound:
    return samples * (10 ** (np.linspace(from_db, 0, len(samples)) / 20)).astype(np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(RATE_HZ * 40, np.float32),
        noise(60),
        sine(220, 40),
        drum_track(120, 60, beats_per_bar=4)[0],
        song("AAAA", bpm=110, beats_per_bar=4),
        _rise(drum_track(120, 90, beats_per_bar=4)[0], from_db=-40),
        _rise(noise(90), from_db=-50),
        click_track(np.sort(np.random.default_rng(1).uniform(0, 59.9, 100)), 60),
        noise(1),
        noise(0.1),
    ],
    ids=["silence", "noise", "tone", "loop", "A four times", "crescendo", "swell", "random clicks", "1 s", "0.1 s"],
)
def test_one_section_where_nothing_changes(tmp_path: Path, samples: np.ndarray) -> None:
    track = heard(tmp_path, samples)
    sections = find_sections(track)
    assert letters(sections) == "A"
    assert_covers(track, sections)


def test_music_without_beats(tmp_path: Path) -> None:
    low, bright = note(45, 30, gain=0.2, partials=4, falloff=1.5), note(52, 30, gain=0.2, partials=10, falloff=0.8)
    track = heard(tmp_path, np.concatenate((low, 0.5 * low + noise(30, gain=0.02), bright, low)))
    assert len(track.beats_s) == 0
    sections = find_sections(track)
    assert letters(sections) == "ABCA"
    assert starts_s(sections) == [0, 30, 60, 90]
    assert_covers(track, sections)


def test_silence_around_music_is_a_section(tmp_path: Path) -> None:
    silence = np.zeros(12 * RATE_HZ, np.float32)
    track = heard(tmp_path, np.concatenate((silence, song("A", bpm=120, beats_per_bar=4), silence)))
    sections = find_sections(track)
    assert letters(sections) == "ABA"
    np.testing.assert_allclose(starts_s(sections), [0, 12, 28], atol=0.25)
    assert [section.level > 0 for section in sections] == [False, True, False]


def test_the_drop_of_the_demo(demo_track: Path) -> None:
    sections = find_sections(analyze(demo_track))
    assert any(section.start_s == pytest.approx(12, abs=0.01) for section in sections)


def test_what_a_section_says(tmp_path: Path) -> None:
    quiet = click_track(np.arange(0.2, 30, 1.0), 30) * 0.2
    loud = click_track(np.arange(0.2, 30, 0.25), 30) + noise(30, gain=0.05)
    track = heard(tmp_path, np.concatenate((quiet, loud)))
    first, second = find_sections(track)
    assert second.start_s == pytest.approx(30, abs=0.5)
    assert (first.onsets_per_s, second.onsets_per_s) == (pytest.approx(1, abs=0.1), pytest.approx(4, abs=0.2))
    for name in ("level", "brightness", "density"):
        assert getattr(first, name) < 0.5 <= getattr(second, name), name
    for name, mean in second.means.items():
        values = track.feature(name).values[round(second.start_s * 100) :]
        assert mean == pytest.approx(float(values.mean(dtype=np.float64)), abs=1e-4), name
    assert second.novelty > 0.5


@pytest.mark.parametrize("shortest_s", [4, 20, 40])
def test_no_section_is_shorter_than_asked_for(tmp_path: Path, shortest_s: float) -> None:
    track = heard(tmp_path, song("ABCABC", bpm=120, beats_per_bar=4, bars=6))
    sections = find_sections(track, shortest_s=shortest_s)
    assert min(section.end_s - section.start_s for section in sections) >= shortest_s - 1
    assert_covers(track, sections)
    assert (len(sections) == 6) == (shortest_s < 12)


def test_a_track_of_one_sample() -> None:
    names = [
        "rms",
        "bass",
        "mid",
        "treble",
        "harmonic",
        "percussive",
        "onset",
        "flux",
        "centroid",
        "flatness",
        "mel_00",
    ]
    names += [f"chroma_{pitch}" for pitch in ("C", "Cs", "D", "Ds", "E", "F", "Fs", "G", "Gs", "A", "As", "B")]
    track = make_track(**{name: [0.5] for name in names})
    assert letters(find_sections(track)) == "A"
    with pytest.raises(UsageError, match="longer than 0 s"):
        find_sections(track, shortest_s=0)
    with pytest.raises(UsageError, match="no mel bands"):
        find_sections(make_track(rms=[0.5]))


def test_an_hour_is_one_song_forty_times(tmp_path: Path) -> None:
    track = heard(tmp_path, song("ABC", bpm=120, beats_per_bar=4, bars=16)[: 90 * RATE_HZ])
    times = 40
    shift_s = np.arange(times)[:, None] * len(track) / 100
    hour = dataclasses.replace(
        track,
        features={
            name: dataclasses.replace(feature, raw=np.tile(feature.raw, times))
            for name, feature in track.features.items()
        },
        **{name: (shift_s + getattr(track, name)).ravel() for name in ("onsets_s", "beats_s", "downbeats_s")},
        duration_s=(times * len(track) - 1) / 100,
        narrow=None,
    )
    tracemalloc.start()
    sections = find_sections(hour)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert letters(sections) == "ABC" * times
    assert peak < 300e6


@pytest.mark.parametrize(
    ("name", "true_s", "same"),
    [
        ("electronic-motion.ogg", [8.73, 26.18, 39.28, 56.73, 74.19], []),
        ("orchestral-frantic.ogg", [28.24, 39.53, 50.82, 62.12, 73.41], [(1, 4)]),
        ("ambient-awakening.ogg", [8, 112, 148, 160, 196], [(2, 4), (3, 5)]),
    ],
)
def test_real_music(
    real_track: Callable[[str], Path], name: str, true_s: list[float], same: list[tuple[int, int]]
) -> None:
    # Where instruments enter and leave in the spectrogram.
    track = analyze(real_track(name))
    sections = find_sections(track)
    np.testing.assert_allclose(starts_s(sections)[1:], true_s, atol=0.05)
    assert len(set(letters(sections))) == len(sections) - len(same)
    assert all(sections[one].label == sections[other].label for one, other in same)
    assert_covers(track, sections)


def test_analyze_shows_the_sections(demo_track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = find_sections(analyze(demo_track))
    assert main(["analyze", str(demo_track)]) == 0
    assert re.search(rf"sections +{len(expected)}: A 0:00\.0", capsys.readouterr().out)
    assert main(["analyze", str(demo_track), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["sections"]
    assert main(["analyze", str(demo_track), str(tmp_path / "song.json")]) == 0
    written = json.loads((tmp_path / "song.json").read_text())["sections"]
    assert printed == written == [dataclasses.asdict(section) for section in expected]
    assert main(["analyze", str(demo_track), str(tmp_path / "song.html")]) == 0
    shown = json.loads(re.search(r"const analysis = (\{.*\});", (tmp_path / "song.html").read_text())[1])["sections"]
    assert shown == [[pytest.approx(section.start_s, abs=1e-4), section.label] for section in expected]
