"""Keys from sound: on a controller, or on any property."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..errors import AddonError
from ..keys import Conflict, Written, ensure_property, find_conflict, make_controller
from ..session import owners, recipes
from ..session.asking import Steps
from ..session.sampling import sampling, write
from ..ui import fields
from .asking import Asking
from .options import UNDOABLE, Result

# Hidden properties are not in the panel for the last operation, which would wait for the worker when one is changed.
HIDDEN = {"HIDDEN", "SKIP_SAVE"}


class KeyControllerOperator(Asking, bpy.types.Operator):
    """Give a controller a custom property with keys that follow the signal; anything can be driven by it"""

    bl_idname = "avcore.key_controller"
    bl_label = "Key Controller"
    bl_options = UNDOABLE

    source: StringProperty(
        name="Signal", description="Feature, band or signal; empty: the one in the panel", options=HIDDEN
    )
    replace: BoolProperty(name="Replace", description="Replace keys of your own", options=HIDDEN)

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        keys = context.scene.avcore.keys
        kind, name = keys.controller, context.object.name if context.object else ""
        low, high = sorted((keys.low, keys.high))
        recipe = recipes.of_curve(context.scene, self.source or keys.source)
        curve = yield from sampling(context, recipe)
        scene = recipes.scene_of(recipe.scene)
        owner = make_controller(scene, kind=kind, obj=bpy.data.objects.get(name))
        told = f"{recipe.source} of {curve.heard.label}"
        path = ensure_property(owner, recipe.source, low=low, high=high, description=told)
        return _told(self, write(curve, recipe, owner, path, replace=self.replace))


class DriveOperator(Asking, bpy.types.Operator):
    """Let the sound move this property, with keys"""

    bl_idname = "avcore.drive"
    bl_label = "Drive with Sound"
    bl_options = UNDOABLE

    owner: StringProperty(name="Owner", description="Such as bpy.data.objects['Cube']", options=HIDDEN)
    path: StringProperty(name="Property", description="Data path from the owner, such as location", options=HIDDEN)
    index: IntProperty(
        name="Index", description="Which number of a vector or colour; -1: all", default=-1, min=-1, options=HIDDEN
    )
    replace: BoolProperty(name="Replace", description="Replace keys of your own", options=HIDDEN)
    is_asked: BoolProperty(name="Without Asking", description="Do it without a dialog", options=HIDDEN)

    _is_dialog = False

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        if self.is_asked:
            return self.begin(context)
        self._is_dialog = True
        return context.window_manager.invoke_props_dialog(self, width=360)

    def execute(self, context: bpy.types.Context) -> Result:
        if not self._is_dialog:
            return super().execute(context)
        # A dialog cannot go on from a timer: another operator does, and the dialog itself is no step to undo.
        told = {name: getattr(self, name) for name in ("owner", "path", "index", "replace")}
        bpy.ops.avcore.drive("INVOKE_DEFAULT", is_asked=True, **told)
        return {"CANCELLED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The settings of keys, and what of the user's would be replaced."""
        fields.draw_keys(self.layout, context.scene.avcore.keys)
        try:
            conflict = self._conflict()
        except AddonError:
            return
        if conflict is not None:
            self.layout.label(text=conflict.sentence, icon="ERROR")
            self.layout.prop(self, "replace")

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        conflict = self._conflict()
        if conflict is not None and not self.replace:
            return _told(self, conflict)
        recipe = recipes.of_curve(context.scene, context.scene.avcore.keys.source)
        curve = yield from sampling(context, recipe)
        owner = owners.find(self.owner)
        made: Written | Conflict | None = None
        for index in owners.indices(owner, self.path, self.index):
            made = write(curve, recipe, owner, self.path, index, replace=self.replace)
        return _told(self, made)

    def _conflict(self) -> Conflict | None:
        """The first of the user's own keys that are in the way."""
        owner = owners.find(self.owner)
        found = (find_conflict(owner, self.path, index) for index in owners.indices(owner, self.path, self.index))
        return next((conflict for conflict in found if conflict is not None), None)


def _told(operator: Any, made: Written | Conflict | None) -> Result:
    """Say what was made; a conflict is an error, so that nothing is replaced unasked."""
    if not isinstance(made, Written):
        operator.report(
            {"ERROR"}, f"{made.sentence} Choose Replace if you mean it" if made else "there is nothing to key"
        )
        return {"CANCELLED"}
    operator.report({"INFO"}, f"{made.n_keys} keys on {made.owner}, {made.path}")
    return {"FINISHED"}


CLASSES: tuple[Any, ...] = (KeyControllerOperator, DriveOperator)
