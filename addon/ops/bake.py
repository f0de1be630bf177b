"""Bake: modal in a window, waiting in scripts; then datablocks are made of the pictures."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty

from ..engine import WorkerError
from ..errors import AddonError
from ..session import bakes, make, refresh
from ..session.bakes import Run, current

TICK_S = 0.05

Result = set[str]


class AVCORE_OT_bake(bpy.types.Operator):
    """Bake the sound into pictures, and make the target of them. Esc stops; what is baked stays, and Bake goes on"""

    bl_idname = "avcore.bake"
    bl_label = "Bake"
    bl_options = {"REGISTER", "UNDO"}

    job: IntProperty(name="Job", description="A job of the list; -1: the settings in the panel", default=-1, min=-1)
    overwrite: BoolProperty(name="Replace", description="Replace another bake in the folder", options={"SKIP_SAVE"})

    _timer: Any = None
    _run: Run | None = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        run = current.run
        cls.poll_message_set("a bake is under way; wait for it, or cancel it")
        return run is None or run.is_over

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        run = self._prepare(context)
        if run is None:
            return {"CANCELLED"}
        run.start()
        manager = context.window_manager
        self._run = run
        self._timer = manager.event_timer_add(TICK_S, window=context.window)
        manager.progress_begin(0, 100)
        manager.modal_handler_add(self)
        refresh.redraw()
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        run = self._run
        if run is None or current.run is not run:  # the extension was disabled
            return self._end(context, {"CANCELLED"})
        if event.type == "ESC" and event.value == "PRESS" and not run.is_over:
            run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not run.is_over:
            context.window_manager.progress_update(int(100 * run.fraction))
            context.workspace.status_text_set(f"avcore: {run.text}   |   Esc stops")
            return {"PASS_THROUGH"}
        if run.failed is not None:
            self.report({"ERROR"}, run.failed.sentence)
            return self._end(context, {"CANCELLED"})
        if run.is_cancelled:
            self.report({"INFO"}, "stopped; what is baked stays, and Bake goes on")
            return self._end(context, {"CANCELLED"})
        return self._end(context, self._make(run))

    def cancel(self, context: bpy.types.Context) -> None:
        if self._run is not None:
            self._run.cancel()
        self._end(context, {"CANCELLED"})

    def execute(self, context: bpy.types.Context) -> Result:
        run = self._prepare(context)
        if run is None:
            return {"CANCELLED"}
        try:
            run.wait(bakes.Printer())
        except WorkerError as error:
            run.failed = run.failed or error.failed
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return self._make(run)

    def _prepare(self, context: bpy.types.Context) -> Run | None:
        """The bake to start; None after a message."""
        settings = context.scene.avcore
        if self.job >= len(settings.jobs):
            self.report({"ERROR"}, f"there is no job {self.job}; the list has {len(settings.jobs)}")
            return None
        job = settings.now if self.job < 0 else settings.jobs[self.job]
        try:
            plan = bakes.plan(context, job, overwrite=self.overwrite)
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return None
        current.run = Run(plan)
        return current.run

    def _make(self, run: Run) -> Result:
        try:
            run.made = make.target(run)
        except AddonError as error:
            self.report({"ERROR"}, f"the pictures are in {run.plan.request.out}, but {error}")
            return {"CANCELLED"}
        assert run.baked is not None
        for warning in run.baked.warnings:
            self.report({"WARNING"}, warning)
        self.report({"INFO"}, f"{run.baked.frames + run.baked.skipped} frames: {', '.join(run.made)}")
        return {"FINISHED"}

    def _end(self, context: bpy.types.Context, result: Result) -> Result:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
            context.window_manager.progress_end()
            context.workspace.status_text_set(None)
        refresh.redraw()
        return result


class AVCORE_OT_cancel_bake(bpy.types.Operator):
    """Stop the bake; what is baked stays, and Bake goes on from there"""

    bl_idname = "avcore.cancel_bake"
    bl_label = "Cancel"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("no bake is under way")
        return current.run is not None and not current.run.is_over

    def execute(self, _context: bpy.types.Context) -> Result:
        assert current.run is not None
        current.run.cancel()
        return {"FINISHED"}


class AVCORE_OT_update_bake(bpy.types.Operator):
    """Bring a bake in step with its strip: shift it where the strip has moved, bake again where it has changed"""

    bl_idname = "avcore.update_bake"
    bl_label = "Update"
    bl_options = {"REGISTER", "UNDO"}

    image: bpy.props.StringProperty(name="Image", description="A baked image; empty: all of the scene")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("nothing has been baked in this file")
        return bool(make.baked_images())

    def execute(self, context: bpy.types.Context) -> Result:
        names = [self.image] if self.image else [image.name for image in make.baked_images()]
        try:
            shifted, changed = make.shift(context, names)
        except AddonError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        for name, why in changed.items():
            self.report({"WARNING"}, f"{name}: {why}; bake it again")
        self.report({"INFO"}, f"{len(shifted)} shifted, {len(changed)} to bake again")
        return {"FINISHED"}


CLASSES: tuple[Any, ...] = (AVCORE_OT_bake, AVCORE_OT_cancel_bake, AVCORE_OT_update_bake)
