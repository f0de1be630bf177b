"""``avcore presets``: what it prints, as text and as JSON, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from avcore.cli import main
from avcore.export import preset_graph
from avcore.presets import load_preset


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yaml"
    path.write_text("schema: 1\ndescription: fine\nfield: {type: cppn, gain: 4}\n")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text("schema: 1\nfield: {type: cppn, gian: 4}\n")
    return path


def test_list_shows_names_and_broken_presets(
    good: Path, bad: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVCORE_PRESETS", str(good.parent))
    assert main(["presets", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["good"].split()[:3] == ["good", "fine", "(folder,"]
    assert lines["organic"].startswith("organic (cells")
    assert "did you mean 'gain'?" in lines["bad"]
    for arguments in (["presets", "list", "--json"], ["presets", "--json", "list"]):
        assert main(arguments) == 0
        listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)["presets"]}
        assert listed["good"]["path"] == str(good)
        assert listed["bad"]["path"] == str(bad)


def test_list_and_show_say_whether_a_preset_can_be_live(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "list", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)["presets"]}
    assert main(["presets", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    for name, entry in listed.items():
        assert bool(entry["live_nodes"]) != bool(entry["not_live"])
        assert lines[name].endswith(f"(live: {entry['live_nodes']} nodes)") == bool(entry["live_nodes"])
    ember = preset_graph(load_preset("ember"))
    assert listed["ember"]["live_nodes"] == ember.node_count
    assert listed["carousel"]["live_nodes"] > 0, "it counts in bars, and no song is needed to count nodes"
    assert main(["presets", "show", "ember"]) == 0
    assert capsys.readouterr().out.startswith(f"# live material: {ember.node_count} nodes\n")
    assert main(["presets", "show", str(good), "--set", "field.width=64"]) == 0
    assert "of good is too big for nodes" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize("form", [[], ["--full"]])
def test_show_prints_a_preset_that_loads(
    good: Path, form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["presets", "show", str(good), "--set", "field.layers=5", *form]) == 0
    again = tmp_path / "good-again.yaml"
    again.write_text(capsys.readouterr().out)
    assert load_preset(again).field == load_preset(good, overrides=["field.layers=5"]).field


def test_show_of_an_unknown_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "show", "no-such-preset"]) == 2
    assert "there is no preset 'no-such-preset'" in capsys.readouterr().err


def test_validate_says_what_is_wrong_and_fails(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "validate", str(good)]) == 0
    assert capsys.readouterr().out == f"{good}: ok\n"
    assert main(["presets", "validate", str(good), str(bad)]) == 2
    assert capsys.readouterr().out == f"{good}: ok\n{bad}:2: field.gian: unknown key; did you mean 'gain'?\n"


def test_schema_is_a_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == "avcore preset"
