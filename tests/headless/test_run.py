"""A song to a film, all stages in real Blenders: gone on with after a stop, and in step at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.headless.blenders import ROOT, Blender
from tests.headless.processes import contents, stamps

N = 72
TINY = ("--texture", "64x36", "-r", "64x36", "--samples", "1", "--quality", "draft", "--fps", "24", "--start", "4")


def tree(folder: Path) -> dict[str, dict[str, str]]:
    """What two runs must have alike: pictures and their manifest, frames, the film.

    The frames' manifest names the .blend, and Blender writes no two of these alike.
    """
    frames = {name: made for name, made in contents(folder / "frames").items() if name != "manifest.json"}
    films = {name: made for name, made in contents(folder).items() if name.endswith(".mp4")}
    return {"texture": contents(folder / "texture"), "frames": frames, "films": films}


def contents_of_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_film_from_a_song(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    folder = tmp_path / "deep" / "film"
    told = blender.told("run", demo_track, "-o", folder, *TINY, "--duration", "3")
    (film,) = told["checked"]["films"]
    assert (film["faults"], film["clock"]["frames"]) == ([], N)
    assert told["films"] == [str(folder / "film.mp4")]
    assert {"film.blend", "film.mp4", "frames", "job.yaml", "texture"} <= set(contents_of_files(folder))
    before = {**stamps(folder / "frames"), **stamps(folder / "texture"), "film": stamps(folder)["film.mp4"]}
    blender.run("run", demo_track, "-o", folder, *TINY, "--duration", "3")
    assert {**stamps(folder / "frames"), **stamps(folder / "texture"), "film": stamps(folder)["film.mp4"]} == before
    lost = folder / "frames" / "film_0007.png"
    lost.unlink()
    blender.run("run", demo_track, "-o", folder, *TINY, "--duration", "3")
    assert lost.exists()
    assert stamps(folder)["film.mp4"] != before["film"]
    other = blender.run("run", demo_track, "-o", folder, *TINY, "--duration", "3", "-p", "tide", code=2)
    assert "another song, preset or part" in other.stderr


def test_told_to_stop_it_stops_its_stages_too(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    folder = tmp_path / "film"
    command = ["run", str(demo_track), "-o", str(folder), *TINY, "--duration", "3"]
    process = subprocess.Popen(
        [blender.python, "-m", "headless", *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 120
    while not list((folder / "frames").glob("film_*.png")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    made = contents_of_files(folder / "frames")
    assert len(made) - 1 < N
    assert not any(name.startswith(".") for name in made)
    assert not (folder / "film.mp4").exists()
    blender.run(*command)
    whole = tmp_path / "whole" / "film"
    blender.run("run", demo_track, "-o", whole, *TINY, "--duration", "3")
    assert tree(folder) == tree(whole)


def test_songs_and_presets_from_a_list(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    lines = [f"{demo_track},{preset},{start},0.25" for preset in ("ember", "tide") for start in (4, 8)]
    (tmp_path / "list.csv").write_text("\n".join(["song,preset,start,duration", *lines]))
    small = ["texture.size=64x36", "texture.quality=draft", "render.resolution=64x36", "render.samples=1", "fps=24"]
    changes = [f"--change={change}" for change in small]
    told = blender.told("run", "--job", tmp_path / "list.csv", *changes)
    names = ["demo_ember", "demo_ember_2", "demo_tide", "demo_tide_2"]
    assert [Path(film).stem for film in told["films"]] == names
    assert [film["clock"]["frames"] for film in told["checked"]["films"]] == [6] * 4
    assert told["checked"]["missing"] == ""
