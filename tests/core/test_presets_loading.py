"""Loading: inheritance, versions, overrides and the checks between the parts of a preset."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from avcore.errors import PresetError
from avcore.presets import Preset, load_preset, preset_hash
from avcore.presets.library import Location
from avcore.presets.loading import load_location
from avcore.presets.migrations import migrate
from avcore.presets.yaml_reader import read_yaml
from avcore.signals.spec import Driven, SignalSpec
from avcore.timebase import Duration

Write = Callable[..., Path]

BASE = """\
name: Base
author: me
tags: [one, two]
signals:
  kick: {source: bass, release: 200ms}
field:
  type: cppn
  gain: 4
  inputs: [kick]
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_preset(name: str, text: str, *, schema: str = "schema: 1\n", folder: str = ".") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(schema + text, encoding="utf-8")
        return path

    return write_preset


def mistakes(path: Path, *overrides: str) -> str:
    with pytest.raises(PresetError) as caught:
        load_preset(path, overrides=overrides)
    return str(caught.value)


def test_a_preset_with_all_its_parts(write: Write) -> None:
    path = write("base.yaml", BASE)
    preset = load_preset(path)
    assert preset.name == "Base"
    assert preset.signals == {"kick": SignalSpec(source="bass", release=Duration(200.0, "ms"))}
    assert preset.field.gain == 4.0
    assert preset.field.inputs == ("kick",)
    assert (preset.path, preset.origin, preset.folders) == (path, "file", (path.parent.resolve(),))


def test_the_files_name_is_the_title_where_there_is_none(write: Write) -> None:
    assert load_preset(write("dusk.yaml", "field: {type: cppn}\n")).name == "dusk"


def test_extends_merges_mappings_and_replaces_the_rest(write: Write) -> None:
    write("base.yaml", BASE)
    child = write(
        "child.yaml",
        "extends: base\ntags: [three]\nsignals: {air: {source: treble}}\nfield: {gain: 5, coords: {zoom: {air: 1}}}\n",
    )
    preset = load_preset(child)
    assert preset.name == "child"
    assert preset.author == "me"
    assert preset.tags == ("three",)
    assert list(preset.signals) == ["kick", "air"]
    assert (preset.field.gain, preset.field.inputs) == (5.0, ("kick",))
    assert preset.field.coords.zoom == Driven(1.0, {"air": 1.0})


def test_extends_by_path_and_mistakes_of_the_parent_point_into_it(write: Write) -> None:
    write("base.yaml", BASE + "  gian: 3\n", folder="parts")
    child = write("child.yaml", "extends: parts/base.yaml\n")
    assert (
        mistakes(child)
        == f"{(child.parent / 'parts/base.yaml').resolve()}:11: field.gian: unknown key; did you mean 'gain'?"
    )


@pytest.mark.parametrize("way_out", ["../base.yaml", "/etc/base.yaml", "C:/base.yaml", "a/../../base.yaml"])
def test_extends_may_not_leave_the_folder(write: Write, way_out: str) -> None:
    write("base.yaml", BASE)
    child = write("child.yaml", f"extends: '{way_out}'\n", folder="inner")
    assert "leads out of the preset's folder" in mistakes(child)
    assert mistakes(child).startswith(f"{child}:2: extends: ")


def test_extends_of_an_unknown_preset_suggests(write: Write) -> None:
    write("base.yaml", BASE)
    assert "child.yaml:2: extends: there is no preset 'bas'; did you mean 'base'?" in mistakes(
        write("child.yaml", "extends: bas\n")
    )


def test_circles_name_their_chain(write: Write) -> None:
    write("a.yaml", "extends: b\n")
    write("b.yaml", "extends: c\n")
    write("c.yaml", "extends: a\n")
    a = Path(write("a.yaml", "extends: b\n"))
    assert "goes round in a circle: a.yaml -> b.yaml -> c.yaml -> a.yaml" in mistakes(a)


