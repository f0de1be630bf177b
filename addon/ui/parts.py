"""The parts of the panels; each draws one step of the work, the same in every editor."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

from ..session import bakes, catalogue, heard, lives, parameters, picture, refresh
from ..session.engine import session
from ..session.status import problems, summary
from . import fields

Layout = bpy.types.UILayout
PIXELS_A_LETTER = 6.2  # of Blender's font, on average
GROUPS = (
    ("look", "Look"),
    ("motion", "Motion"),
    ("camera", "Camera"),
    ("colour", "Colour"),
    ("sound", "Sound"),
    ("render", "Render"),
)


def draw_top(layout: Layout, context: bpy.types.Context) -> None:
    """What stands in the way, with the button that helps; else nothing."""
    catalogue.load()
    if parameters.has_changed(context.scene.avcore.now.preset):  # custom properties tell nobody that they changed
        refresh.soon()
    if session.problem:
        box = layout.box()
        lines(box, session.problem, icon="ERROR")
        row = box.row(align=True)
        row.operator("avcore.find_engine", icon="FILE_REFRESH")
        row.operator("avcore.open_preferences", icon="PREFERENCES")
    elif session.welcome is None and session.is_busy:
        layout.label(text="Starting avcore ...", icon="SORTTIME")
    draw_run(layout, context)
    draw_live_question(layout, context)
    for name, why, is_shift in problems(context):
        box = layout.box()
        lines(box, f"{name}: {why}", icon="INFO")
        box.operator("avcore.update", text="Shift" if is_shift else "Update", icon="FILE_REFRESH").name = name


def draw_run(layout: Layout, _context: bpy.types.Context) -> None:
    """The bake under way, or why the last one stopped."""
    run = bakes.current.run
    if run is None or (run.baked is not None and run.in_the_way is None):
        return
    box = layout.box()
    if run.in_the_way is not None:
        lines(box, run.in_the_way.sentence, icon="QUESTION")
        row = box.row(align=True)
        operator = row.operator("avcore.use_bake", text="Replace", icon="FILE_TICK")
        operator.replace, operator.target = True, "SAME"
        operator = row.operator("avcore.use_bake", text="Image Only", icon="IMAGE_DATA")
        operator.target = "IMAGE"
        return
    if not run.is_over:
        row = box.row(align=True)
        row.progress(factor=run.fraction, text=run.text)
        row.operator("avcore.cancel_bake", text="", icon="X")
        return
    lines(box, run.failed.sentence if run.failed else "Stopped; Bake goes on from there", icon="ERROR")
    row = box.row(align=True)
    row.operator("avcore.bake", text="Retry", icon="FILE_REFRESH")
    if run.failed is not None and run.failed.kind == "UsageError":
        row.operator("avcore.bake", text="Replace", icon="FILE_TICK").overwrite = True
    if run.failed is not None and run.failed.traceback:
        row.operator("avcore.show_failure", text="", icon="TEXT")


def draw_live_question(layout: Layout, _context: bpy.types.Context) -> None:
    """What of the user's is in the way of a live picture."""
    run = lives.current.run
    if run is None or run.in_the_way is None:
        return
    box = layout.box()
    lines(box, run.in_the_way.sentence, icon="QUESTION")
    row = box.row(align=True)
    if run.plan.again:
        operator = row.operator("avcore.live_again", text="Replace", icon="FILE_TICK")
        operator.live = run.plan.again
    else:
        operator = row.operator("avcore.live", text="Replace", icon="FILE_TICK")
    operator.replace = True
    row.operator("avcore.keep_own", icon="X")


def draw_sound(layout: Layout, context: bpy.types.Context) -> None:
    """Which sound, and what is known of it."""
    sound = context.scene.avcore.now.sound
    layout.prop(sound, "kind", text="")
    if sound.kind == "STRIP":
        layout.prop(sound, "strip", text="")
    elif sound.kind == "CHANNEL":
        layout.prop(sound, "channel")
    elif sound.kind == "FILE":
        layout.prop(sound, "file", text="")
        layout.prop(sound, "file_start")
    text, icon = summary(context)
    lines(layout, text, icon=icon)


