"""The FeatureTrack: saved, loaded, exported, asked for features and bands."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from encode_media import small_disk
from synth_audio import noise, sine, write

from avcore.audio import FeatureTrack, analyze
from avcore.audio.track import CONTRACT_VERSION
from avcore.errors import InputError, OutputError, UsageError


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory, demo_track: Path) -> FeatureTrack:
    return analyze(demo_track)


def test_saved_and_loaded_is_the_same(track: FeatureTrack, tmp_path: Path) -> None:
    path = tmp_path / "song.avtrack"
    track.save(path)
    loaded = FeatureTrack.load(path)
    assert list(loaded.features) == list(track.features)
    for name, feature in track.features.items():
        np.testing.assert_array_equal(loaded.features[name].raw, feature.raw)
        np.testing.assert_array_equal(loaded.features[name].values, feature.values)
    for field in dataclasses.fields(FeatureTrack):
        if field.name not in ("features", "narrow"):
            np.testing.assert_equal(getattr(loaded, field.name), getattr(track, field.name))
    np.testing.assert_array_equal(loaded.band(60, 120).values, track.band(60, 120).values)
    assert [file.name for file in tmp_path.iterdir()] == ["song.avtrack"], "no temporary file stays"


@pytest.mark.parametrize("keep", [0, 4, 100, 5000, -1])
def test_a_damaged_file_says_so(track: FeatureTrack, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "song.avtrack"
    track.save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="is damaged or no feature track"):
        FeatureTrack.load(path)


def hostile(track: FeatureTrack, path: Path, *, about: dict[str, Any], tensors: dict[str, Any]) -> Path:
    """A saved track of which some entries are others."""
    from safetensors.numpy import load_file, save_file

    track.save(path)
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])["__metadata__"]
    whole = {**load_file(path), **tensors}
    save_file(whole, path, metadata={**header, "track": json.dumps({**json.loads(header["track"]), **about})})
    return path


@pytest.mark.parametrize(
    "about",
    [
        {"tempo_bpm": 0},
        {"tempo_bpm": "fast"},
        {"tempo_bpm": float("nan")},
        {"tempo_confidence": 1e999},
        {"beats_per_bar": 0},
        {"beats_per_bar": 4.5},
        {"duration_s": 1e99},
        {"duration_s": 21.0},
        {"audio_sha256": 5},
        {"audio_sha256": "x"},
        {"settings": []},
        {"features": []},
        {"features": 5},
        {"features": [{"name": []}]},
        {"source_rate_hz": True},
    ],
)
def test_a_track_that_no_analysis_makes_says_so(track: FeatureTrack, tmp_path: Path, about: dict[str, Any]) -> None:
    path = hostile(track, tmp_path / "song.avtrack", about=about, tensors={})
    with pytest.raises(InputError, match=r"song\.avtrack is damaged or no feature track .*; analyse the song again"):
        FeatureTrack.load(path)


@pytest.mark.parametrize(
    "change", [{"reference": 1e999}, {"reference": 10**400}, {"unit": 5}, {"name": "a\x1b"}, {"x": 1}]
)
def test_a_feature_that_no_analysis_makes_says_so(track: FeatureTrack, tmp_path: Path, change: dict[str, Any]) -> None:
    abouts = [
        {key: value for key, value in vars(feature).items() if key != "raw"} for feature in track.features.values()
    ]
    about = {"features": [{**abouts[0], **change}, *abouts[1:]]}
    path = hostile(track, tmp_path / "song.avtrack", about=about, tensors={})
    with pytest.raises(InputError, match="is damaged or no feature track"):
        FeatureTrack.load(path)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("onsets_s", np.array([1.0, np.nan])),
        ("onsets_s", np.array([2.0, 1.0])),
        ("beats_s", np.zeros((2, 2))),
        ("beats_s", np.zeros(3, np.int64)),
        ("raw", np.zeros((3, 3), np.float32)),
        ("narrow_rms", np.zeros((3, 3), np.float16)),
        ("narrow_edges_hz", np.zeros(97)),
    ],
)
def test_numbers_that_no_analysis_makes_say_so(
    track: FeatureTrack, tmp_path: Path, name: str, values: np.ndarray
) -> None:
    path = hostile(track, tmp_path / "song.avtrack", about={}, tensors={name: values})
    with pytest.raises(InputError, match="is damaged or no feature track"):
        FeatureTrack.load(path)


def test_a_header_that_is_too_deep_says_so(track: FeatureTrack, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "song.avtrack"
    save_file({"raw": np.zeros(1)}, path, metadata={"format": "avcore.feature-track", "track": "[" * 100_000})
    with pytest.raises(InputError, match="is damaged or no feature track"):
        FeatureTrack.load(path)


def test_a_full_disk_says_so(track: FeatureTrack, tmp_path: Path) -> None:
    full = pytest.raises(OutputError, match=r"the disk that holds .*disk is full")
    with small_disk(tmp_path / "disk", options="size=100k") as disk, full:
        track.save(disk / "song.avtrack")


def test_another_kind_of_file_says_so(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "weights.safetensors"
    save_file({"weights": np.zeros(3, np.float32)}, path)
    with pytest.raises(InputError, match="no feature track"):
        FeatureTrack.load(path)
    with pytest.raises(InputError, match="cannot be read"):
        FeatureTrack.load(tmp_path / "missing.avtrack")


def test_another_version_of_the_contract_says_so(track: FeatureTrack, tmp_path: Path) -> None:
    path = tmp_path / "new.avtrack"
    dataclasses.replace(track, contract_version=CONTRACT_VERSION + 1).save(path)
    with pytest.raises(InputError, match="follows version 2 of the contract, not 1; analyse the song again"):
        FeatureTrack.load(path)


def test_a_folder_that_is_not_there_says_so(track: FeatureTrack, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        track.save(tmp_path / "nowhere" / "song.avtrack")


def test_csv_has_a_row_per_sample(track: FeatureTrack, tmp_path: Path) -> None:
    path = tmp_path / "song.csv"
    for raw in (False, True):
        track.to_csv(path, raw=raw)
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(track)
        assert rows[123]["time_s"] == "1.23"
        for name in ("rms", "centroid", "beat_phase"):
            feature = track.feature(name)
            expected = feature.raw if raw else feature.values
            np.testing.assert_allclose([float(row[name]) for row in rows], expected, rtol=1e-5, atol=1e-9)


def test_json_has_everything(track: FeatureTrack, tmp_path: Path) -> None:
    path = tmp_path / "song.json"
    track.to_json(path)
    content = json.loads(path.read_text())
    assert content["tempo_bpm"] == track.tempo_bpm
    np.testing.assert_array_equal(content["beats_s"], track.beats_s)
    assert set(content["features"]) == set(track.features)
    assert content["features"]["centroid"]["unit"] == "Hz"
    np.testing.assert_allclose(content["features"]["bass"]["values"], track.feature("bass").values, rtol=1e-5)


def test_names_and_aliases(track: FeatureTrack) -> None:
    assert track.feature("energy") is track.feature("rms")
    with pytest.raises(UsageError, match=r"no feature 'trebel'; did you mean treble\?"):
        track.feature("trebel")


def test_a_band_is_the_amplitude_in_it(tmp_path: Path) -> None:
    samples = sine(90, 1.0, gain=0.5) + sine(1500, 1.0, gain=0.1)
    track = analyze(write(tmp_path / "two.wav", samples), use_cache=False)
    assert track.band(40, 160).raw[50] == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert track.band(1300, 1700).raw[50] == pytest.approx(0.1 / np.sqrt(2), rel=0.05)
    assert track.band(3000, 6000).raw[50] < 1e-3


def test_bands_add_up_to_the_wide_ones(track: FeatureTrack) -> None:
    np.testing.assert_allclose(track.band(250, 4000).raw, track.feature("mid").raw, rtol=0.1, atol=2e-3)
    parts = track.band(250, 900).raw ** 2 + track.band(900, 4000).raw ** 2
    np.testing.assert_allclose(np.sqrt(parts), track.band(250, 4000).raw, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("low_hz", "high_hz"), [(120, 60), (60, 60), (-5, 60), (100, 90_000)])
def test_a_band_that_is_none_says_so(track: FeatureTrack, low_hz: float, high_hz: float) -> None:
    with pytest.raises(UsageError, match="is not a band"):
        track.band(low_hz, high_hz)


def test_a_band_of_a_silent_track_is_zero(tmp_path: Path) -> None:
    silent = analyze(write(tmp_path / "silent.wav", noise(1, gain=0.0)), use_cache=False)
    assert not silent.band(60, 120).values.any()
