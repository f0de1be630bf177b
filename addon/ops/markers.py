"""Markers where beats, onsets and sections are heard."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..keys import remove_markers
from ..session import marks, recipes
from ..session.asking import Steps
from .asking import Asking
from .options import UNDOABLE, Result

MOMENTS = (
    ("BEATS", "Beats", "A marker on each beat"),
    ("DOWNBEATS", "Bars", "A marker on the first beat of each bar"),
    ("ONSETS", "Onsets", "A marker on each onset"),
    ("SECTIONS", "Sections", "A marker where each section of the song begins"),
)


class MarkersOperator(Asking, bpy.types.Operator):
    """Put markers where something is heard; making them again replaces only these"""

    bl_idname = "avcore.markers"
    bl_label = "Markers"
    bl_options = UNDOABLE

    moments: EnumProperty(name="At", items=MOMENTS)

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        count = yield from marks.marking(context, recipes.of_markers(context.scene, self.moments))
        self.report({"INFO"}, f"{count()} markers")
        return {"FINISHED"}


class RemoveMarkersOperator(bpy.types.Operator):
    """Remove the markers that were made from sound"""

    bl_idname = "avcore.remove_markers"
    bl_label = "Remove Markers"
    bl_options = UNDOABLE

    def execute(self, context: bpy.types.Context) -> Result:
        self.report({"INFO"}, f"{remove_markers(context.scene)} markers removed")
        return {"FINISHED"}


CLASSES: tuple[Any, ...] = (MarkersOperator, RemoveMarkersOperator)
