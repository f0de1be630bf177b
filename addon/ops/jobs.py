"""A list of bakes to do one after the other."""

from __future__ import annotations

import json
from typing import Any

import bpy

from ..engine import WorkerError
from ..errors import AddonError
from ..session import bakes, make, parameters, plans, refresh
from ..session.bakes import Run, current
from ..session.hearables import picked_strip
from .options import UNDOABLE, Result

TICK_S = 0.05


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


class BakeJobsOperator(bpy.types.Operator):
    """Bake the jobs of the list that are not done; one that fails does not stop the others"""

    bl_idname = "avcore.bake_jobs"
    bl_label = "Bake Jobs"
    bl_options = UNDOABLE

    _timer: Any = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not any(job.state != "done" for job in context.scene.avcore.jobs):
            cls.poll_message_set("no job is waiting; add one")
            return False
        cls.poll_message_set("a bake is under way; wait for it, or cancel it")
        return current.run is None or current.run.is_over

    def execute(self, context: bpy.types.Context) -> Result:
        self._todo = [at for at, job in enumerate(context.scene.avcore.jobs) if job.state != "done"]
        self._scene = context.scene.name
        while self._todo:
            at = self._todo.pop(0)
            run = self._plan(context, at)
            if run is None:
                continue
            try:
                run.wait(bakes.Printer())
            except WorkerError as error:
                run.failed = run.failed or error.failed
            self._finish(at, run)
        return self._result()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self._todo = [at for at, job in enumerate(context.scene.avcore.jobs) if job.state != "done"]
        self._scene = context.scene.name
        self._at, self._run = -1, None
        manager = context.window_manager
        self._timer = manager.event_timer_add(TICK_S, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        run = self._run
        if event.type == "ESC" and event.value == "PRESS" and run is not None and not run.is_over:
            self._todo.clear()
            run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if run is not None and not run.is_over:
            bakes.say_status(context, f"avcore: {run.plan.name}: {run.text}   |   Esc stops")
            return {"PASS_THROUGH"}
        if run is not None:
            self._finish(self._at, run)
            self._run = None
            if run.is_cancelled:
                self._todo.clear()
        if self._todo:
            self._at = self._todo.pop(0)
            self._run = self._plan(context, self._at)
            if self._run is not None:
                self._run.start()
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        bakes.say_status(context, "")
        refresh.redraw()
        return self._result()

    def _plan(self, context: bpy.types.Context, at: int) -> Run | None:
        scene = bpy.data.scenes[self._scene]
        job = scene.avcore.jobs[at]
        try:
            current.run = Run(plans.plan(context, job, scene=scene))
        except (AddonError, WorkerError) as error:
            job.state = str(error)
            return None
        return current.run

    def _finish(self, at: int, run: Run) -> None:
        job = bpy.data.scenes[self._scene].avcore.jobs[at]
        if run.baked is None:
            job.state = run.failed.sentence if run.failed else "stopped"
            return
        try:
            made = make.target(run)
            job.state = made.sentence if isinstance(made, make.InTheWay) else "done"
        except AddonError as error:
            job.state = str(error)

    def _result(self) -> Result:
        jobs = bpy.data.scenes[self._scene].avcore.jobs
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
