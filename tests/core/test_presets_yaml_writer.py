"""Writing YAML: it reads back to an equal preset, and reads well."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avcore.fields.colour import ColourSpec
from avcore.fields.cppn import CppnSpec
from avcore.presets import SCHEMA_VERSION, Preset, dump_yaml, list_presets, load_preset
from avcore.presets.loading import bind_preset
from avcore.presets.yaml_reader import read_yaml
from avcore.signals.spec import Driven, SignalSpec
from avcore.timebase import Duration

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=30)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,9}", fullmatch=True).filter(lambda name: name != "base")
DURATIONS = st.builds(Duration, st.floats(0.001, 1e6), st.sampled_from(Duration.UNITS))
SIGNALS = st.builds(
    SignalSpec,
    source=st.sampled_from(["bass", "60-120 Hz"]) | st.dictionaries(NAMES, st.floats(0.1, 9.0), min_size=1, max_size=3),
    normalise=st.booleans(),
    release=DURATIONS,
    range=st.tuples(st.floats(-9.0, 9.0), st.floats(-9.0, 9.0)),
)


@st.composite
def presets(draw: st.DrawFn) -> Preset:
    signals = draw(st.dictionaries(NAMES, SIGNALS, max_size=3))
    amounts = {name: draw(st.floats(-3.0, 3.0)) for name in signals}
    return Preset(
        schema=SCHEMA_VERSION,
        name=draw(TEXT),
        description=draw(TEXT),
        tags=tuple(draw(st.lists(TEXT, max_size=3))),
        signals=signals,
        field=CppnSpec(
            gain=draw(st.floats(0.0, 100.0)),
            inputs=tuple(signals),
            period=draw(DURATIONS.filter(lambda period: period.value >= 1.0)),
        ),
        colour=ColourSpec(saturation=Driven(draw(st.floats(0.0, 3.0)), amounts)),
    )


@settings(deadline=None)
@given(presets(), st.booleans())
def test_round_trip(preset: Preset, full: bool) -> None:
    text = dump_yaml(preset, full=full)
    assert bind_preset(read_yaml(text, source="dumped")) == preset


def test_shipped_presets_round_trip(tmp_path: Path) -> None:
    for entry in list_presets():
        preset = load_preset(entry.name)
        for full in (False, True):
            path = tmp_path / "again.yaml"
            path.write_text(dump_yaml(preset, full=full), encoding="utf-8")
            assert load_preset(path) == preset


def test_it_reads_as_a_person_would_have_written_it() -> None:
    preset = Preset(
        schema=1,
        name="no",
        description="two\nlines: of text",
        signals={"kick": SignalSpec(source={"bass": 0.7, "onset": 0.3}, release=Duration(200.0, "ms"))},
        field=CppnSpec(inputs=("kick",)),
        colour=ColourSpec(palette=("#102030", "#fff"), saturation=Driven(1.0, {"kick": 0.5})),
    )
    assert dump_yaml(preset) == (
        "schema: 1\n"
        "name: 'no'\n"
        'description: "two\\nlines: of text"\n'
        "signals:\n"
        "  kick:\n"
        "    source: {bass: 0.7, onset: 0.3}\n"
        "    release: 200ms\n"
        "field:\n"
        "  type: cppn\n"
        "  inputs: [kick]\n"
        "colour:\n"
        "  palette: ['#102030', '#fff']\n"
        "  saturation: {base: 1.0, kick: 0.5}\n"
    )


@pytest.mark.parametrize("word", ["layers", "supersample", "brightness", "sample"])
def test_the_full_form_explains_every_setting_once(word: str) -> None:
    two = {name: SignalSpec(source="bass") for name in ("a", "b")}
    lines = dump_yaml(Preset(schema=1, signals=two, field=CppnSpec()), full=True).splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip().startswith(f"{word}:"))
    assert lines[at - 1].strip().startswith("# ")
    assert len([line for line in lines if line == lines[at - 1]]) == 1
