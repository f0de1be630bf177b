"""How a job is cut into steps and tasks, and that engines are told so."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from avcore.errors import UsageError
from avcore.frame_ranges import parse_numbers
from headless.farm.bundle import asset_references, write_bundle
from headless.farm.slurm import LARGEST_ARRAY, write_slurm
from headless.farm.steps import MOST_TASKS, FarmSettings, Step, steps_of
from headless.farm.template import range_text
from headless.job import Bake, Job, Shot

FPS = Fraction(24)


def shot(
    folder: Path, name: str, *, first: int = 1, count: int = 10, stateless: bool = True, kind: str = "texture"
) -> Shot:
    """A shot of a song, whose scene is not there yet."""
    out = folder / "out" / name
    song = folder / "a.wav"
    bake = Bake(song, "ember", out / "texture", FPS, Fraction(0), count, first, stateless=stateless)
    bakes = () if kind == "live" else (bake,)
    scene = out / f"{name}.blend"
    made = Shot(name, song, "ember", scene, out, FPS, Fraction(0), first, first + count - 1, bakes=bakes)
    return dataclasses.replace(made, kind=kind)


def artists(folder: Path, name: str) -> Shot:
    """A shot of a scene of the user's, which shows a bake by other numbers."""
    made = shot(folder, name, first=101)
    return dataclasses.replace(made, preset="", bakes=(dataclasses.replace(made.bakes[0], start_frame=1, count=20),))


def job(folder: Path, *shots: Shot) -> Job:
    """A job of some shots."""
    return Job("tour", folder / "job.yaml", shots)


def named(steps: list[Step]) -> dict[str, Step]:
    """Steps by their name."""
    return {step.name: step for step in steps}


def test_each_shot_goes_through_the_steps_that_it_needs(tmp_path: Path) -> None:
    shots = shot(tmp_path, "free"), shot(tmp_path, "bound", stateless=False), shot(tmp_path, "live", kind="live")
    shots[0].scene.parent.mkdir(parents=True)
    shots[0].scene.touch()
    steps = named(steps_of(job(tmp_path, *shots)))
    assert {name: step.shots for name, step in steps.items()} == {
        "Setup": ("bound", "live"),
        "Bake": ("free",),
        "BakeWhole": ("bound",),
        "Render": ("free", "bound", "live"),
        "Encode": ("free", "bound", "live"),
        "Verify": ("free", "bound", "live"),
    }
    assert steps["Render"].after == ("Setup", "Bake", "BakeWhole")
    assert steps["BakeWhole"].numbers is None


def test_one_range_holds_all_shots(tmp_path: Path) -> None:
    steps = named(steps_of(job(tmp_path, shot(tmp_path, "a", count=3), shot(tmp_path, "b", first=-1, count=8))))
    assert steps["Render"].numbers == tuple(range(-1, 7))
    assert steps["Bake"].numbers == steps["Render"].numbers
    apart = named(steps_of(job(tmp_path, shot(tmp_path, "a", count=3), shot(tmp_path, "b", first=1001, count=2))))
    assert apart["Render"].numbers == (1, 2, 3, 1001, 1002)


def test_bakes_that_are_numbered_otherwise_have_a_range_of_their_own(tmp_path: Path) -> None:
    steps = named(steps_of(job(tmp_path, artists(tmp_path, "stage"))))
    assert (steps["Bake"].range_name, steps["Bake"].numbers) == ("BakeFrames", tuple(range(1, 21)))
    assert (steps["Render"].range_name, steps["Render"].numbers) == ("Frames", tuple(range(101, 111)))


def test_a_part_of_the_frames(tmp_path: Path) -> None:
    steps = named(steps_of(job(tmp_path, shot(tmp_path, "a")), frames=[3, 4, 99]))
    assert steps["Bake"].numbers == steps["Render"].numbers == (3, 4)
    assert "Encode" in steps
    assert "Encode" not in named(steps_of(job(tmp_path, shot(tmp_path, "a")), frames=[3, 7]))
    with pytest.raises(UsageError, match="none of the frames"):
        steps_of(job(tmp_path, shot(tmp_path, "a")), frames=[99])


def test_limits_of_openjd(tmp_path: Path) -> None:
    shots = [shot(tmp_path, f"s{number}") for number in range(MOST_TASKS + 1)]
    with pytest.raises(UsageError, match="1024 at most"):
        steps_of(job(tmp_path, *shots))
    with pytest.raises(UsageError, match="too scattered"):
        range_text(Step("Render", "render", ("a",), tuple(number**2 for number in range(400))))
    long = job(tmp_path, shot(tmp_path, "a", count=50_000))
    bundle = write_bundle(long, steps_of(long), tmp_path, settings=FarmSettings(), profile="base")
    render = next(step for step in bundle.template()["steps"] if step["name"] == "Render")
    (_, frame) = render["parameterSpace"]["taskParameterDefinitions"]
    assert len(frame["range"]) <= MOST_TASKS
    assert [n for text in frame["range"] for n in parse_numbers(text, syntax="openjd")] == list(range(1, 50_001))


def test_what_deadline_is_told_of_files(tmp_path: Path) -> None:
    """Nothing inside the bundle, as that folder is a parameter; songs and outputs elsewhere by name."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.wav").touch()
    references = asset_references(job(tmp_path, shot(elsewhere, "a")), tmp_path / "bundle")
    assert references["inputs"]["filenames"] == [str(elsewhere / "a.wav")]
    assert str(elsewhere / "out" / "a") in references["outputs"]["directories"]
    inside = asset_references(job(tmp_path, shot(elsewhere, "a")), tmp_path)
    assert (inside["inputs"]["filenames"], inside["outputs"]["directories"]) == ([], [])


def test_values_that_openjd_reads_are_flat(tmp_path: Path) -> None:
    """``openjd run -p file://`` takes no other; the folder is left out, so that the bundle can be moved."""
    made = job(tmp_path, shot(tmp_path, "a"))
    bundle = write_bundle(made, steps_of(made), tmp_path, settings=FarmSettings(frames_per_task=7))
    values = bundle.parameters()
    assert values["FramesPerTask"] == 7
    assert "JobFolder" not in values
    deadline = yaml.safe_load((tmp_path / "parameter_values.yaml").read_text())["parameterValues"]
    assert {each["name"] for each in deadline} > set(values)


def test_slurm_has_a_line_for_each_task_and_arrays_that_it_takes(tmp_path: Path) -> None:
    made = job(tmp_path, shot(tmp_path, "a", count=1500), shot(tmp_path, "b", count=1500))
    settings = FarmSettings(frames_per_task=2, bake_frames_per_task=2)
    submit = write_slurm(made.name, steps_of(made), tmp_path, settings).read_text()
    lines = (tmp_path / "slurm" / "Render.tasks").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 1500
    assert [n for line in lines if line[0] == "b" for n in parse_numbers(line[2:])] == list(range(1, 1501))
    assert f"--array=1-{LARGEST_ARRAY}" in submit
    assert "--array=1-500" in submit
    assert "aftercorr:$Bake_0," in submit or 'aftercorr:$Bake_0"' in submit
    assert "aftercorr:$Bake_1" in submit
    assert "afterok:$Render_0:$Render_1" in submit
