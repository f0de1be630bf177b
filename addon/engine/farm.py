"""A saved scene as a job for render farms: avcore's part for that (``headless``) writes it, in a process of its own.

It has to open the scene. Where this Blender is a program, that program does; Blender as a module has none, and then the
engine's Python has to have ``bpy``.
"""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .find import Engine

# Where the packages lie that the program needs besides its own NumPy. They go before others, as another avcore may be
# among the extensions' wheels; NumPy comes first, since theirs may be for another Python.
_WHERE = """
import json, os
import avcore, headless, yaml
found = [os.path.dirname(os.path.dirname(os.path.abspath(m.__file__))) for m in (avcore, headless, yaml)]
print(json.dumps(list(dict.fromkeys(found))))
"""
_IN_BLENDER = (
    "import sys, numpy; sys.path[:0] = {places!r}; from headless.main import main; sys.exit(main({arguments!r}))"
)


@dataclass(frozen=True)
class Order:
    """What to write: ``scene``, a saved .blend, as a bundle in ``folder``.

    ``blender`` is the program, empty where there is none. ``manager`` is the address of a Flamenco Manager that is sent
    the job, empty for none.
    """

    engine: Engine
    scene: Path
    folder: Path
    frames_per_task: int
    profile: str = "chunk"
    blender: str = ""
    manager: str = ""
    variables: dict[str, str] = field(default_factory=dict)


class Export:
    """One order being carried out, in a thread. ``sentence`` says how far it is, and in the end what became of it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.sentence = "Looking for avcore's part for farms ..."
        self.has_failed = False
        self.page = ""
        """Where the Manager shows the job."""
        self._process: subprocess.Popen[str] | None = None
        self._is_cancelled = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self) -> None:
        """Wait for the end; for scripts."""
        self._thread.join()

    def cancel(self) -> None:
        """Stop soon."""
        self._is_cancelled = True
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()

    def _run(self) -> None:
        try:
            self._carry_out()
        except _FailedStep as failed:
            self.sentence, self.has_failed = str(failed), True
        if self._is_cancelled:
            self.sentence, self.has_failed = "cancelled; write it again when you like", True

    def _carry_out(self) -> None:
        order = self.order
        places = self._places()
        self.sentence = "Writing the job ..."
        arguments = ["farm", "export", str(order.scene), "-o", str(order.folder), "--json"]
        arguments += [f"--frames-per-task={order.frames_per_task}", f"--profile={order.profile}"]
        arguments += ["--engine=flamenco"] if order.manager else []
        if order.blender:
            code = _IN_BLENDER.format(places=places, arguments=arguments)
            program = [order.blender, "--background", "--factory-startup", "--python-exit-code", "1"]
            told = self._answer([*program, "--python-expr", code])
        else:
            told = self._answer(self._headless(*arguments))
        self.sentence = f"{order.folder}: {told.get('did', 'written')}"
        if order.manager:
            written = self.sentence
            self.sentence = "Sending the job ..."
            told = self._answer(
                self._headless("farm", "submit", str(order.folder), "--manager", order.manager, "--json")
            )
            self.page = str(told.get("page", ""))
            self.sentence = f"{written}; Flamenco has it"

    def _headless(self, *arguments: str) -> list[str]:
        return [str(self.order.engine.python), "-P", "-m", "headless", *arguments]

    def _places(self) -> list[str]:
        """Where avcore's packages lie; they may well be too old to have a part for farms."""
        output, errors, code = self._start([str(self.order.engine.python), "-P", "-c", _WHERE])
        if code:
            last = (errors.strip().splitlines() or ["it said nothing"])[-1]
            raise _FailedStep(
                f"avcore {self.order.engine.avcore} in {self.order.engine.python} has no part for farms ({last}); "
                "update avcore there, or choose another Python in the preferences"
            )
        return [str(place) for place in json.loads(output.strip().splitlines()[-1])]

    def _answer(self, command: list[str]) -> dict[str, Any]:
        """What a command of avcore's answers."""
        output, errors, code = self._start(command)
        told: dict[str, Any] = {}
        for line in output.splitlines():
            if line.startswith("{"):
                told = json.loads(line)
        if code or "error" in told or not told:
            said = errors.strip().splitlines() or output.strip().splitlines() or ["it does not say why"]
            raise _FailedStep(str(told.get("error") or said[-1]))
        return told

    def _start(self, command: list[str]) -> tuple[str, str, int]:
        if self._is_cancelled:
            raise _FailedStep("cancelled")
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                env={**self.order.engine.environment(), **self.order.variables},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise _FailedStep(f"{command[0]} cannot be started ({error.strerror}); look for avcore again") from error
        output, errors = self._process.communicate()
        return output, errors, self._process.returncode


class _FailedStep(Exception):
    """A step did not go well; the text is for the artist."""
