"""Job files: songs and presets become shots, and a resolved job survives being written."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avcore.audio.demo import write_demo
from avcore.errors import InputError, PresetError, UsageError
from headless.job import Bake, Job, MovieSettings, RenderSettings, Shot, TextureSettings
from headless.job_file import load_job, load_shot, load_shots, shot_names
from headless.job_writer import write_job
from headless.path_map import PathMap

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two songs."""
    folder = tmp_path_factory.mktemp("songs")
    for name in ("one.wav", "two.wav"):
        write_demo(folder / name)
    return folder


def written(songs: Path, text: str, name: str = "tour.yaml") -> Path:
    file = songs / name
    file.write_text(text, encoding="utf-8")
    return file


def test_every_song_meets_every_preset(songs: Path) -> None:
    file = written(
        songs,
        """
        name: tour
        out: films
        songs: [one.wav, {song: two.wav, start: 0:02, duration: 3}]
        presets: [ember, {preset: tide, set: [field.seed=3], render: {samples: 8}}]
        fps: 24
        set: [colour.saturation=1.2]
        render: {resolution: 720p, samples: 4}
        texture: {size: 64x64}
        """,
    )
    job = load_job(file)
    assert job.name == "tour"
    assert [shot.name for shot in job.shots] == ["one_ember", "one_tide", "two_ember", "two_tide"]
    first, last = job.shots[0], job.shots[-1]
    assert first.song == songs / "one.wav"
    assert (first.out, first.scene) == (songs / "films/one_ember", songs / "films/one_ember/one_ember.blend")
    assert first.overrides == {"colour.saturation": 1.2}
    assert last.overrides == {"colour.saturation": 1.2, "field.seed": 3}  # what is said of a preset comes last
    assert (last.start_s, last.first, last.last, last.fps) == (2, 1, 72, 24)
    assert (first.render.samples, last.render.samples, last.render.resolution) == (4, 8, "720p")
    (bake,) = last.bakes
    assert (bake.out, bake.count, bake.start_s, bake.texture.size) == (last.out / "texture", 72, 2, "64x64")


def test_frames_are_those_of_the_render(songs: Path) -> None:
    """The demo is 20 s long; what is asked for beyond its end is not there."""
    file = written(
        songs,
        "{songs: [{song: one.wav, start: 19, name: a}, {song: one.wav, duration: 2 bars, name: b}], presets: [ember]}",
    )
    a, b = load_job(file).shots
    assert a.last - a.first + 1 == 30
    assert 0 < b.last < 900


def test_a_list_in_csv_and_patterns(songs: Path) -> None:
    written(
        songs,
        "song, preset, start, duration, set, render.samples\n"
        "one.wav, ember, 1, 1,, 2\n"
        'two.wav,, 0:01, 0.5, "field.gain=3; colour.saturation=2",\n',
        "more.csv",
    )
    file = written(songs, "{songs: ['*.wav'], list: more.csv, presets: [tide], duration: 1, kind: live}")
    shots = load_job(file).shots
    assert [shot.name for shot in shots] == ["one_tide", "two_tide", "one_ember", "two_tide_2"]
    assert [shot.last for shot in shots] == [30, 30, 30, 15]
    assert (shots[2].render.samples, shots[2].start_s) == (2, 1)
    assert shots[3].overrides == {"field.gain": 3, "colour.saturation": 2}
    assert all(shot.bakes == () for shot in shots)  # live
    only = load_job(written(songs, "song,preset,duration\none.wav,ember,1\n", "only.csv"))
    assert (only.name, [shot.name for shot in only.shots]) == ("only", ["one_ember"])


def test_names_are_safe_and_no_two_alike(songs: Path) -> None:
    shots = ", ".join(
        f"{{song: one.wav, preset: ember, duration: 1, name: {name}}}"
        for name in ("'../up'", "'Ä b'", "CON", "'one_ember'")
    )
    file = written(songs, f"shots: [{shots}, {{song: one.wav, preset: ember, duration: 1}}]")
    assert shot_names(file) == ["up", "Ä_b", "CON_", "one_ember", "one_ember_2"]
    file = written(songs, "shots: [{name: A, song: one.wav, preset: ember}, {name: a, song: one.wav, preset: ember}]")
    with pytest.raises(UsageError, match="two shots are called"):
        load_job(file)


def test_only_the_shot_that_is_asked_for_is_looked_up(songs: Path) -> None:
    file = written(
        songs,
        "shots: [{name: a, song: gone.wav, preset: ember}, {name: b, song: one.wav, preset: ember, duration: 1}]",
    )
    assert load_shot(file, "b").last == 30
    assert [shot.name for shot in load_shots(file, "b")] == ["b"]
    with pytest.raises(InputError, match=r"gone\.wav"):
        load_shot(file, "a")
    with pytest.raises(UsageError, match="it has a, b"):
        load_shot(file, "c")
    with pytest.raises(UsageError, match="name one of a, b"):
        load_shot(file)


def test_the_command_line_goes_before_the_file(songs: Path) -> None:
    file = written(songs, "{songs: [one.wav], presets: [ember], duration: 1, render: {samples: 4}}")
    shot = load_shot(file, settings=["render.samples=1", "fps=12"])
    assert (shot.render.samples, shot.last) == (1, 12)


