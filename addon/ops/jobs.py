"""A list of bakes to do one after the other."""

from __future__ import annotations

import json
from typing import Any

import bpy

from ..engine import WorkerError
from ..errors import AddonError
from ..session import bakes, make, parameters, plans
from ..session.asking import STOPPED, Running, Steps
from ..session.bakes import Run, current
from ..session.hearables import hearing_plainly, picked_strip
from ..session.recipes import Choice, scene_of
from .asking import Asking
from .options import UNDOABLE, Result


class JobAddOperator(bpy.types.Operator):
    """Put the sound, preset and bake of the panel on the list of jobs"""

    bl_idname = "avcore.job_add"
    bl_label = "Add Job"
    bl_options = UNDOABLE

    def execute(self, context: bpy.types.Context) -> Result:
        settings = context.scene.avcore
        job = settings.jobs.add()
        copy_settings(settings.now, job)
        job.object = context.object.name if context.object else ""
        if job.sound.kind == "ACTIVE":  # another strip may be active when it is baked
            try:
                strip = picked_strip(context, context.scene, job.sound)
            except AddonError as error:
                settings.jobs.remove(len(settings.jobs) - 1)
                self.report({"ERROR"}, str(error))
                return {"CANCELLED"}
            job.sound.kind, job.sound.strip = "STRIP", strip.name
        job.name = f"{job.sound.strip or job.sound.kind.lower()}, {job.preset.name}"
        settings.job = len(settings.jobs) - 1
        return {"FINISHED"}


class JobRemoveOperator(bpy.types.Operator):
    """Take the selected job off the list"""

    bl_idname = "avcore.job_remove"
    bl_label = "Remove Job"
    bl_options = UNDOABLE

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("the list of jobs is empty")
        return bool(context.scene.avcore.jobs)

    def execute(self, context: bpy.types.Context) -> Result:
        settings = context.scene.avcore
        settings.jobs.remove(settings.job)
        settings.job = min(settings.job, max(0, len(settings.jobs) - 1))
        return {"FINISHED"}


class BakeJobsOperator(Asking, bpy.types.Operator):
    """Bake the jobs of the list that are not done; one that fails does not stop the others"""

    bl_idname = "avcore.bake_jobs"
    bl_label = "Bake Jobs"
    bl_options = UNDOABLE

    _scene = ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not any(job.state != "done" for job in context.scene.avcore.jobs):
            cls.poll_message_set("no job is waiting; add one")
            return False
        cls.poll_message_set("a bake is under way; wait for it, or cancel it")
        return current.run is None or current.run.is_over

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        self._scene = context.scene.name
        for at in [at for at, job in enumerate(self._jobs()) if job.state != "done"]:
            try:
                state = yield from self._bake(context, at)
            except (AddonError, WorkerError) as error:
                state = str(error)
            if at < len(self._jobs()):  # it may have been taken off the list
                self._jobs()[at].state = state
            if state == STOPPED:
                break
        return self._result()

    def stopped(self, _context: bpy.types.Context) -> Result:
        return self._result()

    def _bake(self, context: bpy.types.Context, at: int) -> Steps[str]:
        """Bake one; ``done``, or why there is nothing to show."""
        yield from hearing_plainly(context, self._scene, Choice.of(self._job(at).sound))
        run = current.run = Run(plans.plan(context, self._job(at), scene=scene_of(self._scene)))
        yield Running(run, lambda: f"{run.plan.name}: {run.text}", lambda: run.wait(bakes.Printer()))
        made = make.target(run)
        return made.sentence if isinstance(made, make.InTheWay) else "done"

    def _job(self, at: int) -> Any:
        if at >= len(self._jobs()):
            raise AddonError("it was taken off the list")
        return self._jobs()[at]

    def _jobs(self) -> Any:
        return scene_of(self._scene).avcore.jobs

    def _result(self) -> Result:
        jobs = self._jobs()
        failed = [job for job in jobs if job.state != "done"]
        for job in failed:
            self.report({"WARNING"}, f"{job.name}: {job.state or 'not baked'}")
        self.report({"INFO"}, f"{len(jobs) - len(failed)} of {len(jobs)} jobs are done")
        return {"FINISHED"} if len(failed) < len(jobs) else {"CANCELLED"}


def copy_settings(source: Any, target: Any) -> None:
    """Copy the settings of a job; its parameters become overrides, and are described again when it is baked."""
    for name in ("sound", "bake"):
        for prop in getattr(source, name).bl_rna.properties:
            if not prop.is_readonly:
                setattr(getattr(target, name), prop.identifier, getattr(getattr(source, name), prop.identifier))
    target.preset.name = source.preset.name
    target.preset.overrides = json.dumps(parameters.overrides(source.preset), sort_keys=True)


CLASSES: tuple[Any, ...] = (JobAddOperator, JobRemoveOperator, BakeJobsOperator)
