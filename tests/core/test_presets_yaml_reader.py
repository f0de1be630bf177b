"""The YAML reader: what it understands, what it refuses, and where it says the mistake is."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from avcore.errors import PresetError
from avcore.presets.node import Node
from avcore.presets.yaml_reader import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_yaml, read_yaml_file

BOMB = "a: &a [x, x, x]\n" + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi"))  # noqa: B905


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
        ("a: 1\nb: !!python/object/apply:os.system ['true']", 2, "the tag !!python/object/apply:os.system"),
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
        ('a: "\\ud800"', 1, "surrogate"),
        ("palette: [#ff0000, #00ff00]\nb: 1", 2, "put colours in quotes"),
    ],
)
def test_refused_with_the_line(text: str, line: int, said: str) -> None:
    with pytest.raises(PresetError) as caught:
        read(text)
    assert str(caught.value).startswith(f"x.yaml:{line}: ")
    assert said in str(caught.value)


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_reads_what_pyyaml_writes(data: object) -> None:
    # Aliases are refused, so equal objects must not be written as one.
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data: object) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
            super().increase_indent(flow, False)

    text = yaml.dump(data, Dumper=Dumper, default_style='"' if isinstance(data, str) else None)
    expected = yaml.safe_load(text)
    if _has_yaml_1_1_words(text):
        return
    assert read(text) == expected


def _has_yaml_1_1_words(text: str) -> bool:
    """Whether PyYAML left a scalar plain that 1.2 reads otherwise, or a number that 1.1 writes otherwise."""
    return any(isinstance(event, yaml.ScalarEvent) and not event.style and "e" in event.value for event in yaml.parse(text))
