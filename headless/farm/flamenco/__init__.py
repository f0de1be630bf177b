"""A job for Flamenco 3 (flamenco.blender.org): its job type, what the Manager is sent, and sending it.

The job type ``avcore_bake_render.js`` is copied once into the Manager's folder ``scripts``. The Manager is only ever
spoken to where a person named its address.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from avcore.errors import BusyError, InputError, UsageError
from headless.farm.steps import FarmSettings, Step
from headless.numbers import format_numbers

JOB_TYPE_FILE = Path(__file__).with_name("avcore_bake_render.js")
JOB_TYPE = "avcore-bake-render"
TIMEOUT_S = 30.0

_PLATFORMS = {"win32": "windows", "darwin": "darwin"}


def flamenco_job(name: str, job_file: Path, steps: Sequence[Step], settings: FarmSettings) -> dict[str, Any]:
    """What the Manager is sent (``SubmittedJob`` in its OpenAPI description).

    Every setting is given, since the Manager fills in no defaults.
    """
    by_name = {step.name: step for step in steps}
    render = by_name["Render"]
    bake = by_name.get("Bake")
    own_numbers = bake.numbers if bake is not None and bake.range_name != render.range_name else None
    return {
        "name": name,
        "type": JOB_TYPE,
        "priority": settings.priority,
        "submitter_platform": _PLATFORMS.get(sys.platform, "linux"),
        "metadata": {"project": name},
        "settings": {
            "job_file": job_file.as_posix(),
            "shots": ",".join(render.shots),
            "frames": flamenco_frames(render.numbers or ()),
            "chunk_size": settings.frames_per_task,
            "setup_shots": _shots(by_name.get("Setup")),
            "bake_shots": _shots(bake),
            "bake_whole_shots": _shots(by_name.get("BakeWhole")),
            "bake_frames": flamenco_frames(own_numbers or ()),
            "bake_task_type": "headless-gpu" if settings.bake_gpu else "blender",
            "existing": settings.existing,
            "movie": "Encode" in by_name,
        },
    }


def flamenco_frames(numbers: Sequence[int]) -> str:
    """Numbers as Flamenco writes them: no steps; where some are below zero, one by one for the job type to cut."""
    if any(number < 0 for number in numbers):
        return ",".join(map(str, numbers))
    return format_numbers(numbers, steps=False)


def submit(manager: str, job: dict[str, Any]) -> str:
    """Send a job to the Manager at ``manager``; the address of its page.

    Raises:
        UsageError: ``manager`` is no address, or the Manager does not want the job.
        BusyError: the Manager does not answer.
    """
    base = manager.rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise UsageError(f"{manager!r} is no address of a Flamenco Manager; write http://host:8080")
    request = urllib.request.Request(
        f"{base}/api/v3/jobs", json.dumps(job).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            told = json.load(answer)
            return f"{base}/app/jobs/{told['id']}"
    except urllib.error.HTTPError as error:
        raise UsageError(f"the Flamenco Manager at {base} does not take the job: {_reason(error)}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BusyError(
            f"the Flamenco Manager at {base} does not answer as one ({error}); check its address"
        ) from error


def job_type_text() -> str:
    """The job type, to install in a Manager.

    Raises:
        InputError: it is missing from this installation.
    """
    try:
        return JOB_TYPE_FILE.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{JOB_TYPE_FILE} cannot be read ({error.strerror}); install avcore again") from error


def _shots(step: Step | None) -> str:
    return ",".join(step.shots) if step is not None else ""


def _reason(error: urllib.error.HTTPError) -> str:
    """The Manager's own sentence, and what to do where it does not know the job type."""
    try:
        sentence = str(json.load(error)["message"])
    except (OSError, ValueError, KeyError, TypeError):
        sentence = f"{error.code} {error.reason}"
    if JOB_TYPE in sentence or "job type" in sentence:
        return f"{sentence}; copy {JOB_TYPE_FILE.name} into its folder scripts and restart it"
    return sentence
