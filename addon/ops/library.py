"""The library of presets: list it again, save a preset, install a pack, open the user's folder."""

from __future__ import annotations

import json
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..engine import WorkerError
from ..engine.contract import InstallPack, SavePreset
from ..session import catalogue, parameters
from ..session.engine import session
from .options import PLAIN, UNDOABLE, Result


class ChoosePresetOperator(bpy.types.Operator):
    """Choose what the sound becomes"""

    bl_idname = "avcore.choose_preset"
    bl_label = "Choose Preset"
    bl_options = UNDOABLE

    preset: StringProperty(name="Preset", description="Name or path of a preset")
    overrides: StringProperty(name="Overrides", description="Settings to change, as JSON", default="{}")

    def execute(self, context: bpy.types.Context) -> Result:
        chosen = context.scene.avcore.now.preset
        before = chosen.name
        chosen.name = self.preset or before
        try:
            values = json.loads(self.overrides)
            parameters.set_overrides(chosen, values)
        except (WorkerError, ValueError) as error:
            chosen.name = before
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class ResetParametersOperator(bpy.types.Operator):
    """Give all settings the preset's own values"""

    bl_idname = "avcore.reset_parameters"
    bl_label = "Reset Settings"
    bl_options = UNDOABLE

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("nothing differs from the preset's own settings")
        return bool(parameters.overrides(context.scene.avcore.now.preset))

    def execute(self, context: bpy.types.Context) -> Result:
        parameters.reset(context.scene.avcore.now.preset)
        return {"FINISHED"}


class ReloadPresetsOperator(bpy.types.Operator):
    """List the presets anew"""

    bl_idname = "avcore.reload_presets"
    bl_label = "Reload Presets"
    bl_options = PLAIN

    def execute(self, _context: bpy.types.Context) -> Result:
        if bpy.app.background:
            try:
                catalogue.load_now()
            except WorkerError as error:
                self.report({"ERROR"}, str(error))
                return {"CANCELLED"}
        else:
            catalogue.load(again=True)
        return {"FINISHED"}


class SavePresetOperator(bpy.types.Operator):
    """Keep the preset with its changed settings as a new one"""

    bl_idname = "avcore.save_preset"
    bl_label = "Save Preset"
    bl_options = PLAIN

    name: StringProperty(name="Name", description="Of the new preset")
    description: StringProperty(name="Description", description="One sentence about it")
    overwrite: BoolProperty(name="Replace", description="Replace your preset of this name")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        self.name = self.name or f"{context.scene.avcore.now.preset.name} 2"
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> Result:
        chosen = context.scene.avcore.now.preset
        try:
            request = SavePreset(
                self.name, chosen.name, parameters.overrides(chosen), self.description, overwrite=self.overwrite
            )
            saved = session.wait(request)
            catalogue.load_now()
            chosen.name = saved.name
            parameters.set_overrides(chosen, {})
        except (WorkerError, ValueError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"saved as {saved.path}")
        return {"FINISHED"}


class InstallPackOperator(bpy.types.Operator):
    """Add a pack of presets (.zip) to yours"""

    bl_idname = "avcore.install_pack"
    bl_label = "Install Pack"
    bl_options = PLAIN

    filepath: StringProperty(name="Pack", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.zip", options={"HIDDEN"})
    overwrite: BoolProperty(name="Replace", description="Replace a pack of this name")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, _context: bpy.types.Context) -> Result:
        try:
            installed = session.wait(InstallPack(bpy.path.abspath(self.filepath), overwrite=self.overwrite))
            catalogue.load_now()
        except WorkerError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{len(installed.presets)} presets of {installed.pack} are installed")
        return {"FINISHED"}


class OpenPresetsOperator(bpy.types.Operator):
    """Show the folder of your own presets"""

    bl_idname = "avcore.open_presets"
    bl_label = "Open Folder"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("avcore is not running; look for it in the extension's preferences")
        return session.welcome is not None

    def execute(self, _context: bpy.types.Context) -> Result:
        from pathlib import Path

        assert session.welcome is not None
        folder = Path(session.welcome.user_presets)
        folder.mkdir(parents=True, exist_ok=True)
        if not bpy.app.background:
            bpy.ops.wm.path_open(filepath=str(folder))
        return {"FINISHED"}


class ChoosePaletteOperator(bpy.types.Operator):
    """Choose a palette"""

    bl_idname = "avcore.choose_palette"
    bl_label = "Choose Palette"
    bl_options = UNDOABLE
    bl_property = "palette"

    def _palettes(self, _context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
        names = catalogue.palettes(wait=bpy.app.background)
        if len(_palette_items) != len(names):
            _palette_items[:] = [(name, name.replace("_", " ").title(), "") for name in names]
        return _palette_items

    key: StringProperty(options={"HIDDEN"})
    palette: bpy.props.EnumProperty(name="Palette", items=_palettes)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Result:
        item = context.scene.avcore.now.preset.parameters.get(self.key)
        if item is None:
            self.report({"ERROR"}, f"the preset has no setting {self.key}; choose the preset again")
            return {"CANCELLED"}
        item[parameters.VALUE] = self.palette
        return {"FINISHED"}


# Blender keeps no reference to the texts of a dynamic enumeration.
_palette_items: list[tuple[str, str, str]] = []

CLASSES: tuple[Any, ...] = (
    ChoosePresetOperator,
    ResetParametersOperator,
    ReloadPresetsOperator,
    SavePresetOperator,
    InstallPackOperator,
    OpenPresetsOperator,
    ChoosePaletteOperator,
)
