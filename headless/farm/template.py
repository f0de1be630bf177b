"""A job's steps as an OpenJD job template (specification: github.com/OpenJobDescription/openjd-specifications).

Three profiles: ``chunk`` needs the extension TASK_CHUNKING, ``base`` needs none and has its chunks written out, and
``full`` has chunks and also takes the time limit as a parameter (FEATURE_BUNDLE_1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from avcore.errors import UsageError
from headless.farm.steps import MOST_TASKS, FarmSettings, Profile, Step
from headless.numbers import openjd_text

EXTENSIONS: dict[Profile, list[str]] = {
    "chunk": ["TASK_CHUNKING"],
    "base": [],
    "full": ["TASK_CHUNKING", "FEATURE_BUNDLE_1"],
}
NOTICE_S = 60
"""How long a task that is stopped may finish its frame."""
LONGEST_RANGE = 1024
"""Deadline Cloud's limit for the text of a range of frames."""

# What each step is asked for beyond its shot and frames.
_OPTIONS = {
    "setup": (),
    "bake": ("--existing={{Param.ExistingFrames}}", "--threads={{Param.Threads}}"),
    "render": ("--existing={{Param.ExistingFrames}}", "--threads={{Param.Threads}}", "--update=no"),
    "encode": ("--existing={{Param.ExistingFrames}}",),
    "verify": (),
}
_NEEDS = {"setup": "bpy", "render": "bpy", "encode": "ffmpeg", "verify": "ffmpeg"}


def template(name: str, steps: Sequence[Step], settings: FarmSettings, profile: Profile) -> dict[str, Any]:
    """The template as plain data, ready for YAML.

    Raises:
        UsageError: the steps do not fit what the profile can say.
    """
    return {
        "specificationVersion": "jobtemplate-2023-09",
        **({"extensions": EXTENSIONS[profile]} if EXTENSIONS[profile] else {}),
        "name": "{{Param.JobName}}",
        "description": "Bakes sound into textures, renders scenes with them, and makes films of the frames.",
        "parameterDefinitions": list(_parameters(name, steps, settings, profile)),
        "jobEnvironments": [_probe("Runner", None)],
        "steps": [_step(step, steps, settings, profile) for step in steps],
    }


def range_text(step: Step) -> str:
    """The numbers of a step as one OpenJD range.

    Raises:
        UsageError: they are too scattered for one.
    """
    text = openjd_text(step.numbers or ())
    if len(text) > LONGEST_RANGE:
        raise UsageError(f"the frames of {step.name} are too scattered for one job; export parts of them with --frames")
    return text


def film_frames(step: Step, steps: Sequence[Step]) -> str:
    """The frames that a step makes a film of, or looks for in one; empty where it does neither."""
    if step.command not in ("encode", "verify"):
        return ""
    return range_text(next(other for other in steps if other.command == "render"))


def _parameters(name: str, steps: Sequence[Step], settings: FarmSettings, profile: Profile) -> Iterator[dict[str, Any]]:
    yield _parameter("JobName", "STRING", name, "Job name", "LINE_EDIT", minLength=1, maxLength=128)
    folder = "The folder with job.yaml; pictures and films are written into it."
    path = {"description": folder, "objectType": "DIRECTORY", "dataFlow": "INOUT"}
    yield _parameter("JobFolder", "PATH", ".", "Job folder", "CHOOSE_DIRECTORY", **path)
    if profile != "base":
        yield from _chunk_parameters([step for step in steps if step.numbers is not None], settings)
    choices = {"allowedValues": ["skip", "overwrite"]}
    yield _parameter("ExistingFrames", "STRING", settings.existing, "Existing frames", "DROPDOWN_LIST", **choices)
    threads = {"description": "0: all of the host.", "minValue": 0}
    yield _parameter("Threads", "INT", settings.threads, "Threads", "SPIN_BOX", **threads)
    if profile == "full":
        limits = {"minValue": 1, "maxValue": 2_592_000}
        yield _parameter("TimeLimit", "INT", settings.timeout_s, "Seconds for one task", "SPIN_BOX", **limits)
    python = {"description": "What hosts call the Python that has avcore and bpy."}
    yield _parameter("Python", "STRING", settings.python, "Python", "LINE_EDIT", **python)


