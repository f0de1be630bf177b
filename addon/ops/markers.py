"""Markers where beats, onsets and sections are heard."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..engine import WorkerError
from ..engine.contract import Analysis
from ..errors import AddonError
from ..keys import Event, remove_markers, write_markers
from ..session import heard
from ..session.hearables import hear
from .options import UNDOABLE, Result

MOMENTS = (
    ("BEATS", "Beats", "A marker on each beat"),
    ("DOWNBEATS", "Bars", "A marker on the first beat of each bar"),
    ("ONSETS", "Onsets", "A marker on each onset"),
    ("SECTIONS", "Sections", "A marker where each section of the song begins"),
)


class MarkersOperator(bpy.types.Operator):
    """Put markers where something is heard; making them again replaces only these"""

    bl_idname = "avcore.markers"
    bl_label = "Markers"
    bl_options = UNDOABLE

    moments: EnumProperty(name="At", items=MOMENTS)

    def execute(self, context: bpy.types.Context) -> Result:
        scene = context.scene
        try:
            found = hear(context, scene, scene.avcore.now.sound)
            known = heard.wait(found.path).analysis
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        count = write_markers(scene, found.hearing, events(known, self.moments), kind=self.moments.lower())
        self.report({"INFO"}, f"{count} markers")
        return {"FINISHED"}


class RemoveMarkersOperator(bpy.types.Operator):
    """Remove the markers that were made from sound"""

    bl_idname = "avcore.remove_markers"
    bl_label = "Remove Markers"
    bl_options = UNDOABLE

    def execute(self, context: bpy.types.Context) -> Result:
        self.report({"INFO"}, f"{remove_markers(context.scene)} markers removed")
        return {"FINISHED"}


def events(known: Analysis, moments: str) -> list[Event]:
    """Times of the sound and names of their markers."""
    if moments == "SECTIONS":
        return [Event(section.start_s, section.label) for section in known.sections]
    times, name = {
        "BEATS": (known.beats_s, "beat"),
        "DOWNBEATS": (known.downbeats_s, "bar"),
        "ONSETS": (known.onsets_s, "onset"),
    }[moments]
    return [Event(time_s, f"{name} {at}") for at, time_s in enumerate(times, start=1)]


CLASSES: tuple[Any, ...] = (MarkersOperator, RemoveMarkersOperator)
