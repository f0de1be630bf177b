"""What panels need besides: the preferences, and the whole text of a failure."""

from __future__ import annotations

from typing import Any

import bpy

from .. import package
from ..session.bakes import current
from .options import PLAIN, Result

FAILURE_NAME = "avcore failure"


class OpenPreferencesOperator(bpy.types.Operator):
    """Open the extension's preferences"""

    bl_idname = "avcore.open_preferences"
    bl_label = "Preferences"
    bl_options = PLAIN

    def execute(self, _context: bpy.types.Context) -> Result:
        if not bpy.app.background:
            bpy.ops.preferences.addon_show(module=package.NAME)
        return {"FINISHED"}


class ShowFailureOperator(bpy.types.Operator):
    """Keep all that is known of the failure as a text of the file, to be sent to others"""

    bl_idname = "avcore.show_failure"
    bl_label = "Show Failure"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("no bake has failed")
        return current.run is not None and current.run.failed is not None

    def execute(self, _context: bpy.types.Context) -> Result:
        assert current.run is not None
        assert current.run.failed is not None
        failed = current.run.failed
        block = bpy.data.texts.get(FAILURE_NAME) or bpy.data.texts.new(FAILURE_NAME)
        block.clear()
        block.write(f"{failed.kind}: {failed.sentence}\n\n{failed.traceback}")
        self.report({"INFO"}, f"the text {FAILURE_NAME!r} has it; open it in a Text Editor")
        return {"FINISHED"}


CLASSES: tuple[Any, ...] = (OpenPreferencesOperator, ShowFailureOperator)
