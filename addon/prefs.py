"""Preferences: the engine, its devices and folders, and the library of presets."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty

from . import package
from .session.engine import session
from .session.installation import installation


def _other_engine(_prefs: bpy.types.AddonPreferences, _context: bpy.types.Context) -> None:
    session.restart()


def _device_names(_prefs: bpy.types.AddonPreferences, _context: bpy.types.Context, _typed: str) -> list[str]:
    return ["auto", *(device.name for device in session.welcome.devices)] if session.welcome else ["auto", "cpu"]


class PresetFolder(bpy.types.PropertyGroup):
    """A folder with presets besides the shipped ones and the user's own."""

    path: StringProperty(name="Folder", description="A folder with presets", subtype="DIR_PATH", update=_other_engine)


class Preferences(bpy.types.AddonPreferences):
    """What holds for all scenes."""

    bl_idname = package.NAME

    python: StringProperty(
        name="Python",
        description="A Python that has avcore, its folder, or an avcore program; empty: look for one",
        subtype="FILE_PATH",
        update=_other_engine,
    )
    device: StringProperty(
        name="Device", description="What draws; auto takes the fastest", default="auto", search=_device_names
    )
    threads: IntProperty(name="Threads", description="How many processor threads draw; 0: all", min=0, max=1024)
    cache_folder: StringProperty(
        name="Cache",
        description="Where analysed sounds are kept; empty: avcore's usual folder",
        subtype="DIR_PATH",
        update=_other_engine,
    )
    preset_folders: CollectionProperty(type=PresetFolder)
    output_folder: StringProperty(
        name="Bakes", description="Where bakes go; empty: 'bakes' beside the saved file", subtype="DIR_PATH"
    )
    wheel_folder: StringProperty(
        name="Wheels", description="A folder with avcore's wheels, to install without the internet", subtype="DIR_PATH"
    )
    flamenco_manager: StringProperty(
        name="Flamenco",
        description="Address of a Flamenco Manager that farm jobs can be sent to, such as http://render:8080",
    )
    with_torch: BoolProperty(name="With PyTorch", description="Also install PyTorch, to draw on a graphics card")

    def draw(self, context: bpy.types.Context) -> None:
        """Engine first, since nothing works without one."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        _draw_engine(layout.box(), self)
        column = layout.column()
        column.prop(self, "device")
        column.prop(self, "threads")
        column.prop(self, "output_folder", placeholder="bakes, beside the saved file")
        row = column.row(align=True)
        row.prop(self, "cache_folder", placeholder=session.welcome.cache_folder if session.welcome else "")
        row.operator("avcore.cache_size", text="", icon="INFO")
        if package.is_self_hosted():
            column.prop(self, "flamenco_manager", placeholder="none")
        for at, folder in enumerate(self.preset_folders):
            row = column.row(align=True)
            row.prop(folder, "path", text="Presets")
            row.operator("avcore.preset_folder_remove", text="", icon="REMOVE").index = at
        column.operator("avcore.preset_folder_add", icon="ADD")


def _draw_engine(layout: bpy.types.UILayout, prefs: Preferences) -> None:
    welcome = session.welcome
    if welcome is not None:
        layout.label(text=f"avcore {welcome.avcore} on Python {welcome.python}", icon="CHECKMARK")
        for device in welcome.devices:
            layout.label(text=device.description, icon="BLANK1", translate=False)
    elif session.is_busy:
        layout.label(text="Looking for avcore ...", icon="SORTTIME")
    else:
        layout.label(text=session.problem or "avcore starts when it is first needed", icon="INFO")
    row = layout.row(align=True)
    row.operator("avcore.find_engine", icon="FILE_REFRESH")
    row.operator("avcore.doctor", icon="HELP")
    row.operator("avcore.copy_install_command", icon="COPYDOWN")
    layout.prop(prefs, "python", placeholder="found by itself")
    if package.is_self_hosted():
        layout.prop(prefs, "wheel_folder")
        layout.prop(prefs, "with_torch")
        row = layout.row(align=True)
        row.operator("avcore.install_engine", icon="IMPORT")
        row.operator("avcore.cancel_install", text="", icon="X")
        for line in installation.log[-8:]:
            layout.label(text=line, translate=False)


CLASSES = (PresetFolder, Preferences)


def register() -> None:
    """Show them."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    if installation.is_running and installation.install is not None:
        installation.install.cancel()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
