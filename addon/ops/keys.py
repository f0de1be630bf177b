"""Keys from sound: on a controller, or on any property."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..engine import WorkerError
from ..errors import AddonError
from ..keys import Conflict, ensure_property, find_conflict, make_controller, write_curve
from ..session import owners, sampling
from ..ui import fields
from .options import UNDOABLE, Result


class KeyControllerOperator(bpy.types.Operator):
    """Give a controller a custom property with keys that follow the signal; anything can be driven by it"""

    bl_idname = "avcore.key_controller"
    bl_label = "Key Controller"
    bl_options = UNDOABLE

    source: StringProperty(name="Signal", description="Feature, band or signal; empty: the one in the panel")
    replace: BoolProperty(name="Replace", description="Replace keys of your own", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> Result:
        keys = context.scene.avcore.keys
        source = self.source or keys.source
        try:
            curve = sampling.sample(context, source)
            owner = make_controller(context.scene, kind=keys.controller, obj=context.object)
            low, high = sorted((keys.low, keys.high))
            path = ensure_property(owner, source, low=low, high=high, description=f"{source} of {curve.label}")
            made = _write(self, keys, curve, owner, path)
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return _told(self, made)


class DriveOperator(bpy.types.Operator):
    """Let the sound move this property, with keys"""

    bl_idname = "avcore.drive"
    bl_label = "Drive with Sound"
    bl_options = UNDOABLE

    owner: StringProperty(name="Owner", description="Such as bpy.data.objects['Cube']")
    path: StringProperty(name="Property", description="Data path from the owner, such as location")
    index: IntProperty(name="Index", description="Which number of a vector or colour; -1: all", default=-1, min=-1)
    replace: BoolProperty(name="Replace", description="Replace keys of your own", options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        return context.window_manager.invoke_props_dialog(self, width=360)

    def draw(self, context: bpy.types.Context) -> None:
        """The settings of keys, and what of the user's would be replaced."""
        fields.draw_keys(self.layout, context.scene.avcore.keys)
        try:
            owner = owners.find(self.owner)
        except AddonError:
            return
        for index in owners.indices(owner, self.path, self.index):
            conflict = find_conflict(owner, self.path, index)
            if conflict is not None:
                self.layout.label(text=conflict.sentence, icon="ERROR")
                self.layout.prop(self, "replace")
                return

    def execute(self, context: bpy.types.Context) -> Result:
        keys = context.scene.avcore.keys
        try:
            owner = owners.find(self.owner)
            indices = owners.indices(owner, self.path, self.index)
            if not self.replace:
                for index in indices:
                    conflict = find_conflict(owner, self.path, index)
                    if conflict is not None:
                        return _told(self, conflict)
            curve = sampling.sample(context, keys.source)
            for index in indices:
                made = _write(self, keys, curve, owner, self.path, index)
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return _told(self, made)


def _write(operator: Any, keys: Any, curve: Any, owner: Any, path: str, index: int = 0) -> Any:
    """Key a property with the curve, as the settings of keys and the operator's ``replace`` say."""
    return write_curve(
        owner,
        path,
        index,
        frames=curve.frames,
        values=curve.values,
        max_error=sampling.error_of(keys),
        replace=operator.replace,
    )


def _told(operator: bpy.types.Operator, made: Any) -> Result:
    """Say what was made; a conflict is an error, so that nothing is replaced unasked."""
    if isinstance(made, Conflict):
        operator.report({"ERROR"}, f"{made.sentence} Choose Replace if you mean it")
        return {"CANCELLED"}
    operator.report({"INFO"}, f"{made.n_keys} keys on {made.owner}, {made.path}")
    return {"FINISHED"}


CLASSES: tuple[Any, ...] = (KeyControllerOperator, DriveOperator)
