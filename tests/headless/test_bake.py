"""Bakes in several processes, killed, stopped and gone on with: the same bytes as of one."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from headless.commands.bake import bake_all
from headless.job import Bake, TextureSettings
from headless.job_file import load_job
from headless.job_writer import write_job
from headless.progress import Progress
from tests.headless.processes import KILLED, ROOT, SLOW, contents, lines, run, stamps, start

N = 8
SIZE = ("-r", "64x36", "--fps", "24", "--duration", f"{N} frames", "--quality", "draft", "--progress", "json")


@pytest.fixture(scope="module")
def baked(demo_track: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole bake of one process."""
    folder = tmp_path_factory.mktemp("one") / "tex"
    run("bake", demo_track, "-o", folder, *SIZE)
    return folder


def test_one_process_or_several_give_the_same_bytes(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tex"
    parts = [start("bake", demo_track, "-o", folder, *SIZE, "-f", part) for part in ("1-5", "4-8", "1-8x3")]
    for process in parts:
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, out + said
    assert contents(folder) == contents(baked)


def test_two_that_analyse_the_same_song_at_once_do_no_harm(
    demo_track: Path, baked: Path, tmp_path: Path, own_cache: Path
) -> None:
    shutil.copytree(own_cache / "kernels", tmp_path / "cache" / "kernels")
    variables = {"AVCORE_CACHE": str(tmp_path / "cache")}
    both = [
        start("bake", demo_track, "-o", tmp_path / "tex", *SIZE, "-f", part, variables=variables)
        for part in ("1-4", "5-8")
    ]
    for process in both:
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, out + said
    assert contents(tmp_path / "tex") == contents(baked)
    tracks = list((tmp_path / "cache" / "tracks").iterdir())
    assert [path.suffix for path in tracks] == [".avtrack"]  # one, whole, and no part beside it


def test_killed_between_write_and_rename(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tex"
    run("bake", demo_track, "-o", folder, *SIZE, luck=KILLED, code=-signal.SIGKILL)
    there = set(contents(folder))
    assert "tex_0004.png" not in there
    assert any(name.startswith(".tex_0004.png.") for name in there)  # the part that was left
    out, _ = run("verify", folder, "-f", f"1-{N}", "--json", code=3)
    missing = json.loads(out)["missing"]
    whole = {name: stamp for name, stamp in stamps(folder).items() if name.startswith("tex_")}
    run("bake", demo_track, "-o", folder, *SIZE, "-f", missing, "--frame-syntax", "openjd")
    assert contents(folder) == contents(baked)
    assert {name: stamp for name, stamp in stamps(folder).items() if name in whole} == whole
    run("verify", folder, "-f", f"1-{N}")


def test_told_to_stop_it_keeps_whole_frames(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tex"
    process = start("bake", demo_track, "-o", folder, *SIZE, "-t", 1, luck=SLOW)
    next(line for line in lines(process) if '"saved"' in line)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    assert "whole" in said
    made = contents(folder)
    assert not any(name.startswith(".") for name in made)
    assert 0 < len(made) - 1 < N
    assert all(contents(baked)[name] == made[name] for name in made if name.endswith(".png"))
    run("bake", demo_track, "-o", folder, *SIZE)
    assert contents(folder) == contents(baked)


@pytest.mark.parametrize("detached", [False, True])
def test_a_bake_whose_parent_has_gone(demo_track: Path, baked: Path, tmp_path: Path, detached: bool) -> None:
    """It stops, so that it does not race the next try; or goes on, where that is asked for."""
    folder = tmp_path / "tex"
    child = ["bake", str(demo_track), "-o", str(folder), *SIZE, "-t", "1", *(["--detached"] if detached else [])]
    code = (
        f"import subprocess, sys, time\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.headless.processes import SLOW, command\n"
        f"slow = command(*{child!r}, luck=SLOW.replace('0.2', '0.8'))\n"
        "print(subprocess.Popen(slow, stdout=sys.stderr).pid, flush=True)\ntime.sleep(99)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    deadline = time.monotonic() + 60
    while not (folder.is_dir() and any(folder.glob("*.png"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    while _runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    if detached:
        assert contents(folder) == contents(baked)
    else:
        assert 0 < len(list(folder.glob("*.png"))) < N
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def _runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asks about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_is_there_is_skipped_replaced_or_refused(demo_track: Path, baked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tex"
    out, _ = run("bake", demo_track, "-o", folder, *SIZE, "-f", "2-3")
    assert sorted(event["frame"] for event in events(out, "saved")) == [2, 3]  # two are written at once
    _, said = run("bake", demo_track, "-o", folder, *SIZE, "--existing", "error", code=2)
    assert "tex_0002.png is there already" in said
    before = stamps(folder)
    out, _ = run("bake", demo_track, "-o", folder, *SIZE, "--existing", "skip")
    assert [event["frame"] for event in events(out, "skipped")] == [2, 3]
    assert sorted(event["frame"] for event in events(out, "saved")) == [1, 4, 5, 6, 7, 8]
    assert before["tex_0002.png"] == stamps(folder)["tex_0002.png"]
    run("bake", demo_track, "-o", folder, *SIZE, "--existing", "overwrite", "-f", "2")
    assert before["tex_0002.png"] != stamps(folder)["tex_0002.png"]
    assert before["tex_0003.png"] == stamps(folder)["tex_0003.png"]
    assert contents(folder) == contents(baked)


def events(out: str, kind: str) -> list[dict[str, object]]:
    found = [json.loads(line.removeprefix("headless_event: ")) for line in out.splitlines() if "headless_event" in line]
    return [event for event in found if event["event"] == kind]


def test_numbers_that_a_bake_does_not_have(demo_track: Path, tmp_path: Path) -> None:
    """Without a job they are a mistake; with one they belong to its other shots."""
    _, said = run("bake", demo_track, "-o", tmp_path / "tex", *SIZE, "-f", "8-9", code=2)
    assert "frame 9 is outside this bake" in said
    short, long = (
        f"{{name: {name}, song: {demo_track}, preset: ember, duration: {count} frames}}"
        for name, count in (("short", 2), ("long", 4))
    )
    file = tmp_path / "job.yaml"
    file.write_text(f"{{shots: [{short}, {long}], texture: {{size: 64x36, quality: draft}}, fps: 24}}")
    run("bake", "--job", file, "--shot", "short", "-f", "2-4")
    assert sorted(contents(tmp_path / "out/short/texture")) == ["manifest.json", "texture_0002.png"]
    run("bake", "--job", file, "--shot", "short", "-f", "3-4")
    run("bake", "--job", file)
    assert len(contents(tmp_path / "out/long/texture")) == 5
    resolved = tmp_path / "resolved.yaml"
    write_job(load_job(file), resolved)
    for shot in load_job(file).shots:
        (shot.out / "texture").rename(shot.out / "before")
    for task in ("1", "2-3", "4"):
        for name in ("short", "long"):
            run("bake", "--job", resolved, "--shot", name, "-f", task)
    assert contents(tmp_path / "out/long/texture") == contents(tmp_path / "out/long/before")


def test_negative_frames(demo_track: Path, tmp_path: Path) -> None:
    run("bake", demo_track, "-o", tmp_path / "tex", *SIZE, "--start-frame", -3, "-f", "-2--1")
    assert sorted(contents(tmp_path / "tex")) == ["manifest.json", "tex_-001.png", "tex_-002.png"]


def test_a_bake_with_a_memory_is_one_task(demo_track: Path, tmp_path: Path) -> None:
    bake = Bake(
        *(demo_track, "ember", tmp_path / "tex", Fraction(24), Fraction(0), 3),
        texture=TextureSettings("64x36", quality="draft"),
        stateless=False,
    )
    quiet = Progress("json", write=lambda _: None)
    assert bake_all([bake], [2, 3], existing="skip", progress=quiet).made == 0
    assert bake_all([bake], [1], existing="skip", progress=quiet).made == 3
    again = dataclasses.replace(bake, out=tmp_path / "other", stateless=True)
    assert bake_all([again], [2, 3], existing="skip", progress=quiet).made == 2


def test_maps_are_baked_beside(demo_track: Path, tmp_path: Path) -> None:
    out, _ = run("bake", demo_track, "-o", tmp_path / "tex", *SIZE, "--maps", "height,normal", "-f", "1-2", "--json")
    assert json.loads(out.splitlines()[-1])["made"] == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tex", "tex_height", "tex_normal"]


@pytest.mark.parametrize(
    ("luck", "code"),
    [
        ("import avcore.render.job as job\ndef render(*a, **k): raise MemoryError\njob.render = render", 33),
        ("import errno, avcore.render.job as job\ndef render(*a, **k): raise OSError(errno.ESTALE, 'stale', '/x')\n"
         "job.render = render", 75),
    ],
)  # fmt: skip
def test_exit_codes_that_farms_know(demo_track: Path, tmp_path: Path, luck: str, code: int) -> None:
    _, said = run("bake", demo_track, "-o", tmp_path / "tex", *SIZE, luck=luck, code=code)
    assert said.startswith("avcore-headless: ")
    assert "Traceback" not in said


def test_what_is_missing_or_wrong_has_its_code(demo_track: Path, tmp_path: Path) -> None:
    out, said = run("bake", tmp_path / "gone.wav", "-o", tmp_path / "tex", *SIZE, code=3)
    assert "gone.wav" in said
    assert events(out, "failed")
    run("bake", demo_track, "-o", tmp_path / "tex", *SIZE, "-p", "nowhere", code=2)
    run("bake", demo_track, *SIZE, code=2)
    run("bake", "--nonsense", code=2)
    out, _ = run("bake", tmp_path / "gone.wav", "-o", tmp_path / "tex", "--progress", "openjd", code=3)
    assert out.startswith("openjd_fail: ")


def test_the_host_can_be_asked() -> None:
    facts = json.loads(run("probe", "--require", "ffmpeg", "numpy", "--json")[0].splitlines()[-1])
    assert facts["there"] == {"ffmpeg": True, "numpy": True}
    out, _ = run("probe", "--require", "no_such_module", "numpy", code=3)
    assert "no_such_module MISSING" in out
    run("probe", "--require", "rm -rf", code=2)