def _chunk_parameters(steps: Sequence[Step], settings: FarmSettings) -> Iterator[dict[str, Any]]:
    """Ranges and sizes of chunks, each once."""
    ranges = {step.range_name: range_text(step) for step in steps}
    for name, text in sorted(ranges.items(), reverse=True):
        label = "Frames" if name == "Frames" else "Frames of the bakes"
        syntax = {"description": "1-240, or 1-240:2,300", "minLength": 1, "maxLength": LONGEST_RANGE}
        yield _parameter(name, "STRING", text, label, "LINE_EDIT", **syntax)
    for step in steps:
        label = "Baked frames per task" if step.is_bake else "Frames per task"
        limits = {"minValue": 1, "maxValue": 10_000}
        yield _parameter(_size_parameter(step), "INT", step.size(settings), label, "SPIN_BOX", **limits)
    aim = {"description": "0: as many as above; more: the farm may size tasks to about so long.", "minValue": 0}
    yield _parameter("TargetSeconds", "INT", settings.target_seconds, "Target seconds per task", "SPIN_BOX", **aim)


def _parameter(name: str, kind: str, default: Any, label: str, control: str, **more: Any) -> dict[str, Any]:
    face = {"control": control, "label": label, "groupLabel": "Job"}
    return {"name": name, "type": kind, **more, "default": default, "userInterface": face}


def _size_parameter(step: Step) -> str:
    return "BakeFramesPerTask" if step.is_bake else "FramesPerTask"


def _step(step: Step, steps: Sequence[Step], settings: FarmSettings, profile: Profile) -> dict[str, Any]:
    needs = [_probe(step.name, _NEEDS[step.command])] if step.command in _NEEDS else []
    return {
        "name": step.name,
        **({"dependencies": [{"dependsOn": name} for name in step.after]} if step.after else {}),
        **({"stepEnvironments": needs} if needs else {}),
        "hostRequirements": _host(step, settings),
        "parameterSpace": _space(step, settings, profile),
        "script": {"actions": {"onRun": _run(step, steps, settings, profile)}},
    }


def _run(step: Step, steps: Sequence[Step], settings: FarmSettings, profile: Profile) -> dict[str, Any]:
    arguments = [
        "-m",
        "headless",
        step.command,
        "--job={{Param.JobFolder}}/job.yaml",
        "--shot={{Task.Param.Shot}}",
        *_frames(step, steps, profile),
        *_OPTIONS[step.command],
        "--map={{Session.PathMappingRulesFile}}",
    ]
    return {
        "command": "{{Param.Python}}",
        "args": arguments,
        "timeout": "{{Param.TimeLimit}}" if profile == "full" else settings.timeout_s,
        "cancelation": {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": NOTICE_S},
    }


def _frames(step: Step, steps: Sequence[Step], profile: Profile) -> list[str]:
    """The options that say which frames; a film is made of all that were rendered."""
    if step.numbers is not None:
        return ["--frames={{Task.Param.Frame}}", "--frame-syntax=openjd"]
    text = film_frames(step, steps)
    if not text:
        return []
    return [f"--frames={text if profile == 'base' else '{{Param.Frames}}'}", "--frame-syntax=openjd"]


def _space(step: Step, settings: FarmSettings, profile: Profile) -> dict[str, Any]:
    shot = {"name": "Shot", "type": "STRING", "range": list(step.shots)}
    if step.numbers is None:
        return {"taskParameterDefinitions": [shot]}
    size = step.size(settings)
    if profile == "base":
        size = max(size, -(-len(step.numbers) // MOST_TASKS))
        frame: dict[str, Any] = {
            "name": "Frame",
            "type": "STRING",
            "range": [openjd_text(chunk) for chunk in step.chunks(size)],
        }
    else:
        frame = {
            "name": "Frame",
            "type": "CHUNK[INT]",
            "range": f"{{{{Param.{step.range_name}}}}}",
            "chunks": {
                "defaultTaskCount": f"{{{{Param.{_size_parameter(step)}}}}}",
                "targetRuntimeSeconds": "{{Param.TargetSeconds}}",
                "rangeConstraint": "NONCONTIGUOUS",
            },
        }
    return {"taskParameterDefinitions": [shot, frame], "combination": "Shot * Frame"}


def _host(step: Step, settings: FarmSettings) -> dict[str, Any]:
    amounts = [
        {"name": "amount.worker.vcpu", "min": settings.vcpus},
        {"name": "amount.worker.memory", "min": settings.memory_mib},
    ]
    if step.is_bake and settings.bake_gpu:
        amounts.append({"name": "amount.worker.gpu", "min": 1})
    return {"amounts": amounts}


def _probe(name: str, need: str | None) -> dict[str, Any]:
    """An environment that ends a session on a host that lacks what its tasks need, before the first of them."""
    return {
        "name": f"{name}Host",
        "description": f"Looks whether this host has {need or 'avcore'}.",
        **({} if need else {"variables": {"HEADLESS_FARM": "openjd", "PYTHONUNBUFFERED": "1"}}),
        "script": {
            "actions": {
                "onEnter": {
                    "command": "{{Param.Python}}",
                    "args": ["-m", "headless", "probe", *(["--require", need] if need else [])],
                    "timeout": 300,
                }
            }
        },
    }
