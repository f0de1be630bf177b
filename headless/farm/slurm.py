"""A job for Slurm (slurm.schedmd.com): one array of tasks a step, and ``submit.sh``, which queues them in order.

The tasks of a step are lines of a file, each a shot and its frames; an element of the array does its line. An element
of ``Render`` waits only for the element of ``Bake`` with the same frames where the two are cut alike, otherwise for
all of it. Hosts need the runner and nothing else.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from avcore.files import write_whole
from headless.farm.steps import FarmSettings, Step
from headless.farm.template import film_frames
from headless.folder import make_folder
from headless.numbers import openjd_text

FOLDER = "slurm"
NOTICE_S = 60
LARGEST_ARRAY = 1000
"""Elements of one array; Slurm takes 1001 unless it is told otherwise (MaxArraySize)."""

_OPTIONS = {
    "bake": " --existing={existing} --threads={threads}",
    "render": " --existing={existing} --threads={threads} --update=no",
    "encode": " --existing={existing}",
}
_SCRIPT = """#!/bin/bash
#SBATCH --job-name={name}-{step}
#SBATCH --cpus-per-task={vcpus}
#SBATCH --mem={memory}M
#SBATCH --time={minutes}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@{notice}
#SBATCH --output={step}.%a.log
{gpu}#
# Each line of {step}.tasks is a shot, and its frames where it is cut; this array begins after line FIRST.
cd "$BUNDLE" || exit 3
read -r shot frames < <(sed -n "$((FIRST + SLURM_ARRAY_TASK_ID))p" {folder}/{step}.tasks)
# exec: the signal that announces the end then reaches the runner, which finishes its frame.
exec "${{AVCORE_PYTHON:-{python}}}" -m headless {command} --job=job.yaml --shot="$shot"{frames}{options}
"""
_SUBMIT = """#!/bin/bash
# Queues the job: bash submit.sh [options of sbatch, such as --partition=render]
# AVCORE_PYTHON names the hosts' Python where that is not {python}.
set -e
export BUNDLE
BUNDLE="$(cd "$(dirname "${{BASH_SOURCE[0]}}")/.." && pwd)"
cd "$BUNDLE/{folder}"
"""


def write_slurm(name: str, steps: Sequence[Step], bundle: Path, settings: FarmSettings) -> Path:
    """Write ``slurm/`` into a bundle; the path of its ``submit.sh``.

    Raises:
        OutputError: the folder cannot be written.
    """
    folder = bundle / FOLDER
    make_folder(folder)
    lines = [_SUBMIT.format(python=settings.python, folder=FOLDER)]
    lists = {step.name: _tasks(step, settings) for step in steps}
    for step in steps:
        tasks = lists[step.name]
        write_whole(folder / f"{step.name}.tasks", "".join(f"{line}\n" for line in tasks).encode())
        write_whole(folder / f"{step.name}.sh", _script(name, step, film_frames(step, steps), settings).encode())
        for at, first in enumerate(range(0, len(tasks), LARGEST_ARRAY)):
            waits = [_wait(lists[before], tasks, before, at) for before in step.after]
            after = f' --dependency="{",".join(waits)}"' if waits else ""
            array = f"--array=1-{min(LARGEST_ARRAY, len(tasks) - first)}"
            variable = f"{step.name}_{at}"
            lines.append(f'{variable}=$(FIRST={first} sbatch --parsable {array}{after} "$@" {step.name}.sh)\n')
            lines.append(f'echo "{step.name} ${variable}"\n')
    write_whole(folder / "submit.sh", "".join(lines).encode())
    return folder / "submit.sh"


def _tasks(step: Step, settings: FarmSettings) -> list[str]:
    if step.numbers is None:
        return list(step.shots)
    chunks = [openjd_text(chunk) for chunk in step.chunks(step.size(settings))]
    return [f"{shot} {chunk}" for shot in step.shots for chunk in chunks]


def _wait(before: list[str], tasks: list[str], name: str, at: int) -> str:
    """What an array, the ``at``-th of its step, waits for of the step ``name``."""
    if before == tasks:
        return f"aftercorr:${name}_{at}"
    return "afterok:" + ":".join(f"${name}_{other}" for other in range(-(-len(before) // LARGEST_ARRAY)))


def _script(name: str, step: Step, of_film: str, settings: FarmSettings) -> str:
    frames = "$frames" if step.numbers is not None else of_film
    options = _OPTIONS.get(step.command, "").format(existing=settings.existing, threads=settings.threads)
    return _SCRIPT.format(
        name=shlex.quote(name),
        step=step.name,
        vcpus=settings.vcpus,
        memory=settings.memory_mib,
        minutes=max(1, settings.timeout_s // 60),
        notice=NOTICE_S,
        gpu="#SBATCH --gres=gpu:1\n" if step.is_bake and settings.bake_gpu else "",
        folder=FOLDER,
        python=settings.python,
        command=step.command,
        frames=f' --frames="{frames}" --frame-syntax=openjd' if frames else "",
        options=options,
    )
