"""The Flamenco job type: compiled as a Manager would, its tasks run as workers would, and how a job is sent."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
import yaml

from headless.farm.flamenco import JOB_TYPE, JOB_TYPE_FILE, flamenco_frames
from tests.headless.farming import LAST, SHOT, export, headless, made, python, run

MANAGER = Path(__file__).with_name("flamenco_manager.js")
# What a worker reads in the lines of the command blender-render (internal/worker/command_blender.go).
STEP = re.compile(r"^(Time: [0-9:.]+|skipping existing frame)", re.MULTILINE)
PREVIEW = re.compile(r"^Saved: '(.*)'", re.MULTILINE)
# flamenco-openapi.yaml: AvailableJobSetting
SETTING_KEYS = {
    *("key", "type", "subtype", "choices", "propargs", "description", "label", "default"),
    *("eval", "evalInfo", "visible", "required", "editable"),
}
SETTING_VALUES = {
    "type": {"string", "int32", "float", "bool"},
    "subtype": {"file_path", "dir_path", "file_name", "hashed_file_path"},
    "visible": {"visible", "hidden", "submission", "web"},
}


def compiled(settings: dict[str, Any]) -> dict[str, Any]:
    """The job type, and the tasks that it makes of some settings."""
    if shutil.which("node") is None:
        pytest.skip("there is no node here, to run the job type in")
    done = run("node", MANAGER, JOB_TYPE_FILE, json.dumps(settings))
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def settings(**changes: Any) -> dict[str, Any]:
    """Settings as they are sent, with changes."""
    sent = {"job_file": "/j/job.yaml", "shots": "a", "frames": "1-6", "chunk_size": 2, "bake_shots": "a"}
    return {**sent, **changes}


def test_the_job_type_is_as_flamenco_wants_it() -> None:
    told = compiled(settings())["jobType"]
    assert JOB_TYPE_FILE.stem.replace("_", "-") == JOB_TYPE
    assert told["label"]
    for setting in told["settings"]:
        assert set(setting) <= SETTING_KEYS
        assert all(setting[key] in values for key, values in SETTING_VALUES.items() if key in setting)
        assert "choices" not in setting or setting["type"] == "string"
        assert "evalInfo" not in setting or set(setting["evalInfo"]) == {"showLinkButton", "description"}


def test_a_chunk_waits_for_the_pictures_that_it_shows() -> None:
    tasks = {task["name"]: task for task in compiled(settings(setup_shots="a"))["tasks"]}
    assert tasks["render-a-3-4"]["after"] == ["setup-a", "bake-a-3-4"]
    assert tasks["encode-a"]["after"] == ["render-a-1-2", "render-a-3-4", "render-a-5-6"]
    assert [name for name in tasks if name.startswith("bake")] == ["bake-a-1-2", "bake-a-3-4", "bake-a-5-6"]


def test_bakes_of_other_numbers_and_bakes_in_one_piece_come_first() -> None:
    tasks = {task["name"]: task for task in compiled(settings(bake_frames="101-103"))["tasks"]}
    assert tasks["render-a-3-4"]["after"] == ["bake-a-101-102", "bake-a-103"]
    tasks = {task["name"]: task for task in compiled(settings(bake_shots="", bake_whole_shots="a"))["tasks"]}
    assert tasks["render-a-3-4"]["after"] == ["bake-a"]
    assert not [argument for argument in arguments(tasks["bake-a"]) if argument.startswith("--frames")]


def test_steps_and_numbers_below_zero_are_written_out() -> None:
    assert flamenco_frames([1, 4, 7]) == "1,4,7"
    assert flamenco_frames([1, 2, 3, 9]) == "1-3,9"
    tasks = compiled(settings(frames=flamenco_frames([-2, -1, 0, 1]), chunk_size=3))["tasks"]
    rendered = [task for task in tasks if task["name"].startswith("render")]
    assert [argument for task in rendered for argument in arguments(task) if argument.startswith("--frames")] == [
        "--frames=-2,-1,0",
        "--frames=1",
    ]
    assert [task["commands"][0]["totalSteps"] for task in rendered] == [3, 1]


def arguments(task: dict[str, Any]) -> list[str]:
    """What a worker starts: {exe} {exeArgs} {argsBefore} {blendfile} {args}."""
    (command,) = task["commands"]
    assert command["name"] == "blender-render"
    told = command["parameters"]
    assert told["exe"] == "{headless}"
    return [python(), *told["exeArgs"].split(), *told["argsBefore"], told["blendfile"], *told["args"]]


def test_workers_make_the_bytes_that_plain_processes_make(bundle: Path, reference: dict[str, str]) -> None:
    job = yaml.safe_load((bundle / "flamenco.yaml").read_text())
    assert job["type"] == JOB_TYPE
    assert (bundle / JOB_TYPE_FILE.name).read_text() == JOB_TYPE_FILE.read_text()
    job["settings"]["job_file"] = str(bundle / "job.yaml")
    tasks = {task["name"]: task for task in compiled(job["settings"])["tasks"]}
    output = work(tasks, at_a_time=2)
    for name, task in tasks.items():
        steps = task["commands"][0]["totalSteps"]
        if steps:
            assert len(STEP.findall(output[name])) == steps, output[name]
            assert all(Path(file).is_file() for file in PREVIEW.findall(output[name]))
    previews = [file for name in tasks if name.startswith("render") for file in PREVIEW.findall(output[name])]
    assert len(previews) == LAST
    assert made(bundle) == reference


def work(tasks: dict[str, Any], *, at_a_time: int) -> dict[str, str]:
    """Run tasks, each after those that it waits for; what they print."""
    output: dict[str, str] = {}
    under_way: dict[Future[subprocess.CompletedProcess[str]], str] = {}
    waiting = dict(tasks)
    with ThreadPoolExecutor(at_a_time) as pool:
        while waiting or under_way:
            for name in [name for name in waiting if set(waiting[name]["after"]) <= set(output)]:
                under_way[pool.submit(run, *arguments(waiting.pop(name)))] = name
            assert under_way, f"nothing can go on: {list(waiting)}"
            for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                output[under_way.pop(done)] = done.result().stdout
    return output


class Manager(http.server.BaseHTTPRequestHandler):
    """A Manager's address for jobs: takes what has a known type."""

    sent: list[dict[str, Any]] = []  # noqa: RUF012 - one for the class is what is wanted

    def do_POST(self) -> None:
        job = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.sent.append(job)
        is_known = self.path == "/api/v3/jobs" and job["type"] == JOB_TYPE
        answer = {"id": "0123", **job} if is_known else {"code": 400, "message": "job type unknown"}
        self.send_response(200 if is_known else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def manager() -> Iterator[str]:
    """A Manager on this machine."""
    Manager.sent.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Manager)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_job_is_sent(bundle: Path, manager: str) -> None:
    answer = headless("farm", "submit", bundle, "--manager", f"{manager}/", "--json")
    assert json.loads(answer.stdout)["page"] == f"{manager}/app/jobs/0123"
    (job,) = Manager.sent
    assert job["settings"]["shots"] == SHOT
    assert set(job) == {"name", "type", "priority", "submitter_platform", "metadata", "settings"}


def test_a_manager_that_does_not_know_the_type_or_is_not_there(
    bundle: Path, manager: str, home: Path, tmp_path: Path
) -> None:
    job = yaml.safe_load((bundle / "flamenco.yaml").read_text())
    (bundle / "flamenco.yaml").write_text(yaml.safe_dump({**job, "type": "other"}))
    refused = headless("farm", "submit", bundle, "--manager", manager, code=2)
    assert JOB_TYPE_FILE.name in refused.stderr
    headless("farm", "submit", bundle, "--manager", "http://127.0.0.1:9", code=75)
    headless("farm", "submit", bundle, "--manager", "render:8080", code=2)
    plain = export(home / "trial.yaml", tmp_path / "plain", "--scenes-on-farm")
    headless("farm", "submit", plain, "--manager", manager, code=3)
