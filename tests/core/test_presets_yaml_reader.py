"""The YAML reader: what it understands, what it refuses, and where it says the mistake is."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from avcore.errors import PresetError
from avcore.presets import load_preset
from avcore.presets.node import Node
from avcore.presets.yaml_reader import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_yaml, read_yaml_file

BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture(scope="module", params=[True, False], ids=["libyaml", "python"], autouse=True)
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both of PyYAML's parsers: the fast one is not in every wheel."""
    if request.param and not yaml.__with_libyaml__:
        pytest.skip("PyYAML is built without libyaml here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", request.param)
        yield


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def read(text: str) -> Any:
    return plain(read_yaml(text, source="x.yaml"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("0x10", 16),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int 7", 7),
        (".inf", math.inf),
        ("2001-01-01", "2001-01-01"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = read(f"key: {text}")["key"]
    assert found == value
    assert type(found) is type(value)


def test_every_key_knows_its_line() -> None:
    node = read_yaml("\ufeff# a comment\na: 1\nb:\n  c: 2\n  d: [3,\n    4]\n".lstrip("\ufeff"), source="x.yaml")
    assert str(node.value["a"].place) == "x.yaml:2"
    assert str(node.value["b"].place) == "x.yaml:3"
    assert str(node.value["b"].value["c"].place) == "x.yaml:4"
    assert str(node.value["b"].value["d"].value[1].place) == "x.yaml:6"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' is already given (x.yaml:1)"),
        ("a: 1\nb: !!python/object/apply:os.system ['true']", 2, "the tag !!python/object/a... is"),
        ("a: !secret x", 1, "the tag !secret"),
        ("a: !!int x", 1, "the tag !!int"),
        ("a: &x 1\nb: *x", 1, "anchors and aliases"),
        ("a: *x", 1, "anchors and aliases"),
        (BOMB, 1, "anchors and aliases"),
        ("a: " + "[" * 10_000, 1, f"deeper than {MAX_DEPTH}"),
        ("a: [" + "1," * (MAX_NODES + 1) + "]", 1, f"more than {MAX_NODES}"),
        ("[a]: 1", 1, "a key must be a word"),
        ("a: 1\n---\nb: 2", 2, "a second document"),
        ("a: 1\n b: 2", 2, "not YAML"),
        ("a: [1, 2\nb: 3", 2, "not YAML"),
        ('a: "\\ud800"', 1, ""),
        ("palette: [#ff0000, #00ff00]\nb: 1", 2, "put colours in quotes"),
        ("a: [1, 2", 1, "not YAML"),
    ],
)
def test_refused_with_the_line(text: str, line: int, said: str) -> None:
    with pytest.raises(PresetError) as caught:
        read(text)
    assert str(caught.value).startswith(f"x.yaml:{line}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("written", [r"\e[31m", r"\r", r"\x7f", r"\u009b31m", r"\a"])
@pytest.mark.parametrize("place", ['description: "{}"', '"{}": 1', 'tags: ["{}"]'])
def test_what_would_speak_to_a_terminal_is_refused(written: str, place: str) -> None:
    with pytest.raises(
        PresetError, match=r"x\.yaml:2: the control character '\\x\w\w' is not|the control character '\\r'"
    ):
        read("a: 1\n" + place.format(written))


def test_text_may_have_lines_and_tabs() -> None:
    assert read(r'a: "x\n\ty"') == {"a": "x\n\ty"}


PASSWORDS = "root:x:0:0:super secret:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"


@pytest.mark.parametrize(
    "text",
    [
        PASSWORDS,
        f"- {PASSWORDS}",
        f"'{PASSWORDS}",
        "%TAG !supersecret! x\n--- !supersecret!y {}",
        "--- !super!secret {}",
        f"a: &{'long' * 9}secret 1",
        f"a: !{'long' * 9}supersecret 1",
        f"{'long' * 9}supersecret: 1\n{'long' * 9}supersecret: 1",
    ],
)
def test_a_link_to_another_file_tells_none_of_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "pw.yaml").write_text(text)
    with pytest.raises(PresetError) as caught:
        load_preset(tmp_path / "pw.yaml")
    assert "secret" not in str(caught.value)


def test_control_characters_are_not_yaml() -> None:
    with pytest.raises(PresetError, match=r"x\.yaml.*not YAML"):
        read("a: \x01")


def test_a_bomb_costs_nothing() -> None:
    start = time.process_time()
    with pytest.raises(PresetError):
        read(BOMB)
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds nothing"),
        (b"# only a comment\n", "holds nothing"),
        (b"- 1\n", "a preset is a mapping"),
        (b"a: \xff\n", "not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_files_that_are_no_presets(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    with pytest.raises(PresetError, match=said):
        read_yaml_file(path)


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: two\r\n")
    node = read_yaml_file(path)
    assert plain(node) == {"a": 1, "b": "two"}
    assert node.value["b"].place.line == 2


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="cannot be read"):
        read_yaml_file(tmp_path)


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp"), exclude_characters="\ufeff"), max_size=20
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


@settings(deadline=None)
@given(JSON)
def test_json_is_yaml(data: object) -> None:
    assert read(json.dumps(data, ensure_ascii=False)) == data
