"""A bundle under the real ``openjd``: the same bytes as plain processes make, whatever goes wrong on the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.headless.farming import (
    LAST,
    SHOT,
    children,
    command_line,
    export,
    frames,
    headless,
    made,
    openjd,
    pictures,
    python,
    run,
    step,
    told,
    wait_for,
)

FAULTS = Path(__file__).with_name("faults")


def faults(**what: object) -> dict[str, str]:
    """The variables that bring bad luck; see ``faults/sitecustomize.py``."""
    return {"PYTHONPATH": str(FAULTS), "FAULTS": json.dumps(what)}


def rendered(bundle: Path) -> set[str]:
    """The frames that can be seen."""
    return {name for name in made(bundle) if "/frames/" in name and name.endswith(".png")}


def parts(bundle: Path) -> list[Path]:
    """What is half-written, or was left so."""
    return [path for path in bundle.rglob("*.avcore-part*") if path.is_file()]


@pytest.mark.parametrize("profile", ["chunk", "base", "full"])
def test_every_profile_is_valid_openjd(home: Path, exported: Path, tmp_path: Path, profile: str) -> None:
    folder = export(home / "trial.yaml", tmp_path / "b", "--profile", profile, "--scenes-on-farm", "--bake-gpu")
    answer = told(headless("farm", "check", folder, "--json"))
    assert "openjd takes it" in answer["did"]
    template = yaml.safe_load((folder / "template.yaml").read_text())
    assert [each["name"] for each in template["steps"]] == ["Setup", "Bake", "Render", "Encode", "Verify"]
    bake = template["steps"][1]
    assert {"name": "amount.worker.gpu", "min": 1} in bake["hostRequirements"]["amounts"]
    assert "gpu" not in str([each["hostRequirements"] for each in template["steps"][2:]])


def test_what_is_not_valid_is_refused(bundle: Path) -> None:
    values = yaml.safe_load((bundle / "openjd_params.yaml").read_text())
    (bundle / "openjd_params.yaml").write_text(yaml.safe_dump({**values, "FramesPerTask": 0}))
    answer = told(headless("farm", "check", bundle, "--json", code=2))
    assert "FramesPerTask" in answer["error"]


@pytest.mark.parametrize(("profile", "workers"), [("chunk", 2), ("base", 1), ("full", 2)])
def test_sessions_make_the_bytes_that_plain_processes_make(
    home: Path, bundle: Path, reference: dict[str, str], profile: str, workers: int
) -> None:
    """Also with the scene of another bundle of the same job, since only its folder differs."""
    if profile != "chunk":
        export(home / "trial.yaml", bundle, "--profile", profile)
    done = headless("farm", "run", bundle, "--workers", workers)
    assert made(bundle) == reference
    assert done.stdout.count("Running Task") == 2 + 2 + 1 + 1
    assert not parts(bundle)


def test_a_bundle_can_be_moved_and_run_without_us(bundle: Path, reference: dict[str, str]) -> None:
    """All that is needed lies in the folder, and openjd is enough."""
    run(openjd(), "run", bundle / "template.yaml", "-p", f"Python={python()}")
    assert made(bundle) == reference


def test_a_task_killed_before_its_frame_appears(bundle: Path, reference: dict[str, str], tmp_path: Path) -> None:
    unlucky = faults(kill_at=f"{SHOT}_0003.png", once=str(tmp_path / "killed"))
    headless("farm", "run", bundle, code=137, variables=unlucky)
    assert rendered(bundle) == frames([1, 2])
    assert len(parts(bundle)) == 1
    missing = told(step(bundle, "verify", "--frames=1-6", "--json", code=3))
    assert missing["missing"] == "3-6"
    kept = {name: (bundle / name).stat() for name in rendered(bundle)}

    headless("farm", "run", bundle, variables=unlucky)
    assert made(bundle) == reference
    assert not parts(bundle)
    for name, before in kept.items():
        after = (bundle / name).stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_engine_killed_takes_its_task_along(bundle: Path, reference: dict[str, str]) -> None:
    """Its task would else go on without it, and write what the next try writes."""
    command = [openjd(), "run", str(bundle / "template.yaml"), "-p", f"Python={python()}"]
    engine = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, **faults(slow_s=1.0)}, cwd="/", start_new_session=True
    )
    wait_for(lambda: rendered(bundle))
    tasks = [pid for pid in children(engine.pid) if "render" in command_line(pid)]
    assert tasks
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    wait_for(lambda: not any("render" in command_line(pid) for pid in tasks), timeout_s=10)
    left = rendered(bundle)
    assert left < frames(range(1, LAST + 1))

    headless("farm", "run", bundle)
    assert made(bundle) == reference


def test_a_task_that_takes_too_long_keeps_its_frames(bundle: Path, reference: dict[str, str]) -> None:
    template = yaml.safe_load((bundle / "template.yaml").read_text())
    for each in template["steps"]:
        if each["name"] == "Render":
            each["script"]["actions"]["onRun"]["timeout"] = 5
    (bundle / "template.yaml").write_text(yaml.safe_dump(template))
    slow = faults(slow_s=1.5)
    done = headless("farm", "run", bundle, "--set", f"FramesPerTask={LAST}", code=143, variables=slow)
    assert "TIMEOUT" in done.stdout
    assert set() < rendered(bundle) < frames(range(1, LAST + 1))
    assert not parts(bundle)

    headless("farm", "run", bundle)
    assert made(bundle) == reference


def test_a_run_that_is_stopped_stops_its_sessions(bundle: Path, reference: dict[str, str]) -> None:
    command = [python(), "-m", "headless", "farm", "run", str(bundle), "--workers", "2"]
    driver = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, **faults(slow_s=1.0)}, cwd="/", start_new_session=True
    )
    wait_for(lambda: rendered(bundle))
    below = children(driver.pid)
    driver.terminate()
    assert driver.wait(60) == 143
    assert not any("headless" in command_line(pid) for pid in below)
    assert not parts(bundle)
    headless("farm", "run", bundle)
    assert made(bundle) == reference


def test_a_missing_texture_is_said_and_nothing_is_rendered(bundle: Path) -> None:
    step(bundle, "bake", "--frames=1-3")
    done = headless("farm", "run", bundle, "--step", "Render", "--set", f"FramesPerTask={LAST}", code=3)
    assert re.search(r"openjd_fail: .*texture_0004\.png", done.stdout)
    assert "texture_0004.png" in done.stderr
    assert rendered(bundle) == set()


def test_paths_of_another_machine_are_mapped(home: Path, reference: dict[str, str], tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    for name in ("demo.wav", "trial.yaml"):
        shutil.copy2(home / name, there)
    export(there / "trial.yaml", there / "bundle", "--leave-songs")
    there.rename(here)
    bundle = here / "bundle"
    assert str(there / "demo.wav") in (bundle / "job.yaml").read_text()
    rule = {"source_path_format": "POSIX", "source_path": str(there), "destination_path": str(here)}
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"version": "pathmapping-1.0", "path_mapping_rules": [rule]}))
    headless("farm", "run", bundle, code=3)
    headless("farm", "run", bundle, "--map", rules)
    assert pictures(bundle) == {name: told for name, told in reference.items() if name in pictures(bundle)}
    assert len(pictures(bundle)) == 2 * LAST + 1


def test_the_parameters_can_be_changed(bundle: Path, reference: dict[str, str]) -> None:
    headless("farm", "run", bundle, "--set", "Frames=2-5:3", "--step", "Bake")
    assert sorted(made(bundle)) == [
        f"out/{SHOT}/texture/{name}" for name in ("manifest.json", "texture_0002.png", "texture_0005.png")
    ]
    assert {made(bundle)[name] for name in made(bundle) if name.endswith(".png")} <= set(reference.values())