def draw_preset(layout: Layout, context: bpy.types.Context) -> None:
    """Which preset, by its picture."""
    preset = context.scene.avcore.now.preset
    if catalogue.presets():
        layout.template_icon_view(preset, "choice", show_labels=True, scale=6.0, scale_popup=5.0)
    row = layout.row(align=True)
    row.prop(preset, "choice", text="")
    row.menu("AVCORE_MT_presets", text="", icon="DOWNARROW_HLT")
    info = catalogue.info(preset.name)
    if info is not None and info.description:
        lines(layout, info.description)


def draw_parameters(layout: Layout, context: bpy.types.Context) -> None:
    """The preset's settings, by group."""
    preset = context.scene.avcore.now.preset
    if not parameters.is_described(preset):
        layout.label(text="Settings come with the preset", icon="SORTTIME")
        refresh.soon()
        return
    layout.use_property_split = True
    layout.use_property_decorate = False
    for group, title in GROUPS:
        items = [item for item in preset.parameters if item.group == group]
        if not items:
            continue
        header, body = layout.panel(f"avcore_{group}", default_closed=group != "look")
        header.label(text=title)
        if body is not None:
            for item in items:
                _draw_parameter(body, item)
    layout.operator("avcore.reset_parameters", icon="LOOP_BACK")


def _draw_parameter(layout: Layout, item: Any) -> None:
    row = layout.row(align=True)
    row.prop(item, f'["{parameters.VALUE}"]', text=item.label, slider=item.kind == "float")
    if item.kind == "palette":
        row.operator("avcore.choose_palette", text="", icon="COLOR").key = item.key


def draw_preview(layout: Layout, context: bpy.types.Context) -> None:
    """The current frame, drawn by the worker."""
    shown = picture.shown
    if shown.icon:
        layout.template_icon(icon_value=shown.icon, scale=9.0)
    if shown.sentence:
        lines(layout, shown.sentence, icon="ERROR")
    if shown.waits_for:
        layout.label(text=shown.waits_for, icon="TIME")
    row = layout.row(align=True)
    row.operator("avcore.preview", icon="RENDER_STILL")
    row.operator("avcore.show_preview", text="", icon="IMAGE")
    row.prop(context.scene.avcore, "live", text="", icon="AUTO")


def draw_keys(layout: Layout, context: bpy.types.Context) -> None:
    """Curves of the sound as keys, and its moments as markers."""
    keys = context.scene.avcore.keys
    fields.draw_keys(layout, keys)
    layout.prop(keys, "controller")
    layout.operator("avcore.key_controller", icon="FCURVE")
    layout.operator_menu_enum("avcore.markers", "moments", icon="MARKER")


def draw_jobs(layout: Layout, context: bpy.types.Context) -> None:
    """The list of bakes to do."""
    settings = context.scene.avcore
    row = layout.row()
    row.template_list("AVCORE_UL_jobs", "", settings, "jobs", settings, "job", rows=3)
    column = row.column(align=True)
    column.operator("avcore.job_add", text="", icon="ADD")
    column.operator("avcore.job_remove", text="", icon="REMOVE")
    layout.operator("avcore.bake_jobs", icon="RENDER_ANIMATION")


def draw_heard(layout: Layout, context: bpy.types.Context) -> None:
    """What was heard, in words; the drawing is over the strip."""
    layout.prop(context.scene.avcore, "show_heard")
    layout.operator("avcore.listen", icon="SOUND")
    known = heard.last()
    if known is not None:
        layout.label(text=f"{known.tempo_bpm:.1f} BPM, {len(known.beats_s)} beats, {len(known.sections)} sections")


def lines(layout: Layout, text: str, *, icon: str = "NONE") -> None:
    """Text over several lines: a label is one line, and cuts what is longer than the panel."""
    context = bpy.context
    width = context.region.width / context.preferences.system.ui_scale if context.region else 300
    width = max(20, int((width - 70) / PIXELS_A_LETTER))
    column = layout.column(align=True)
    column.scale_y = 0.8
    for at, line in enumerate(textwrap.wrap(text, width)):
        column.label(text=line, icon=icon if at == 0 else ("NONE" if icon == "NONE" else "BLANK1"))
