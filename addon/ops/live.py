"""Live: a picture of native nodes that plays by itself."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..bake import InTheWay
from ..keys import Conflict
from ..session import live_offers, live_plans, lives, refresh
from ..session.asking import Steps
from ..session.lives import current
from .asking import Asking
from .options import PLAIN, UNDOABLE, Result


class Living(Asking):
    """What operators that make live pictures have in common."""

    bl_options = UNDOABLE

    # Hidden, since the panel for the last operation would ask again, waiting, when it is changed there.
    replace: BoolProperty(
        name="Replace Own",
        description="Replace the material, world or keys of your own that are in the way",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def show(self, run: lives.LiveRun) -> Result:
        """Make what was asked for, and say what was made, or what is in the way."""
        made = lives.make(run, replace=self.replace)
        current.run = None
        if isinstance(made, InTheWay | Conflict):
            run.in_the_way, current.run = made, run
            self.report({"WARNING"}, made.sentence)
            return {"CANCELLED"} if isinstance(made, InTheWay) else {"FINISHED"}
        self.report({"INFO"}, f"the {made.key} plays live, {run.reply.nodes} nodes, with {run.plan.heard.label}")
        return {"FINISHED"}


class LiveOperator(Living, bpy.types.Operator):
    """Make a picture of native nodes that moves with the sound: no files, any resolution, playing in the viewport"""

    bl_idname = "avcore.live"
    bl_label = "Live"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = live_offers.why_not(context.scene.avcore.now)
        cls.poll_message_set(reason)
        return not reason

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        """Of the settings in the panel."""
        return self.show((yield from lives.asking(context, live_plans.panel_job(context))))


class LiveAgainOperator(Living, bpy.types.Operator):
    """Make a live picture again where it is, by what it was made of, with its sound as it is now"""

    bl_idname = "avcore.live_again"
    bl_label = "Update Live Picture"

    live: StringProperty(name="Live Picture", description="Such as: material Ember", options={"HIDDEN", "SKIP_SAVE"})

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        """Of what the picture remembers."""
        job = live_plans.job_of(live_plans.find(self.live))
        return self.show((yield from lives.asking(context, job, again=self.live)))


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
