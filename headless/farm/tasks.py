"""The tasks of a bundle, as OpenJD's own library expands them, and one of them as a process.

Needs the package ``openjd-model``, which comes with ``openjd-cli``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avcore.errors import AvcoreError, InputError, UsageError
from headless.farm.bundle import JOB_FOLDER, Bundle

INSTALL = "install it: pip install 'avcore[farm]'"
_EXTENSIONS = ["TASK_CHUNKING", "FEATURE_BUNDLE_1"]

# What a session of `openjd run` says of a task: its own sentence, and its exit code.
_FAIL = re.compile(r"openjd_fail: (.*)")
_EXIT = re.compile(r"exited with code: (-?\d+)")


@dataclass(frozen=True)
class StepTasks:
    """A step's name, the steps that it waits for, and the parameters of its tasks."""

    name: str
    after: tuple[str, ...]
    tasks: tuple[dict[str, str], ...]


class TaskError(AvcoreError):
    """A task failed; ``exit_code`` and the sentence are its own."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence, exit_code)
        self.exit_code = exit_code

    def __str__(self) -> str:
        return str(self.args[0])


def find_openjd(named: str = "") -> str:
    """The program ``openjd``: ``named``, beside this Python, or on PATH.

    Raises:
        InputError: it is not there.
    """
    if named:
        found = shutil.which(named)
        if found is None:
            raise InputError(f"there is no program {named}; name the openjd of an environment that has openjd-cli")
        return found
    beside = shutil.which("openjd", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("openjd")
    if program is None:
        raise InputError(f"the program openjd is not here; {INSTALL}, or name it with --openjd")
    return program


def expand(bundle: Bundle, values: Mapping[str, Any], *, only: str = "") -> list[StepTasks]:
    """The steps of a bundle with ``values`` of its parameters, in an order in which they can be done.

    With ``only``, that step alone, which then waits for none.

    Raises:
        InputError: openjd-model is not installed.
        UsageError: the template or a value is not valid.
    """
    try:
        from openjd.model import (
            StepDependencyGraph,
            StepParameterSpaceIterator,
            create_job,
            decode_job_template,
            preprocess_job_parameters,
        )
    except ImportError as error:
        raise InputError(f"openjd-model is not installed; {INSTALL}") from error
    try:
        template = decode_job_template(template=bundle.template(), supported_extensions=_EXTENSIONS)
        checked = preprocess_job_parameters(
            job_template=template,
            job_parameter_values={name: str(value) for name, value in values.items()},
            job_template_dir=bundle.folder,
            current_working_dir=Path.cwd(),
        )
        job = create_job(job_template=template, job_parameter_values=checked)
    except ValueError as error:
        raise UsageError(f"{bundle.template_file}: {error}") from error
    steps = StepDependencyGraph(job=job).topo_sorted()
    if only and only not in {step.name for step in steps}:
        known = ", ".join(step.name for step in steps)
        raise UsageError(f"{bundle.template_file} has no step {only!r}; it has {known}")
    return [
        StepTasks(
            step.name,
            () if only else tuple(dependency.dependsOn for dependency in step.dependencies or ()),
            tuple(
                {name: str(value.value) for name, value in task.items()}
                for task in StepParameterSpaceIterator(space=step.parameterSpace)
            ),
        )
        for step in steps
        if only in ("", step.name)
    ]


def session_command(
    openjd: str,
    bundle: Bundle,
    values: Mapping[str, Any],
    *,
    step: str = "",
    tasks: Sequence[Mapping[str, str]] = (),
    rules: Path | None = None,
) -> list[str]:
    """The command of one OpenJD session: all steps, or ``tasks`` of one."""
    # The default of a PATH is read relative to the template, but a value relative to the current folder.
    given = {name: str(value) for name, value in values.items()}
    if JOB_FOLDER in given:
        given[JOB_FOLDER] = str(Path(given[JOB_FOLDER]).absolute())
    command = [openjd, "run", str(bundle.template_file), "--timestamp-format", "utc", "-p", json.dumps(given)]
    if rules is not None:
        command += ["--path-mapping-rules", f"file://{rules.absolute()}"]
    if step:
        command += ["--step", step]
    if tasks:
        command += ["--tasks", json.dumps([dict(task) for task in tasks])]
    return command


class Session:
    """A session under way; each line of it goes to ``say``."""

    def __init__(self, command: Sequence[str], say: Callable[[str], None]) -> None:
        self._told = _Told()
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
        )
        self._reader = threading.Thread(target=self._read, args=(say,), daemon=True)
        self._reader.start()

    def _read(self, say: Callable[[str], None]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.hear(line)
            say(line.rstrip("\n"))

    def wait(self) -> None:
        """Wait for its end.

        Raises:
            TaskError: a task failed; its own sentence and exit code.
        """
        self._process.wait()
        self._reader.join()
        if self._process.returncode:
            raise self._told.error(self._process.returncode)

    def stop(self) -> None:
        """Let the task finish or drop its frame, and wait for that."""
        self._process.terminate()
        self._process.wait()


def run_sessions(sessions: Sequence[Session]) -> None:
    """Wait for all of them; whoever interrupts this gets them stopped in order first.

    Raises:
        TaskError: a task failed; the first session's that did, after all have ended.
    """
    failed: TaskError | None = None
    try:
        for one in sessions:
            try:
                one.wait()
            except TaskError as error:
                failed = failed or error
    except BaseException:
        for one in sessions:
            one.stop()
        raise
    if failed is not None:
        raise failed


class _Told:
    """What a session said of the task that failed."""

    def __init__(self) -> None:
        self.sentence, self.exit_code, self.last = "", 1, ""

    def hear(self, line: str) -> None:
        if match := _FAIL.search(line):
            self.sentence = match[1].strip()
        elif (match := _EXIT.search(line)) and match[1] != "0":
            code = int(match[1])
            self.exit_code = code if code > 0 else 128 - code  # as shells say that a signal ended it
        if line.strip():
            self.last = line.strip()

    def error(self, returncode: int) -> TaskError:
        return TaskError(self.sentence or f"openjd ended with {returncode}: {self.last}", self.exit_code)
