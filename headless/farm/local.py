"""A bundle on this machine, by the ``openjd`` program: one session, or several side by side.

A session does its tasks one after the other. Several share the tasks of each step evenly and each keeps to its own
processors; whichever fails ends the job when the others are through. What is done is not done again by the next run.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from headless.farm.bundle import Bundle
from headless.farm.tasks import Session, expand, run_sessions, session_command

Say = Callable[[str], None]


def run_local(
    bundle: Bundle,
    values: Mapping[str, Any],
    *,
    openjd: str,
    workers: int = 1,
    only: str = "",
    rules: Path | None = None,
    say: Say = print,
) -> None:
    """Run all steps of a bundle.

    Args:
        bundle: what to run.
        values: of its parameters; the others have those of the template.
        openjd: the program.
        workers: sessions side by side.
        only: the step to run alone; all of them where it is empty.
        rules: a file of path mapping rules.
        say: gets every line of the sessions.

    Raises:
        TaskError: a task failed.
        InputError: there is no openjd-model, which is needed for several sessions.
    """
    if workers == 1:
        run_sessions([Session(session_command(openjd, bundle, values, step=only, rules=rules), say)])
        return
    shared = {**values, "Threads": values.get("Threads") or max(1, len(processors()) // workers)}
    for step in expand(bundle, shared, only=only):
        sessions = []
        for at in range(workers):
            if tasks := step.tasks[at::workers]:
                command = session_command(openjd, bundle, shared, step=step.name, tasks=tasks, rules=rules)
                with pinned(at, workers):
                    sessions.append(Session(command, _numbered(at + 1, say)))
        run_sessions(sessions)


def _numbered(number: int, say: Say) -> Say:
    return lambda line: say(f"{number}| {line}")


def processors() -> list[int]:
    """The numbers of the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextlib.contextmanager
def pinned(at: int, workers: int) -> Iterator[None]:
    """Processes that this thread starts keep to the processors of worker ``at``, where the system can do that.

    Renders side by side on the same processors take longer than one after the other.
    """
    mine = processors()
    own = mine[at * len(mine) // workers : (at + 1) * len(mine) // workers]
    if not own or not hasattr(os, "sched_setaffinity"):
        yield
        return
    os.sched_setaffinity(0, own)
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)
