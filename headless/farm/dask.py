"""A bundle on many machines, by Dask distributed (distributed.dask.org): it queues, retries and replaces lost workers.

Each task of the job is one Dask task, which runs one OpenJD session on the worker that Dask chose; a step that waits
for another takes the results of its tasks. All of our side is: submit, and look at what completes. Pictures stay on
the shared disk.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avcore.errors import InputError
from headless.farm.bundle import Bundle
from headless.farm.local import pinned, processors
from headless.farm.tasks import INSTALL, Session, TaskError, expand, find_openjd, run_sessions, session_command

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Work:
    """What all tasks of a job have in common; ``workers`` are those that share one machine, 0 where that is unknown."""

    bundle: Bundle
    values: Mapping[str, Any]
    openjd: str
    rules: Path | None
    workers: int


def run_dask(
    bundle: Bundle,
    values: Mapping[str, Any],
    *,
    scheduler: str = "",
    workers: int = 2,
    retries: int = 2,
    openjd: str = "",
    only: str = "",
    rules: Path | None = None,
    say: Say = print,
) -> None:
    """Run all steps of a bundle; what does not depend on a task that failed is done nevertheless.

    Args:
        bundle: what to run, on a disk that all workers see under the same path.
        values: of its parameters; the others have those of the template.
        scheduler: address of a running one, ``tcp://host:8786``; without one, ``workers`` are started on this machine.
        workers: how many to start here.
        retries: how often a task that failed is tried again.
        openjd: the program on the workers; by default the one beside their Python.
        only: the step to run alone; all of them where it is empty.
        rules: a file of path mapping rules.
        say: gets a line for each task.

    Raises:
        TaskError: a task failed more often than ``retries``.
        InputError: Dask or openjd-model is not installed.
    """
    try:
        from distributed import Client, LocalCluster, as_completed
    except ImportError as error:
        raise InputError(f"Dask distributed is not installed; {INSTALL.replace('farm', 'dask')}") from error
    logging.getLogger("distributed").setLevel(max(logging.WARNING, logging.getLogger().level))  # it speaks of itself
    steps = expand(bundle, values, only=only)
    work = _Work(bundle, dict(values), openjd, rules, 0 if scheduler else workers)
    cluster = None if scheduler else _cluster(LocalCluster, workers)
    client = Client(cluster or scheduler)
    try:
        names: dict[Any, str] = {}
        ends: dict[str, Any] = {}
        for step in steps:
            before = [ends[name] for name in step.after]
            futures = []
            for at, task in enumerate(step.tasks):
                key = f"{step.name}-{at}-{bundle.folder}"
                futures.append(client.submit(run_task, work, step.name, task, before, key=key, retries=retries))
                names[futures[-1]] = " ".join([step.name, *task.values()])
            ends[step.name] = client.submit(len, futures, key=f"{step.name}-{bundle.folder}")
        failed = []
        for done, future in enumerate(as_completed(list(names)), 1):
            if future.status == "finished":
                say(f"{done} of {len(names)}: {names[future]} on {future.result()}")
            else:
                failed.append(_error(names[future], future.exception()))
                say(f"{done} of {len(names)}: {failed[-1]}")
        if failed:
            raise failed[0]
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def run_task(work: _Work, step: str, task: Mapping[str, str], _before: Any) -> str:
    """One task, on the worker that this is called on; its address.

    Raises:
        TaskError: it failed; Dask tries it again.
    """
    from distributed import get_worker

    worker = get_worker()
    side_by_side = max(1, work.workers)
    at = worker.name % side_by_side if isinstance(worker.name, int) else 0
    values = {**work.values, "Python": sys.executable}
    if side_by_side > 1:
        values["Threads"] = values.get("Threads") or max(1, len(processors()) // side_by_side)
    command = session_command(find_openjd(work.openjd), work.bundle, values, step=step, tasks=[task], rules=work.rules)
    with pinned(at, side_by_side):
        session = Session(command, lambda _line: None)
    run_sessions([session])
    return str(worker.address)


def _cluster(local_cluster: Any, workers: int) -> Any:
    """Workers on this machine, which no other machine can reach."""
    return local_cluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )


def _error(name: str, error: BaseException | None) -> TaskError:
    return TaskError(f"{name}: {error}", getattr(error, "exit_code", 1))
