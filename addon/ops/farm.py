"""Send to farm: write the saved scene as a job for render farms, and give it to a Flamenco Manager."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty

from ..engine import WorkerError
from ..engine.contract import Doctor
from ..engine.farm import Export
from ..errors import AddonError
from ..session import farm, refresh
from ..session.engine import session
from .options import PLAIN, Result

TICK_S = 0.2


class SendToFarmOperator(bpy.types.Operator):
    """Write the saved scene, with its bakes and films, as a job for render farms. Deadline Cloud, OpenJD, Slurm and
    Flamenco take it
    """

    bl_idname = "avcore.send_to_farm"
    bl_label = "Write Farm Job"
    bl_options = PLAIN

    submit: BoolProperty(name="Submit", description="Send the job to the Flamenco Manager of the preferences")

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not farm.is_saved():
            cls.poll_message_set(farm.UNSAVED)
        elif farm.current.is_running:
            cls.poll_message_set("a job is being written")
        else:
            return True
        return False

    def execute(self, context: bpy.types.Context) -> Result:
        if session.engine is None and bpy.app.background:
            try:
                session.wait(Doctor())  # looks for avcore
            except WorkerError as error:
                self.report({"ERROR"}, str(error))
                return {"CANCELLED"}
        try:
            export = Export(farm.order(context.scene, submit=self.submit))
        except AddonError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        farm.current.export = export
        export.start()
        if not bpy.app.background:
            bpy.app.timers.register(_follow, first_interval=TICK_S)
            return {"FINISHED"}
        export.wait()
        self.report({"ERROR"} if export.has_failed else {"INFO"}, export.sentence)
        return {"CANCELLED"} if export.has_failed else {"FINISHED"}


class CancelFarmOperator(bpy.types.Operator):
    """Stop writing the job"""

    bl_idname = "avcore.cancel_farm"
    bl_label = "Cancel"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("no job is being written")
        return farm.current.is_running

    def execute(self, _context: bpy.types.Context) -> Result:
        assert farm.current.export is not None
        farm.current.export.cancel()
        return {"FINISHED"}


def _follow() -> float | None:
    refresh.redraw()
    return TICK_S if farm.current.is_running else None


CLASSES: tuple[Any, ...] = (SendToFarmOperator, CancelFarmOperator)
