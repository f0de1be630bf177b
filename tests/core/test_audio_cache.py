"""The cache of analyses: by content and settings, healed when damaged, never a reason to fail."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
from synth_audio import click_track, write

from avcore.audio import AnalysisSettings, analyze, cache, file_sha256


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVCORE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write(tmp_path / "song.wav", click_track(np.arange(0.2, 4, 0.5), 4))


def test_the_second_time_comes_from_the_cache(folder: Path, song: Path, tmp_path: Path) -> None:
    first = analyze(song)
    (kept,) = cache.cache_folder().rglob("*.avtrack")
    written = kept.stat().st_mtime_ns
    renamed = shutil.copy(song, tmp_path / "other name.wav")
    again = analyze(renamed)
    np.testing.assert_array_equal(again.feature("bass").raw, first.feature("bass").raw)
    assert kept.stat().st_mtime_ns == written
    assert cache.info() == cache.CacheInfo(folder, 1, kept.stat().st_size)


def test_other_settings_and_other_sounds_are_others(folder: Path, song: Path, tmp_path: Path) -> None:
    analyze(song)
    analyze(song, settings=AnalysisSettings(n_mels=16))
    analyze(write(tmp_path / "other.wav", click_track([1.0], 4)))
    assert cache.info().n_tracks == 3


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 50])
def test_a_damaged_file_is_announced_and_replaced(
    folder: Path, song: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first = analyze(song)
    (kept,) = folder.rglob("*.avtrack")
    kept.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        again = analyze(song)
    assert "is analysed again" in caplog.text
    np.testing.assert_array_equal(again.onsets_s, first.onsets_s)
    caplog.clear()
    analyze(song)
    assert not caplog.text


def test_the_analysis_of_another_song_is_not_believed(
    folder: Path, song: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = write(tmp_path / "other.wav", click_track([1.0], 4))
    for wrong in (analyze(other), analyze(song, settings=AnalysisSettings(n_mels=16))):
        wrong.save(cache.track_path(file_sha256(song), AnalysisSettings()))
        with caplog.at_level(logging.WARNING):
            track = analyze(song)
        assert "another song or with other settings" in caplog.text
        assert (track.audio_sha256, track.settings["n_mels"]) == (file_sha256(song), 32)
        caplog.clear()


def test_a_folder_that_cannot_be_written_is_a_warning(
    tmp_path: Path, song: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AVCORE_CACHE", str(tmp_path / "file" / "cache"))
    with caplog.at_level(logging.WARNING):
        assert len(analyze(song).beats_s) > 0
    assert "is not kept for next time" in caplog.text


def test_no_cache_leaves_nothing(folder: Path, song: Path) -> None:
    analyze(song, use_cache=False)
    assert not folder.exists()


def test_clear_deletes_what_info_counted(folder: Path, song: Path) -> None:
    analyze(song)
    before = cache.info()
    assert cache.clear() == before
    assert cache.info().n_tracks == 0
    assert cache.clear().n_tracks == 0


def test_progress_rises_to_one(folder: Path, song: Path) -> None:
    parts: list[float] = []
    analyze(song, progress=parts.append)
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert len(parts) > 2