def test_chains_have_an_end(write: Write) -> None:
    write("p0.yaml", BASE)
    for i in range(1, 10):
        last = write(f"p{i}.yaml", f"extends: p{i - 1}\n")
    assert load_preset(last.with_name("p8.yaml")).author == "me"
    assert "chain of more than 8" in mistakes(last)


def test_a_users_preset_may_extend_the_shipped_one_of_the_same_name(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("base.yaml", BASE, folder="library")
    monkeypatch.setenv("AVCORE_PRESETS", str(tmp_path / "library"))
    own = write("base.yaml", "extends: base\nfield: {gain: 9}\n", folder="own")
    preset = load_preset(own)
    assert (preset.field.gain, preset.author) == (9.0, "me")


def test_a_file_of_the_parent_is_found_in_the_parents_folder(write: Write, tmp_path: Path) -> None:
    write("base.yaml", BASE, folder="parts")
    write("net.safetensors", "", schema="", folder="parts")
    preset = load_preset(write("child.yaml", "extends: parts/base.yaml\n"))
    assert preset.file("net.safetensors") == (tmp_path / "parts/net.safetensors").resolve()
    with pytest.raises(PresetError, match=r"'other\.safetensors', which is not in"):
        preset.file("other.safetensors")
    with pytest.raises(PresetError, match="leads out"):
        preset.file("../net.safetensors")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("", "schema: is missing; write `schema: 1`"),
        ("schema: 2\n", "format 2 is newer than this avcore, which reads 1; update avcore"),
        ("schema: one\n", "expected a version such as 1, got one"),
        ("schema: true\n", "expected a version such as 1, got true"),
        ("schema: 0\n", "expected a version such as 1, got 0"),
    ],
)
def test_each_file_states_a_version_that_is_known(write: Write, schema: str, said: str) -> None:
    assert said in mistakes(write("base.yaml", BASE, schema=schema))


def test_older_files_are_migrated_step_by_step() -> None:
    node = read_yaml("schema: 1\nloudness: 3\n", source="old.yaml")
    steps = {
        1: lambda entries: {("level" if key == "loudness" else key): value for key, value in entries.items()},
        2: lambda entries: {**entries, "gain": entries["level"]},
    }
    new = migrate(node, migrations=steps, version=3)
    assert {key: value.value for key, value in new.value.items()} == {"schema": 3, "level": 3, "gain": 3}
    assert str(new.value["level"].place) == "old.yaml:2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("field: {type: cppn, inputs: [kik]}", "field.inputs: there is no signal 'kik'; did you mean 'kick'?"),
        (
            "field: {type: cppn, coords: {zoom: {base: 1, kcik: 1}}}",
            "zoom.kcik: there is no signal 'kcik'; did you mean 'kick'",
        ),
        ("signals: {base: {source: bass}}", "signals: a signal cannot be called 'base'"),
        ("signals: {'a b': {source: bass}}", "signals: a signal cannot be called 'a b'"),
        ("signals: {low: {source: 120-60 Hz}}", "signals.low.source: the band '120-60 Hz' is empty"),
        ("signals: {low: {source: {}}}", "signals.low.source: names no feature"),
        ("signals: {low: {source: {bass: 0}}}", "signals.low.source: all weights of the mix are 0"),
        ("signals: {low: {source: {bass: -1, rms: 1}, combine: product}}", "signals.low: combine: product"),
        ("field: {type: cppn, seed: -1}", "expected a whole number from 0 to 4294967295, got -1"),
        ("field: {type: cppn, period: 0 beats}", "field.period: expected a duration"),
        ("field: {type: cppn, drift_period: 0}", "field.drift_period: expected a duration"),
        ("field: {type: cppn, loop: {period: 0 frames}}", "field.loop.period: expected a duration"),
        ("field: {type: cppn, activations: []}", "field.activations: names no activation"),
        ("field: {type: cppn, coords: {zoom: 1e300}}", "field.coords.zoom: expected a number, at most 1000000 in size"),
        ("signals: {a: {source: {bass: 1e300}}}", "signals.a.source.bass: expected a number, at most 1000000"),
        ("signals: {a: {source: bass, range: [0, 1e300]}}", "signals.a.range[1]: expected a number, at most 1000000"),
        ("signals: {a: {source: bass, attack: 2000000 bars}}", "signals.a.attack: expected a duration"),
        ("field: {type: cpnn}", "field.type: unknown type cpnn; did you mean 'cppn'?"),
    ],
)
def test_mistakes_between_the_parts(write: Write, text: str, said: str) -> None:
    key = text.split(":")[0]
    base = "signals: {kick: {source: bass}}\n" if key == "field" else "field: {type: cppn}\n"
    found = mistakes(write("x.yaml", base + text))
    assert "x.yaml:3: " in found
    assert said in found


