"""A bundle under Dask: it replaces a worker that is killed, and tries a task again that fails."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.headless.farming import children, command_line, headless, made, python, run, wait_for
from tests.headless.test_farm_openjd import faults, rendered


@pytest.fixture(autouse=True)
def dask() -> None:
    """Where Dask is not installed, there is nothing to try."""
    if run(python(), "-c", "import distributed", code=None).returncode:
        pytest.skip("Dask distributed is not installed; `make test-headless` installs it")


def workers(driver: int) -> list[int]:
    """The processes of a cluster's workers."""
    spawned = [pid for pid in children(driver) if "--multiprocessing-fork" in command_line(pid)]
    return [pid for pid in spawned if any("openjd" in part for child in children(pid) for part in command_line(child))]


def test_a_worker_killed_and_a_task_that_fails_once(bundle: Path, reference: dict[str, str], tmp_path: Path) -> None:
    unlucky = faults(slow_s=0.5, kill_at="_0005.png", once=str(tmp_path / "killed"))
    command = [python(), "-m", "headless", "farm", "run", str(bundle), "--engine", "dask", "--workers", "2"]
    log = (tmp_path / "log").open("w")
    driver = subprocess.Popen(command, env={**os.environ, **unlucky}, cwd="/", stdout=log, stderr=subprocess.STDOUT)
    wait_for(lambda: rendered(bundle) and workers(driver.pid))
    victims = workers(driver.pid)
    os.kill(victims[0], signal.SIGKILL)
    assert driver.wait(300) == 0, (tmp_path / "log").read_text()
    assert (tmp_path / "killed").exists()
    assert made(bundle) == reference


def test_a_running_scheduler_and_a_failure_that_stays(bundle: Path, tmp_path: Path) -> None:
    """The task's own sentence and exit code come back from another machine."""
    (bundle / "songs" / "demo.wav").unlink()
    bin_folder = Path(python()).parent
    file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen(
        [
            bin_folder / "dask",
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            file,
        ],
        stderr=subprocess.DEVNULL,
    )
    worker = subprocess.Popen(
        [bin_folder / "dask", "worker", "--scheduler-file", file, "--nthreads", "1", "--no-dashboard"],
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        wait_for(file.exists)
        import json

        address = json.loads(file.read_text())["address"]
        more = ("--engine", "dask", "--scheduler", address, "--retries", "0")
        done = headless("farm", "run", bundle, *more, code=3)
        assert "demo.wav" in done.stderr
    finally:
        worker.terminate()
        scheduler.terminate()
        worker.wait(30)
        scheduler.wait(30)
