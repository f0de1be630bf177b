"""Binding: plain data to dataclasses and back, with every kind of annotation, range and mistake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avcore.errors import PresetError
from avcore.presets.binding import Binder
from avcore.presets.node import Place, from_plain
from avcore.presets.plain import to_data
from avcore.presets.problems import raise_problems
from avcore.presets.yaml_reader import read_yaml
from avcore.signals.spec import Driven
from avcore.spec import Variants, setting
from avcore.timebase import Duration


@dataclass(frozen=True)
class Circle:
    radius: float = setting(1.0, help="size", low=0.0, high=9.0)


@dataclass(frozen=True)
class Polygon:
    sides: int = setting(help="corners", low=3, high=12)
    star: bool = setting(False, help="pointed")

    def __post_init__(self) -> None:
        if self.star and self.sides < 5:
            raise ValueError("a star needs 5 sides")


Shape = Annotated[Any, Variants({"circle": f"{__name__}:Circle", "polygon": f"{__name__}:Polygon"})]


def refuse_spam(text: str) -> None:
    if text == "spam":
        raise ValueError("no spam")


@dataclass(frozen=True)
class Everything:
    count: int = setting(2, help="a count", low=1, high=8)
    level: float = setting(0.5, help="a level", low=0.0)
    on: bool = setting(False, help="a switch")
    title: str = setting("", help="a title", check=refuse_spam)
    wave: Literal["sin", "cos", "none"] = setting("sin", help="a wave")
    bits: Literal[8, 16] = setting(8, help="a depth")
    seed: int | None = setting(None, help="perhaps a number")
    mix: str | dict[str, float] = setting("bass", help="a name or weights", high=5.0)
    pair: tuple[float, float] = setting((0.0, 1.0), help="two numbers")
    words: tuple[str, ...] = setting((), help="words", refers="signals")
    parts: dict[str, Circle] = setting(factory=dict, help="named parts")
    fade: Duration = setting(Duration(0.5), help="a time", high=60.0)
    wait: Duration = setting(Duration(1.0), help="a time that is not 0", low=0.5)
    zoom: Driven = setting(Driven.fixed(1.0), help="a driven number", low=0.0, high=4.0)
    inner: Circle = setting(Circle(2.0), help="a part whose default is not its own")
    maybe: Circle | None = setting(None, help="perhaps a part")
    shape: Shape = setting(Polygon(5, star=True), help="one of several")
    cache: object = None


def bind(text: str) -> Any:
    binder = Binder()
    bound = binder.dataclass(Everything, read_yaml(text, source="x.yaml"))
    raise_problems(binder.problems)
    return bound


def mistakes(text: str) -> list[str]:
    with pytest.raises(PresetError) as caught:
        bind(text)
    return str(caught.value).splitlines()


UNITS = st.sampled_from(Duration.UNITS)
NUMBERS = st.floats(-1e6, 1e6)
NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name != "base")
CIRCLES = st.builds(Circle, st.floats(0.0, 9.0))
EVERYTHING = st.builds(
    Everything,
    count=st.integers(1, 8),
    level=st.floats(0.0, 1e6),
    on=st.booleans(),
    title=st.text(max_size=20).filter(lambda text: text != "spam"),
    wave=st.sampled_from(["sin", "cos", "none"]),
    bits=st.sampled_from([8, 16]),
    seed=st.none() | st.integers(),
    mix=st.text(max_size=9) | st.dictionaries(st.text(max_size=9), st.floats(-9.0, 5.0)),
    pair=st.tuples(NUMBERS, NUMBERS),
    words=st.lists(st.text(max_size=5)).map(tuple),
    parts=st.dictionaries(st.text(max_size=9), CIRCLES, max_size=3),
    fade=st.builds(Duration, st.floats(0.0, 60.0), UNITS),
    wait=st.builds(Duration, st.floats(500.0, 9000.0), UNITS),
    zoom=st.builds(Driven, st.floats(0.0, 4.0), st.dictionaries(NAMES, NUMBERS, max_size=3)),
    inner=CIRCLES,
    maybe=st.none() | CIRCLES,
    shape=CIRCLES | st.builds(Polygon, st.integers(5, 12), star=st.booleans()),
)


@settings(deadline=None)
@given(EVERYTHING, st.booleans())
def test_round_trip(value: Everything, full: bool) -> None:
    data = json.loads(json.dumps(to_data(value, full=full)))
    binder = Binder()
    again = binder.dataclass(Everything, from_plain(data, Place("memory")))
    assert binder.problems == []
    assert again == value
    assert to_data(again, full=full) == data


def test_only_what_differs_is_written_in_declaration_order() -> None:
    assert to_data(Everything()) == {}
    changed = Everything(level=1.0, count=3, inner=Circle(1.0), shape=Polygon(6, star=True))
    data = to_data(changed)
    assert list(data) == ["count", "level", "inner", "shape"]
    assert data["inner"] == {"radius": 1.0}
    assert data["shape"] == {"type": "polygon", "sides": 6}


def test_what_is_left_out_comes_from_the_default_around_it() -> None:
    assert bind("inner: {}").inner == Circle(2.0)
    assert bind("shape: {sides: 7}").shape == Polygon(7, star=True)
    assert bind("shape: {type: circle}").shape == Circle()
    assert bind("zoom: {kick: 0.5}").zoom == Driven(1.0, {"kick": 0.5})


@pytest.mark.parametrize("word", ["yes", "on", "true", "True", "ON"])
def test_switches(word: str) -> None:
    assert bind(f"on: {word}").on is True


def test_words_stay_words_where_text_is_expected() -> None:
    bound = bind("title: no\nwave: none\nwords: [on, 1e3, 1:30, null]")
    assert (bound.title, bound.wave, bound.words) == ("no", "none", ("on", "1e3", "1:30", "null"))


def test_numbers() -> None:
    bound = bind("level: 3\ncount: 0x4\nbits: 16\nseed: ~")
    assert (bound.level, bound.count, bound.bits, bound.seed) == (3.0, 4, 16, None)
    assert type(bound.level) is float
    assert bind("level: 1e3").level == 1000.0


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("20ms", Duration(20.0, "ms")),
        ("2 beats", Duration(2.0, "beats")),
        ("1 bar", Duration(1.0, "bars")),
        ("12 frames", Duration(12.0, "frames")),
        ("3", Duration(3.0)),
        ("1e-7", Duration(1e-7)),
        ("'0.5 s'", Duration(0.5)),
    ],
)
def test_durations(text: str, duration: Duration) -> None:
    assert bind(f"fade: {text}").fade == duration


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("cuont: 1", "cuont", "unknown key; did you mean 'count'?"),
        ("count: true", "count", "expected a whole number from 1 to 8, got true"),
        ("count: 2.0", "count", "expected a whole number from 1 to 8, got 2.0"),
        ("count: '2'", "count", "expected a whole number from 1 to 8, got '2'"),
        ("count: 9", "count", "expected a whole number from 1 to 8, got 9"),
        ("level: -0.1", "level", "expected a number of at least 0, got -0.1"),
        ("level: .nan", "level", "expected a finite number, got .nan"),
        ("level: 1e999", "level", "expected a finite number, got 1e999"),
        ("level: yes", "level", "expected a number of at least 0, got yes"),
        ("on: 1", "on", "expected true or false, got 1"),
        ("on: 'yes'", "on", "expected true or false, got 'yes'"),
        ("title: [a]", "title", "expected text, got a list"),
        ("title: spam", "title", "no spam"),
        ("wave: sine", "wave", "expected one of sin, cos, none, got sine; did you mean 'sin'?"),
        ("bits: 12", "bits", "expected one of 8, 16, got 12"),
        ("seed: x", "seed", "expected a whole number, got x"),
        ("mix: [a]", "mix", "expected text or a mapping, got a list"),
        ("mix: {bass: x}", "mix.bass", "expected a number of at most 5, got x"),
        ("mix: {bass: 6}", "mix.bass", "expected a number of at most 5, got 6"),
        ("pair: [1]", "pair", "expected a list of 2, each a number, got a list of 1"),
        ("words: a", "words", "expected a list, each item text, got a"),
        ("parts: {a: {radios: 1}}", "parts.a.radios", "unknown key; did you mean 'radius'?"),
        ("fade: 3 fish", "fade", "3 fish is not a duration"),
        ("fade: 1000001 beats", "fade", "at most 1000000 in size, got 1000001 beats"),
        ("wait: 0 bars", "wait", "of at least 0.5, got 0 bars"),
        ("wait: 499 ms", "wait", "of at least 0.5, got 499 ms"),
        ("level: 1e7", "level", "expected a number of at least 0, at most 1000000 in size, got 1e7"),
        ("pair: [0, -1e300]", "pair[1]", "expected a number, at most 1000000 in size, got -1e300"),
        ("zoom: {base: 1, kick: 1e300}", "zoom.kick", "at most 1000000 in size, got 1e300"),
        ("count: 4294967296", "count", "got 4294967296"),
        (f"{'k' * 50}: 1", "k" * 17 + "...", "unknown key"),
        ("fade: -3", "fade", "expected a duration of 0 or more"),
        ("fade: 61s", "fade", "got 61s"),
        ("fade: 70000ms", "fade", "got 70000ms"),
        ("zoom: 5", "zoom", "expected a number from 0 to 4, got 5"),
        ("zoom: {base: 5}", "zoom.base", "expected a number from 0 to 4, got 5"),
        ("zoom: {base: 1, kick: loud}", "zoom.kick", "expected a number, got loud"),
        ("zoom: fast", "zoom", "expected a number from 0 to 4 or a mapping {base: 1.0, SIGNAL: 0.5}, got fast"),
        ("inner: 3", "inner", "expected a mapping, got 3"),
        ("maybe: {radius: 10}", "maybe.radius", "expected a number from 0 to 9, got 10"),
        ("maybe: {radios: 1}", "maybe.radios", "unknown key; did you mean 'radius'?"),
        ("shape: {type: cirle}", "shape.type", "unknown type cirle; did you mean 'circle'?"),
        ("shape: {type: circle, sides: 4}", "shape.sides", "unknown key; known: radius"),
        ("shape: {sides: 4}", "shape", "a star needs 5 sides"),
        ("cache: 1", "cache", "unknown key"),
    ],
)
def test_mistakes_name_place_key_and_what_was_expected(text: str, key: str, said: str) -> None:
    (line,) = mistakes(f"# first line\n{text}")
    assert line.startswith(f"x.yaml:2: {key}: ")
    assert said in line


def test_a_colour_without_quotes_is_a_comment_and_says_so() -> None:
    (line,) = mistakes("words:\n  - a\n  - #ff0000")
    assert line == "x.yaml:3: words[1]: expected text, got nothing (a '#' begins a comment; put colours in quotes)"


def test_a_required_setting_is_missed_with_its_help() -> None:
    (line,) = mistakes("\nmaybe: {}\nshape: {type: polygon, star: true, sides: 5}\nparts:\n  a: 1")
    assert line.startswith("x.yaml:5: parts.a: expected a mapping")
    binder = Binder()
    binder.dataclass(Polygon, read_yaml("star: true", source="x.yaml"), key="shape")
    assert [str(problem) for problem in binder.problems] == ["x.yaml:1: shape.sides: is missing: corners"]


def test_all_mistakes_are_reported_at_once_but_not_endlessly() -> None:
    assert len(mistakes("count: 0\nlevel: x\non: 3")) == 3
    lines = mistakes("\n".join(f"key{i}: 1" for i in range(25)))
    assert len(lines) == 11
    assert lines[-1] == "... and 15 more"


def test_a_hostile_key_stays_on_its_line_and_off_the_terminal() -> None:
    (line,) = mistakes(r'"a\nb\u2028": 1')
    assert line.startswith(r"x.yaml:1: a\nb\u2028: unknown key")


def test_references_to_signals_are_collected_with_their_places() -> None:
    binder = Binder()
    binder.dataclass(Everything, read_yaml("words: [kick,\n  air]\nzoom: {base: 1, hat: 1}", source="x.yaml"))
    found = [(ref.signal, ref.key, ref.place.line) for ref in binder.references]
    assert found == [("kick", "words", 1), ("air", "words", 2), ("hat", "zoom.hat", 3)]