def test_overrides_replace_and_are_yaml(write: Write) -> None:
    preset = load_preset(
        write("base.yaml", BASE),
        overrides=[
            "field.gain=3",
            "signals.kick.release=1 beat",
            "field.coords.zoom={base: 2, kick: 0.2}",
            "colour.saturation=0.5",
            "tags=[a]",
        ],
    )
    assert preset.field.gain == 3.0
    assert preset.signals["kick"].release == Duration(1.0, "beats")
    assert preset.signals["kick"].source == "bass"
    assert preset.field.coords.zoom == Driven(2.0, {"kick": 0.2})
    assert preset.colour.saturation == Driven.fixed(0.5)
    assert preset.tags == ("a",)


def test_overrides_reach_into_lists(write: Write) -> None:
    text = "field: {type: cppn}\nlayers: [{field: {type: cells}}, {field: {type: warp, count: 2}}]\n"
    path = write("layered.yaml", text)
    preset = load_preset(path, overrides=["layers.1.field.count=3", "layers.0.opacity=0.5"])
    assert preset.layers[1].field.count == 3.0
    assert preset.layers[0].opacity == Driven.fixed(0.5)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("field.gian=3", "field.gian: unknown key; did you mean 'gain'?"),
        ("field.gain=loud", "field.gain: expected a number from 0 to 100, got loud"),
        ("field.gain.x=1", "field.gain is 4, not a mapping; set it as a whole"),
        ("tags.2=three", "tags is a list of 2, which has no '2'; its items are numbered from 0"),
        ("tags.first=three", "which has no 'first'"),
        ("field.gain", "write it as key=value"),
        ("=3", "write it as key=value"),
        ("field..gain=3", "write it as key=value"),
        ("field.gain=[1", "not YAML"),
        ("field.gain=!!python/name:os.system x", "the tag !!python/name:os.... is not allowed"),
        ("field.coords.zoom={base: 1, kik: 1}", "field.coords.zoom.kik: there is no signal 'kik'"),
    ],
)
def test_bad_overrides_name_the_argument(write: Write, setting: str, said: str) -> None:
    found = mistakes(write("base.yaml", BASE), setting)
    assert found.startswith(f"--set {setting}: ")
    assert said in found


def test_the_hash_is_of_what_decides_pixels(write: Write) -> None:
    preset = load_preset(write("base.yaml", BASE))
    same = load_preset(write("again.yaml", BASE.replace("Base", "Other").replace("200ms", "200 ms")))
    assert preset_hash(preset) == preset_hash(same)
    others = ["field.gain=4.1", "signals.kick.release=201ms", "colour.saturation=0.9", "render.supersample=2"]
    hashes = {preset_hash(load_preset(preset.path, overrides=[other])) for other in others}
    assert len(hashes | {preset_hash(preset)}) == 5


def test_place_and_origin_do_not_make_presets_differ(write: Write) -> None:
    path = write("base.yaml", BASE)
    loaded = load_location(Location(path, "user"))
    assert isinstance(loaded, Preset)
    assert loaded.origin == "user"
    assert loaded == dataclasses.replace(load_preset(path), path=None)
