"""The steps of a job on a farm: what is run, for which shots and frames, after what. No engine's format yet.

One task is ``headless COMMAND --job job.yaml --shot NAME --frames FRAMES``. The numbers of a step reach over all of its
shots; the runner passes over those that a shot does not have, so that one template serves any number of songs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from avcore.errors import UsageError
from avcore.spec import setting
from headless.job import Job, Shot

Profile = Literal["chunk", "base", "full"]

MOST_TASKS = 1024
"""The most values that OpenJD allows in a list."""


@dataclass(frozen=True)
class FarmSettings:
    """How a job is cut into tasks, and what a host needs for one."""

    frames_per_task: int = setting(10, help="frames that one task renders", low=1, high=10_000)
    bake_frames_per_task: int = setting(100, help="frames that one task bakes", low=1, high=10_000)
    target_seconds: int = setting(
        0, help="let the farm size tasks to about so many seconds; 0: never", low=0, high=86_400
    )
    bake_gpu: bool = setting(False, help="bake on hosts with a GPU only")
    memory_mib: int = setting(4096, help="memory that a task needs", low=128, high=4_194_304)
    vcpus: int = setting(1, help="processors that a task needs", low=1, high=1024)
    timeout_s: int = setting(14_400, help="a task that takes longer is stopped", low=1, high=2_592_000)
    threads: int = setting(0, help="threads of a task; 0: all of the host", low=0, high=1024)
    existing: Literal["skip", "overwrite"] = setting("skip", help="what becomes of frames that are there")
    python: str = setting("python", help="what the hosts call the Python that has avcore and bpy")
    priority: int = setting(50, help="of the job; higher is sooner", low=0, high=100)
    retries: int = setting(2, help="how often a failed task is tried again", low=0, high=100)


@dataclass(frozen=True)
class Step:
    """One command over shots and frames. ``numbers`` is None where a shot is one task, and ``after`` names steps.

    ``range_name`` is the parameter that holds its numbers: ``BakeFrames`` where bakes are not numbered as their scenes.
    """

    name: str
    command: str
    shots: tuple[str, ...]
    numbers: tuple[int, ...] | None = None
    after: tuple[str, ...] = ()
    range_name: Literal["Frames", "BakeFrames"] = "Frames"

    @property
    def is_bake(self) -> bool:
        """Whether it draws fields, and so may need a GPU."""
        return self.command == "bake"

    def size(self, settings: FarmSettings) -> int:
        """How many numbers one task has."""
        return settings.bake_frames_per_task if self.is_bake else settings.frames_per_task

    def chunks(self, frames_per_task: int) -> list[tuple[int, ...]]:
        """Its numbers in runs of ``frames_per_task``; empty where a shot is one task."""
        numbers = self.numbers or ()
        return [numbers[at : at + frames_per_task] for at in range(0, len(numbers), frames_per_task)]


def steps_of(job: Job, *, frames: Sequence[int] | None = None, verify: bool = True) -> list[Step]:
    """The steps of a resolved job, in an order in which they can be done.

    Args:
        job: shots with their bakes; a shot whose ``scene`` is not there yet gets it in a step ``Setup``.
        frames: numbers of the scenes to render and to bake for; all of them when omitted.
        verify: whether the films are checked in the end.

    Raises:
        UsageError: there is nothing to do, or there are more shots than one job may have.
    """
    if len(job.shots) > MOST_TASKS:
        raise UsageError(f"{job.file} has {len(job.shots)} shots, and a job has {MOST_TASKS} at most; cut it in two")
    rendered = _overlap({number for shot in job.shots for number in range(shot.first, shot.last + 1)}, frames)
    if not rendered:
        raise UsageError(f"{job.file} has none of the frames {frames}; name some of its shots")
    unmade = tuple(shot.name for shot in job.shots if not shot.scene.exists())
    free = [shot for shot in job.shots if shot.bakes and all(bake.stateless for bake in shot.bakes)]
    bound = tuple(shot.name for shot in job.shots if shot.bakes and shot not in free)
    steps = []
    if unmade:
        steps.append(Step("Setup", "setup", unmade))
    if free:
        names = tuple(shot.name for shot in free)
        if all(map(_is_numbered_alike, free)):
            steps.append(Step("Bake", "bake", names, tuple(rendered)))
        else:
            steps.append(Step("Bake", "bake", names, tuple(_bake_numbers(free)), range_name="BakeFrames"))
    if bound:
        steps.append(Step("BakeWhole", "bake", bound))
    everything = tuple(shot.name for shot in job.shots)
    steps.append(Step("Render", "render", everything, tuple(rendered), tuple(step.name for step in steps)))
    if rendered == list(range(rendered[0], rendered[-1] + 1)) or frames is None:
        steps.append(Step("Encode", "encode", everything, after=("Render",)))
        if verify:
            steps.append(Step("Verify", "verify", everything, after=("Encode",)))
    return steps


def _is_numbered_alike(shot: Shot) -> bool:
    """Whether a bake's frame carries the number of the scene's frame that shows it, as in a scene that setup made."""
    length = shot.last - shot.first + 1
    return bool(shot.preset) and all((bake.start_frame, bake.count) == (shot.first, length) for bake in shot.bakes)


def _bake_numbers(shots: Sequence[Shot]) -> list[int]:
    bakes = [bake for shot in shots for bake in shot.bakes]
    return sorted({number for bake in bakes for number in range(bake.start_frame, bake.start_frame + bake.count)})


def _overlap(numbers: set[int], wanted: Sequence[int] | None) -> list[int]:
    return sorted(numbers if wanted is None else numbers & set(wanted))
