"""The engine: find it, examine it, install it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import bpy
from bpy.props import IntProperty

from .. import package
from ..engine import Install, InstallPlan, WorkerError
from ..engine.contract import Diagnosis, Doctor
from ..session import catalogue, places, refresh
from ..session.engine import session
from ..session.installation import installation
from .options import PLAIN, Result

REPORT_NAME = "avcore doctor"
TICK_S = 0.2


class FindEngineOperator(bpy.types.Operator):
    """Look for a Python with avcore again, and start it"""

    bl_idname = "avcore.find_engine"
    bl_label = "Look for avcore"
    bl_options = PLAIN

    def execute(self, _context: bpy.types.Context) -> Result:
        session.restart()
        if not bpy.app.background:
            catalogue.load(again=True)
            return {"FINISHED"}
        try:
            catalogue.load_now()
        except WorkerError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, str(session.engine))
        return {"FINISHED"}


class DoctorOperator(bpy.types.Operator):
    """Examine avcore: versions, devices, what is missing. The report is a text that can be sent to others"""

    bl_idname = "avcore.doctor"
    bl_label = "Diagnose"
    bl_options = PLAIN

    def execute(self, _context: bpy.types.Context) -> Result:
        if bpy.app.background:
            try:
                _keep(session.wait(Doctor()))
            except WorkerError as error:
                _keep_text(str(error))
                self.report({"ERROR"}, str(error))
                return {"CANCELLED"}
        else:
            session.ask(Doctor(), lambda found: _show(_keep(found)), failed=lambda why: _show(_keep_text(why.sentence)))
        return {"FINISHED"}


class CopyInstallCommandOperator(bpy.types.Operator):
    """Copy the command that installs avcore with PyTorch, for a terminal; then choose that Python here"""

    bl_idname = "avcore.copy_install_command"
    bl_label = "Copy Install Command"
    bl_options = PLAIN

    def execute(self, context: bpy.types.Context) -> Result:
        command = f'python3 -m venv avcore-engine && avcore-engine/bin/python -m pip install "{_what(torch=True)}"'
        context.window_manager.clipboard = command
        self.report({"INFO"}, f"copied: {command}")
        return {"FINISHED"}


class InstallEngineOperator(bpy.types.Operator):
    """Install avcore into an environment of the extension's own; nothing else on this computer is changed"""

    bl_idname = "avcore.install_engine"
    bl_label = "Install avcore"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        if not package.is_self_hosted():
            cls.poll_message_set("this build does not install software; copy the command instead")
        elif installation.is_running:
            cls.poll_message_set("an installation is under way")
        elif not bpy.app.online_access and not places.preferences().wheel_folder:
            cls.poll_message_set("allow online access in the preferences (System), or choose a folder of wheels")
        else:
            return True
        return False

    def execute(self, _context: bpy.types.Context) -> Result:
        prefs = places.preferences()
        wheels = Path(bpy.path.abspath(prefs.wheel_folder)) if prefs.wheel_folder else None
        plan = InstallPlan(
            places.user_folder("engine"),
            (_what(torch=prefs.with_torch),),
            wheels=wheels,
            online=bpy.app.online_access and wheels is None,
        )
        installation.log.clear()
        installation.log.append(shlex.join(plan.command()))
        installation.install = Install(plan)
        installation.install.start()
        if bpy.app.background:
            installation.install.wait()
            installation.drain()
            print("\n".join(installation.log), flush=True)
            session.restart()
        else:
            bpy.app.timers.register(_follow_install, first_interval=TICK_S)
        return {"FINISHED"}


class CancelInstallOperator(bpy.types.Operator):
    """Stop installing; what has been downloaded stays, and Install goes on from there"""

    bl_idname = "avcore.cancel_install"
    bl_label = "Cancel Installation"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("no installation is under way")
        return installation.is_running

    def execute(self, _context: bpy.types.Context) -> Result:
        assert installation.install is not None
        installation.install.cancel()
        return {"FINISHED"}


class CacheSizeOperator(bpy.types.Operator):
    """Say how large the cache of analysed sounds is"""

    bl_idname = "avcore.cache_size"
    bl_label = "Cache Size"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("avcore is not running; look for it first")
        return session.welcome is not None

    def execute(self, _context: bpy.types.Context) -> Result:
        assert session.welcome is not None
        folder = Path(session.welcome.cache_folder)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        self.report({"INFO"}, f"{size / 1e6:.0f} MB in {folder}")
        return {"FINISHED"}


class PresetFolderAddOperator(bpy.types.Operator):
    """Look for presets in one more folder"""

    bl_idname = "avcore.preset_folder_add"
    bl_label = "Add Preset Folder"
    bl_options = PLAIN

    def execute(self, _context: bpy.types.Context) -> Result:
        places.preferences().preset_folders.add()
        return {"FINISHED"}


class PresetFolderRemoveOperator(bpy.types.Operator):
    """Look for presets in this folder no more; the folder stays"""

    bl_idname = "avcore.preset_folder_remove"
    bl_label = "Remove Preset Folder"
    bl_options = PLAIN

    index: IntProperty(min=0)

    def execute(self, _context: bpy.types.Context) -> Result:
        places.preferences().preset_folders.remove(self.index)
        session.restart()
        return {"FINISHED"}


def _what(*, torch: bool) -> str:
    """What pip is to install: the wheel in this build, so that no stranger's package of that name can be meant."""
    return f"{package.own_wheel() or 'avcore'}{'[torch]' if torch else ''}"


def _keep(found: Diagnosis) -> str:
    engine = f"engine: {session.engine}\n" if session.engine else ""
    return _keep_text(f"Blender {bpy.app.version_string}\n{engine}{found.text}\n")


def _keep_text(text: str) -> str:
    looked = "".join(f"looked at: {place}\n" for place in session.looked)
    block = bpy.data.texts.get(REPORT_NAME) or bpy.data.texts.new(REPORT_NAME)
    block.clear()
    block.write(f"{text}\n{looked}")
    return block.as_string()


def _show(text: str) -> None:
    """The report in a window of its own; it is also a text of the file."""

    def draw(popup: Any, _context: bpy.types.Context) -> None:
        for line in text.splitlines():
            popup.layout.label(text=line, translate=False)

    bpy.context.window_manager.popup_menu(draw, title=REPORT_NAME, icon="HELP")


def _follow_install() -> float | None:
    end = installation.drain()
    refresh.redraw()
    if end is None:
        return TICK_S
    session.restart()
    catalogue.load(again=True)
    return None


CLASSES: tuple[Any, ...] = (
    FindEngineOperator,
    DoctorOperator,
    CopyInstallCommandOperator,
    InstallEngineOperator,
    CancelInstallOperator,
    CacheSizeOperator,
    PresetFolderAddOperator,
    PresetFolderRemoveOperator,
)
