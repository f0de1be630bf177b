"""Live: a picture of native nodes that plays by itself. Modal in a window, waiting in scripts."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..bake import InTheWay
from ..engine import WorkerError
from ..errors import AddonError
from ..keys import Conflict
from ..session import bakes, live_offers, live_plans, lives, refresh
from ..session.lives import LiveRun, current
from .options import PLAIN, UNDOABLE, Result

TICK_S = 0.03


class Living:
    """What operators that make live pictures have in common; ``_plan`` says what is made."""

    bl_options = UNDOABLE

    # Hidden, since the panel for the last operation would ask again, waiting, when it is changed there.
    replace: BoolProperty(
        name="Replace Own",
        description="Replace the material, world or keys of your own that are in the way",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    _timer: Any = None
    _run: LiveRun | None = None

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        run = self._prepare(context)
        if run is None:
            return {"CANCELLED"}
        run.start()
        manager = context.window_manager
        self._run = run
        self._timer = manager.event_timer_add(TICK_S, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        run = self._run
        if run is None or current.run is not run:  # the extension was disabled, or another file opened
            return self._end(context, {"CANCELLED"})
        if event.type == "ESC" and event.value == "PRESS" and not run.is_over:
            run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not run.is_over:
            bakes.say_status(context, "avcore: listening for the live picture   |   Esc stops")
            return {"PASS_THROUGH"}
        if run.failed is not None:
            self.report({"ERROR"}, run.failed.sentence)
            return self._end(context, {"CANCELLED"})
        if run.is_cancelled:
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
            run.wait()
        except WorkerError as error:
            run.failed = error.failed
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return self._make(run)

    def _plan(self, context: bpy.types.Context) -> live_plans.LivePlan:
        """What to make.

        Raises:
            AddonError: there is no sound, or nothing to make it of.
            WorkerError: no engine, where the length of a file is to be known.
        """
        raise NotImplementedError

    def _prepare(self, context: bpy.types.Context) -> LiveRun | None:
        """The live picture to ask for; None after a message."""
        try:
            plan = self._plan(context)
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return None
        current.run = LiveRun(plan)
        return current.run

    def _make(self, run: LiveRun) -> Result:
        try:
            made = lives.make(run, replace=self.replace)
        except AddonError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        refresh.redraw()
        if isinstance(made, InTheWay | Conflict):
            run.in_the_way = made
            self.report({"WARNING"}, made.sentence)
            return {"CANCELLED"} if isinstance(made, InTheWay) else {"FINISHED"}
        assert run.reply is not None
        self.report({"INFO"}, f"the {made.key} plays live, {run.reply.nodes} nodes, with {run.plan.heard.label}")
        return {"FINISHED"}

    def _end(self, context: bpy.types.Context, result: Result) -> Result:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
            bakes.say_status(context, "")
        refresh.redraw()
        return result


class LiveOperator(Living, bpy.types.Operator):
    """Make a picture of native nodes that moves with the sound: no files, any resolution, playing in the viewport"""

    bl_idname = "avcore.live"
    bl_label = "Live"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if current.run is not None and not current.run.is_over:
            cls.poll_message_set("a live picture is being made; wait for it")
            return False
        reason = live_offers.why_not(context.scene.avcore.now)
        cls.poll_message_set(reason)
        return not reason

    def _plan(self, context: bpy.types.Context) -> live_plans.LivePlan:
        """Of the settings in the panel."""
        return live_plans.plan(context, context.scene.avcore.now)


class LiveAgainOperator(Living, bpy.types.Operator):
    """Make a live picture again where it is, by what it was made of, with its sound as it is now"""

    bl_idname = "avcore.live_again"
    bl_label = "Update Live Picture"

    live: StringProperty(name="Live Picture", description="Such as: material Ember", options={"HIDDEN", "SKIP_SAVE"})

    def _plan(self, context: bpy.types.Context) -> live_plans.LivePlan:
        """Of what the picture remembers."""
        live = live_plans.find(self.live)
        return live_plans.plan(context, live_plans.job_of(live), again=live.key)


class KeepOwnOperator(bpy.types.Operator):
    """Leave your own as it is, and make nothing live"""

    bl_idname = "avcore.keep_own"
    bl_label = "Keep Mine"
    bl_options = PLAIN

    def execute(self, _context: bpy.types.Context) -> Result:
        current.run = None
        refresh.redraw()
        return {"FINISHED"}


CLASSES: tuple[Any, ...] = (LiveOperator, LiveAgainOperator, KeepOwnOperator)