def test_paths_are_mapped(songs: Path) -> None:
    file = written(songs, "{shots: [{song: 'Z:\\music\\one.wav', preset: ember, duration: 1, out: 'Z:\\out'}]}")
    shot = load_shot(file, paths=PathMap((("Z:\\music", str(songs)), ("Z:\\", "/mnt/z"))))
    assert (shot.song, shot.out) == (songs / "one.wav", Path("/mnt/z/out"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{songs: [one.wav]}", r"meets no preset"),
        ("{presets: [ember]}", "names no shots"),
        ("{songs: [one.wav], presets: [ember], fsp: 24}", r"tour\.yaml:1: fsp: unknown key; did you mean 'fps'"),
        ("{songs: [one.wav], presets: [ember], render: {samples: 0}}", "samples"),
        ("{songs: one.wav, presets: [ember]}", "expected a list"),
        ("{shots: [{preset: ember}]}", "a song nor a scene"),
        ("{shots: [{song: one.wav, preset: ember, scene: a.blend}]}", "a scene and a preset"),
        ("{schema: 9, songs: [one.wav], presets: [ember]}", "schema 9"),
        ("{songs: [one.wav], presets: [ember], start: soon}", "not a time"),
        ("[one.wav]", "a job file is a mapping"),
        ("{songs: [one.wav], presets: [ember], set: [gain]}", "key=value"),
    ],
)
def test_what_is_wrong_is_said(songs: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_job(written(songs, text))


def test_what_is_missing_is_said(songs: Path) -> None:
    with pytest.raises(InputError, match="no job file"):
        load_job(songs / "gone.yaml")
    with pytest.raises(InputError, match="finds no song"):
        load_job(written(songs, "{songs: ['*.mp9'], presets: [ember]}"))
    with pytest.raises(InputError, match="list"):
        load_job(written(songs, "{list: gone.csv, presets: [ember]}"))
    with pytest.raises(PresetError, match="no preset"):
        load_job(written(songs, "{songs: [one.wav], presets: [nowhere]}"))
    with pytest.raises(UsageError, match="more cells than columns"):
        load_job(written(songs, "song,preset\none.wav,ember,3\n", "wide.csv"))


def test_a_thousand_shots_are_no_trouble(songs: Path) -> None:
    lines = "".join(f"one.wav,ember,{second / 100},0.1\n" for second in range(1000))
    file = written(songs, f"song,preset,start,duration\n{lines}", "many.csv")
    names = shot_names(file)
    assert len(set(names)) == 1000
    job = load_job(file)
    write_job(job, songs / "many.yaml")
    assert load_shot(songs / "many.yaml", names[-1]) == job.shots[-1]


def test_a_resolved_job_needs_no_song(songs: Path, tmp_path: Path) -> None:
    """What a farm's host reads first; and its folder can be moved."""
    file = written(songs, "{songs: [one.wav], presets: [ember], duration: 1, out: films}")
    job = load_job(file)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    inside = [dataclasses.replace(job.shots[0], song=songs / "gone.wav")]
    write_job(dataclasses.replace(job, shots=tuple(inside)), songs / "resolved.yaml")
    text = (songs / "resolved.yaml").read_text()
    assert str(songs) not in text  # everything lies in its folder
    (moved / "resolved.yaml").write_text(text)
    shot = load_shot(moved / "resolved.yaml")
    assert (shot.song, shot.bakes[0].out) == (moved / "gone.wav", moved / "films/one_ember/texture")


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12)
parts = words.filter(lambda text: text.strip() == text and text not in (".", "..") and not set(text) & set("/\\*"))
ratios = st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=1001)
values = st.one_of(st.booleans(), st.integers(-9, 9), st.floats(-9, 9).map(lambda value: round(value, 6)), words)
overrides = st.dictionaries(st.sampled_from(["field.gain", "colour.palette", "field.seed"]), values, max_size=3)


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    fps, start_s, first, count = draw(ratios), draw(ratios), draw(st.integers(-99, 99)), draw(st.integers(1, 999))
    texture = TextureSettings(draw(st.sampled_from(["64x64", "720p"])), draw(st.sampled_from(["png", "exr"])), 16)
    song, preset, sets = Path("/songs") / draw(parts), draw(st.sampled_from(["ember", "/p/own.yaml"])), draw(overrides)
    out = Path("/job") / draw(parts)
    bake = Bake(song, preset, out / "texture", fps, start_s, count, first, sets, texture, stateless=draw(st.booleans()))
    name = draw(st.from_regex(r"[A-Za-z][A-Za-z0-9]{3,9}", fullmatch=True))
    return Shot(
        *(name, song, preset, out / f"{name}.blend", out, fps, start_s, first, first + count - 1),
        template=draw(st.sampled_from(["plane", "/t/own.blend"])),
        overrides=sets,
        bakes=(bake,),
        render=RenderSettings(resolution=draw(st.sampled_from([None, "720p"])), camera=draw(st.none() | parts)),
        movie=MovieSettings(crf=draw(st.none() | st.integers(1, 50).map(float))),
    )


@SHARED
@given(st.lists(shots(), min_size=1, max_size=3, unique_by=lambda shot: shot.name.casefold()))
def test_a_job_survives_being_written(tmp_path: Path, made: list[Shot]) -> None:
    job = Job("job", tmp_path / "job.yaml", tuple(made))
    write_job(job, job.file)
    assert load_job(job.file) == job


@SHARED
@given(st.binary(max_size=60))
def test_no_file_ends_in_a_traceback(tmp_path: Path, data: bytes) -> None:
    for name in ("any.yaml", "any.csv"):
        (tmp_path / name).write_bytes(data)
        with pytest.raises((UsageError, InputError)):
            load_job(tmp_path / name)
