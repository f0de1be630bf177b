"""Bring what was made in step with its sound."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty

from ..engine import WorkerError
from ..engine.contract import Cancelled
from ..errors import AddonError
from ..session import following, status
from ..session.asking import Steps
from ..sound import Moved
from .asking import Asking
from .options import UNDOABLE, Result


class UpdateOperator(Asking, bpy.types.Operator):
    """Bring pictures, keys and markers in step with their sound: shift what has moved, make anew what has changed"""

    bl_idname = "avcore.update"
    bl_label = "Update"
    bl_options = UNDOABLE

    # Hidden, since the panel for the last operation would make things again, waiting, when it is changed there.
    name: StringProperty(
        name="Name", description="As the panel names them; empty: all", options={"HIDDEN", "SKIP_SAVE"}
    )

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        names = {each.name for each in following.stale(context) if self._is_meant(context, each)}
        ready, failed = [], []
        for each in [each for each in following.stale(context) if each.name in names]:
            if isinstance(each.change, Moved):
                continue
            try:
                ready.append((each.name, (yield from each.remade(context))))
            except (AddonError, WorkerError) as error:
                if isinstance(error, WorkerError) and isinstance(error.failed, Cancelled):
                    raise
                failed.append(f"{each.name}: {error}")
        # From here on nothing is waited for, so that all of it is one step to undo.
        for name, make in ready:
            try:
                make()
            except AddonError as error:
                failed.append(f"{name}: {error}")
        moved = [each for each in following.stale(context) if each.name in names and isinstance(each.change, Moved)]
        for each in moved:
            each.shift()
        for sentence in failed:
            self.report({"WARNING" if moved or ready else "ERROR"}, sentence)
        self.report({"INFO"}, f"{len(moved)} shifted, {len(ready)} made anew")
        return {"FINISHED"} if moved or ready else {"CANCELLED"}

    def _is_meant(self, context: bpy.types.Context, each: following.Stale) -> bool:
        if self.name in ("", each.name):
            return True
        return any(self.name == line and why == each.why for line, why, _ in status.problems(context))


CLASSES: tuple[Any, ...] = (UpdateOperator,)
