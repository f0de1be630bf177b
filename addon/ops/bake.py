"""Bake: modal in a window, waiting in scripts; then datablocks are made of the pictures."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..engine import WorkerError
from ..errors import AddonError
from ..session import bakes, following, live_plans, make, plans, refresh
from ..session.asking import Running, Steps
from ..session.bakes import Run, current
from ..session.hearables import hearing_plainly
from ..session.kinds import TARGETS
from ..session.make import InTheWay
from ..session.recipes import Choice, scene_of
from .asking import Asking
from .options import PLAIN, UNDOABLE, Result

SAME = ("SAME", "As Asked", "The target that the bake was for", "BLANK1", len(TARGETS))


class Baking(Asking):
    """What operators that bake have in common; ``_job`` says what is baked."""

    bl_options = UNDOABLE

    # Hidden, since the panel for the last operation would bake again, waiting, when one is changed there.
    replace: BoolProperty(
        name="Replace Own",
        description="Replace the material, world or texture of your own that is in the way",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    overwrite: BoolProperty(
        name="Replace", description="Replace another bake in the folder", options={"HIDDEN", "SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        run = current.run
        cls.poll_message_set("a bake is under way; wait for it, or cancel it")
        return run is None or run.is_over

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        job = self._job(context)
        scene = getattr(job, "scene", context.scene.name)
        yield from hearing_plainly(context, scene, Choice.of(job.sound))  # planning has nothing to wait for then
        run = current.run = Run(
            plans.plan(context, self._job(context), scene=scene_of(scene), overwrite=self.overwrite)
        )
        refresh.redraw()
        try:
            yield Running(run, lambda: run.text, lambda: run.wait(bakes.Printer()))
        except WorkerError:
            if run.is_cancelled:
                return self.stopped(context)
            raise
        assert run.baked is not None
        for warning in run.baked.warnings:
            self.report({"WARNING"}, warning)
        return show(self, run, replace=self.replace)

    def stopped(self, _context: bpy.types.Context) -> Result:
        self.report({"INFO"}, "stopped; what is baked stays, and Bake goes on")
        return {"CANCELLED"}

    def _job(self, context: bpy.types.Context) -> Any:
        """The job to bake.

        Raises:
            AddonError: there is none.
        """
        raise NotImplementedError


class BakeOperator(Baking, bpy.types.Operator):
    """Bake the sound into pictures, and make the target of them. Esc stops; what is baked stays, and Bake goes on"""

    bl_idname = "avcore.bake"
    bl_label = "Bake"

    job: IntProperty(
        name="Job",
        description="A job of the list; -1: the settings in the panel",
        default=-1,
        min=-1,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    again: StringProperty(
        name="Again", description="A baked image, to bake as it was baked before", options={"HIDDEN", "SKIP_SAVE"}
    )

    def _job(self, context: bpy.types.Context) -> Any:
        """The job to bake.

        Raises:
            AddonError: there is no such job or image.
        """
        settings = context.scene.avcore
        if self.again:
            image = bpy.data.images.get(self.again)
            if image is None:
                raise AddonError(f"there is no image {self.again!r}; bake the settings in the panel")
            return following.job_of(image)
        if self.job < 0:
            return settings.now
        if self.job >= len(settings.jobs):
            raise AddonError(f"there is no job {self.job}; the list has {len(settings.jobs)}")
        return settings.jobs[self.job]


class BakeLiveOperator(Baking, bpy.types.Operator):
    """Bake the live picture at the target: with its own preset and sound, in the size and range of the panel"""

    bl_idname = "avcore.bake_live"
    bl_label = "Bake This Live Picture"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set("there is no live picture at the target; make one with Live")
        return live_plans.here(context) is not None

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        job = self._job(context)
        if job.live.coordinates != "UV" and job.bake.target == "MATERIAL":
            self.report({"WARNING"}, "the live picture fills space; its bake is flat, and lies on the object's UVs")
        return (yield from super().steps(context))

    def _job(self, context: bpy.types.Context) -> Any:
        """The job that bakes it.

        Raises:
            AddonError: it is gone, or does not remember how it was made.
        """
        live = live_plans.here(context)
        if live is None:
            raise AddonError("the live picture is gone; make it again with Live")
        return live_plans.bake_job(context, live)


class CancelBakeOperator(bpy.types.Operator):
    """Stop the bake; what is baked stays, and Bake goes on from there"""

    bl_idname = "avcore.cancel_bake"
    bl_label = "Cancel"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("no bake is under way")
        return current.run is not None and not current.run.is_over

    def execute(self, _context: bpy.types.Context) -> Result:
        assert current.run is not None
        current.run.cancel()
        return {"FINISHED"}


class UseBakeOperator(bpy.types.Operator):
    """Show the finished bake, in the place of what is in the way"""

    bl_idname = "avcore.use_bake"
    bl_label = "Use Bake"
    bl_options = UNDOABLE

    target: EnumProperty(name="Target", description="What to make of the pictures", items=(*TARGETS, SAME))
    replace: BoolProperty(name="Replace", description="What is replaced is kept in the file, unused")

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("bake something first")
        return current.run is not None and current.run.baked is not None

    def execute(self, _context: bpy.types.Context) -> Result:
        assert current.run is not None
        return show(self, current.run, replace=self.replace, kind="" if self.target == SAME[0] else self.target)


def show(operator: bpy.types.Operator, run: Run, *, replace: bool, kind: str = "") -> Result:
    """Make the target of a finished bake and say what was made, or what is in the way."""
    try:
        made = make.target(run, replace=replace, kind=kind)
    except AddonError as error:
        operator.report({"ERROR"}, f"the pictures are in {run.plan.request.out}, but {error}")
        return {"CANCELLED"}
    if isinstance(made, InTheWay):
        run.in_the_way = made
        make.target(run, kind="IMAGE")
        operator.report({"WARNING"}, made.sentence)
        return {"FINISHED"}
    run.made, run.in_the_way = made, None
    operator.report({"INFO"}, f"the {made.kind} {made.name} shows it")
    return {"FINISHED"}


CLASSES: tuple[Any, ...] = (BakeOperator, BakeLiveOperator, CancelBakeOperator, UseBakeOperator)
