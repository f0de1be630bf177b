"""Pick the sound, and listen to it."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..errors import AddonError
from ..session import heard
from ..session.asking import Steps
from ..session.hearables import hearing, require
from ..session.kinds import SOUND_KINDS
from ..session.recipes import Choice
from .asking import Asking
from .options import PLAIN, UNDOABLE, Result


class PickSoundOperator(bpy.types.Operator):
    """Pick the sound that pictures and keys follow"""

    bl_idname = "avcore.pick_sound"
    bl_label = "Pick Sound"
    bl_options = UNDOABLE

    kind: EnumProperty(name="Sound", items=SOUND_KINDS, default="ACTIVE")
    strip: StringProperty(name="Strip", description="Name of a sound strip")
    channel: IntProperty(name="Channel", description="A channel of the Video Sequencer", default=1, min=1, max=128)
    filepath: StringProperty(name="File", description="A sound file", subtype="FILE_PATH")
    filter_sound: bpy.props.BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        if self.kind == "FILE":
            context.window_manager.fileselect_add(self)
            return {"RUNNING_MODAL"}
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> Result:
        sound = context.scene.avcore.now.sound
        before = {name: getattr(sound, name) for name in ("kind", "strip", "channel", "file")}
        sound.kind = self.kind
        sound.strip = self.strip or sound.strip
        sound.channel = self.channel
        sound.file = self.filepath or sound.file
        try:
            require(context, context.scene, sound)
        except AddonError as error:
            for name, value in before.items():
                setattr(sound, name, value)
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if self.kind == "FILE" and not bpy.app.background:
            heard.ask(Choice.of(sound).path)  # it will be needed
        return {"FINISHED"}


class ListenOperator(Asking, bpy.types.Operator):
    """Listen to the sound: its tempo, beats and waveform"""

    bl_idname = "avcore.listen"
    bl_label = "Listen"
    bl_options = PLAIN

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        found = yield from hearing(context, context.scene.name, Choice.of(context.scene.avcore.now.sound))
        known = (yield from heard.listening(found.path)).analysis
        self.report({"INFO"}, f"{known.duration_s:.1f} s, {known.tempo_bpm:.1f} BPM, {len(known.beats_s)} beats")
        return {"FINISHED"}


CLASSES: tuple[Any, ...] = (PickSoundOperator, ListenOperator)
