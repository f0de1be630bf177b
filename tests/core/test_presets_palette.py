"""Palettes in presets: every form loads, is written and validated; mistakes are named; images stay in their folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml
from make_track import make_track
from PIL import Image

from avcore.cli import main
from avcore.compute.device import cpu
from avcore.errors import PresetError
from avcore.fields.palette import Cosine, CosinePalette, Gradient, ImagePalette
from avcore.fields.palette_table import PALETTES
from avcore.presets import dump_yaml, json_schema, load_preset, preset_hash, read_images
from avcore.render.frames import Frames
from avcore.timebase import Timebase

FORMS: dict[str, Any] = {
    "lagoon": "lagoon",
    "['#fff', '#102030']": ("#fff", "#102030"),
    "{colours: ['#fff', '#102030'], at: [0.1, 0.5]}": Gradient(("#fff", "#102030"), at=(0.1, 0.5)),
    "{colours: poster, blend: 0}": Gradient("poster", blend=0.0),
    "{cosine: {}}": CosinePalette(Cosine()),
    "{cosine: {offset: [0.5, 0.4, 0.3], frequency: [2, 1, 0.5]}}": CosinePalette(
        Cosine(offset=(0.5, 0.4, 0.3), frequency=(2.0, 1.0, 0.5))
    ),
    "{image: art/cover.png}": ImagePalette("art/cover.png"),
    "{image: cover.png, colours: 3}": ImagePalette("cover.png", 3),
}
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_preset(palette: str, *, name: str = "a.yaml", extends: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        start = f"extends: {extends}" if extends else "field: {type: cppn}"
        path.write_text(f"schema: 1\n{start}\ncolour:\n  mode: palette\n  palette: {palette}\n", encoding="utf-8")
        return path

    return write_preset


def paint_image(path: Path, *colours: tuple[int, int, int]) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.array([colours], dtype=np.uint8).repeat(12, axis=0).repeat(12, axis=1)).save(path)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_loads_is_valid_and_survives_being_written(form: str, write: Write, tmp_path: Path) -> None:
    path = write(form)
    preset = load_preset(path)
    assert preset.colour.palette == FORMS[form]
    VALIDATOR.validate(yaml.safe_load(path.read_text()))
    for full in (False, True):
        again = tmp_path / "again.yaml"
        again.write_text(dump_yaml(preset, full=full))
        assert load_preset(again).colour == preset.colour
        VALIDATOR.validate(yaml.safe_load(again.read_text()))


@pytest.mark.parametrize("parent", FORMS)
@pytest.mark.parametrize("child", FORMS)
def test_a_childs_palette_replaces_the_parents_whole(parent: str, child: str, write: Write) -> None:
    write(parent, name="parent.yaml")
    assert load_preset(write(child, extends="parent.yaml")).colour.palette == FORMS[child]
    given = load_preset(write(parent), overrides=[f"colour.palette={child}"])
    assert given.colour.palette == FORMS[child]


@pytest.mark.parametrize(
    ("palette", "said"),
    [
        ("lagon", "palette: expected .* or a mapping, got lagon; did you mean 'lagoon'?"),
        ("[red]", "palette: 'red' is not a colour"),
        ("{colours: lagon}", "palette.colours: expected .*; did you mean 'lagoon'?"),
        ("{colours: []}", "palette.colours: a palette needs at least one colour"),
        ("{colours: lagoon, blnd: 0}", "palette.blnd: unknown key; did you mean 'blend'?"),
        ("{colours: lagoon, at: [0, 0.5]}", "palette: at has 2 places for 6 colours"),
        ("{colours: ['#fff'], at: [2]}", "palette.at[0]: expected a number from 0 to 1"),
        ("{cosin: {}}", "palette.cosin: unknown key; did you mean 'cosine'?"),
        ("{cosine: {phase: [0]}}", "palette.cosine.phase: expected a list of 3"),
        ("{image: a.png, colours: 10}", "palette.colours: expected a whole number from 2 to 9, got 10"),
        ("{imag: a.png, colours: 6}", "palette.imag: unknown key; did you mean 'image'?"),
    ],
)
def test_mistakes_are_named_with_their_line(palette: str, said: str, write: Write) -> None:
    path = write(palette)
    start, _, end = said.partition(".*")
    with pytest.raises(PresetError) as caught:
        load_preset(path)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{path}:5: colour.{start}")
    assert end in first


@pytest.mark.parametrize(
    "palette",
    ["lagon", "[3]", "{colours: lagon}", "{colours: lagoon, blnd: 0}", "{colours: lagoon, at: [2]}", "{cosin: {}}",
     "{cosine: {phase: [0]}}", "{image: a.png, colours: 10}", "{image: 3}"],
)  # fmt: skip
def test_editors_underline_mistakes(palette: str) -> None:
    preset = {"schema": 1, "field": {"type": "cppn"}, "colour": {"palette": "lagoon"}}
    VALIDATOR.validate(preset)
    preset["colour"] = {"palette": yaml.safe_load(palette)}
    assert not VALIDATOR.is_valid(preset)


def test_images_are_read_wherever_a_palette_is(tmp_path: Path) -> None:
    paint_image(tmp_path / "cover.png", (200, 10, 10))
    path = tmp_path / "a.yaml"
    layer = "{field: {type: cppn}, colour: {palette: {image: cover.png}}}"
    path.write_text(f"schema: 1\nfield: {{type: cppn}}\nlayers: [{layer}]\n")
    preset = load_preset(path)
    assert read_images(preset).layers[0].colour.palette == ("#c80a0a",)
    assert read_images(preset).field is preset.field


def test_a_frame_has_the_colours_of_the_image(write: Write, tmp_path: Path) -> None:
    """Red and black alone: nothing of the picture is green or blue."""
    paint_image(tmp_path / "cover.png", (255, 0, 0), (0, 0, 0))
    preset = load_preset(write("{image: cover.png, colours: 2}"))
    timebase = Timebase.for_duration(1, Fraction(25))
    with Frames(preset, make_track(rms=np.zeros(101)), timebase, size=(32, 18), device=cpu()) as frames:
        frame = frames.frame(1)
    assert frame[:, :, 0].max() > 100
    assert frame[:, :, 1:].max() < 12


def test_the_hash_knows_what_the_image_holds_and_not_its_name(write: Write, tmp_path: Path) -> None:
    paint_image(tmp_path / "a.png", (200, 10, 10), (0, 0, 0))
    paint_image(tmp_path / "b.png", (200, 10, 10), (0, 0, 0))
    hashes = [preset_hash(load_preset(write(f"{{image: {name}.png}}"))) for name in "ab"]
    assert hashes[0] == hashes[1]
    paint_image(tmp_path / "a.png", (10, 200, 10), (0, 0, 0))
    preset = load_preset(write("{image: a.png}"))
    assert preset_hash(preset) != hashes[0]
    assert preset_hash(preset) == preset_hash(read_images(preset))
    assert read_images(preset).colour.palette == ("#000000", "#0ac80a")


def test_an_image_is_found_beside_the_preset_that_names_it(write: Write, tmp_path: Path) -> None:
    paint_image(tmp_path / "parts/cover.png", (200, 10, 10))
    write("{image: cover.png}", name="parts/parent.yaml")
    child = tmp_path / "child.yaml"
    child.write_text("schema: 1\nextends: parts/parent.yaml\n")
    assert read_images(load_preset(child)).colour.palette == ("#c80a0a",)


def test_an_image_may_not_lie_outside_the_presets_folder(write: Write, tmp_path: Path) -> None:
    paint_image(tmp_path / "out.png", (200, 10, 10))
    for name in ("../out.png", str(tmp_path / "out.png")):
        with pytest.raises(PresetError, match="leads out of the preset's folder"):
            read_images(load_preset(write(f"{{image: '{name}'}}", name="inner/a.yaml")))
    (tmp_path / "inner/link.png").symlink_to(tmp_path / "out.png")
    with pytest.raises(PresetError, match="leads out of the preset's folder"):
        read_images(load_preset(write("{image: link.png}", name="inner/a.yaml")))
    with pytest.raises(PresetError, match=r"names the file 'no\.png', which is not in"):
        read_images(load_preset(write("{image: no.png}")))


def test_the_palettes_are_listed_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "palettes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(PALETTES)
    assert all(palette.colours[0] in line for line, palette in zip(lines, PALETTES.values(), strict=True))
    sheet = tmp_path / "sheet.png"
    assert main(["presets", "palettes", "--sheet", str(sheet), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["sheet"] == str(sheet)
    assert {entry["name"]: tuple(entry["colours"]) for entry in listed["palettes"]} == {
        name: palette.colours for name, palette in PALETTES.items()
    }
    with Image.open(sheet) as image:
        drawn = {colour for _, colour in image.convert("RGB").getcolors(maxcolors=1 << 24)}
    wanted = [tuple(int(p.colours[0][i : i + 2], 16) for i in (1, 3, 5)) for p in PALETTES.values()]
    assert drawn.issuperset(wanted)
    assert main(["presets", "palettes", "--sheet", str(sheet)]) == 2
    assert "add --overwrite" in capsys.readouterr().err
