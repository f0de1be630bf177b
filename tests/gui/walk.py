"""Inside Blender: what an artist does the first time, from installing to a baked texture."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from driver import (
    EXTENSION,
    SHARE,
    Steps,
    Ticks,
    area,
    choose_tab,
    found,
    install,
    key,
    move,
    play,
    region,
    set_up,
    shot,
    until,
    within,
)


def walk() -> Steps:
    """Install, set up, look, bake, stop, bake again, move the strip, key, list jobs.

    Operators are called with True: each is an undo step, as when a person clicks.
    """
    began = time.monotonic()
    install()
    found["install_s"] = round(time.monotonic() - began, 2)
    found["is_enabled"] = EXTENSION in bpy.context.preferences.addons
    yield 0.5
    from bl_ext.user_default.avcore.session import bakes, catalogue, heard, picture, status

    yield from set_up()
    view = area("VIEW_3D")
    yield from until(lambda: bool(catalogue.presets()), seconds=120)
    found["presets"] = len(catalogue.presets())
    yield 1.5
    shot("1-panels")

    scene = bpy.context.scene
    scene.frame_set(100)
    asked = time.monotonic()
    with within(view):
        bpy.ops.avcore.preview("INVOKE_DEFAULT", True)
    yield from until(lambda: bool(picture.shown.icon or picture.shown.sentence), seconds=200)
    found["first_preview_s"] = round(time.monotonic() - asked, 2)
    found["first_picture_after_install_s"] = round(time.monotonic() - began, 2)
    yield 1.0
    waits = []
    for step in range(5):  # live: a change of the preset's setting is drawn without being asked for
        item = scene.avcore.now.preset.parameters["colour.saturation"]
        before = picture.shown.count
        asked = time.monotonic()
        item["value"] = 0.5 + 0.3 * step
        region(view, "UI").tag_redraw()
        yield from until(lambda count=before: picture.shown.count > count, seconds=20)
        waits.append(round(time.monotonic() - asked, 3))
        yield 0.3
    found["preview_s"] = waits
    yield 0.5
    shot("2-preview")
    with within(area("SEQUENCE_EDITOR")):
        bpy.ops.avcore.listen("INVOKE_DEFAULT", True)
    yield from until(lambda: heard.last() is not None, seconds=60)
    view.type = "SEQUENCE_EDITOR"
    yield 1.0
    view.spaces.active.show_region_ui = True
    yield from choose_tab(view)
    with within(view):
        bpy.ops.sequencer.view_all()
    yield 2.0
    shot("3-heard")
    view.type = "VIEW_3D"
    yield 4.0

    bake = scene.avcore.now.bake
    bake.folder, bake.width, bake.height = str(SHARE / "bakes"), 512, 512
    move(view)
    ticks = Ticks()
    yield 3.0
    found["idle_ticks_per_s"] = round(ticks.per_second(), 1)
    with within(view):
        bpy.ops.avcore.bake("INVOKE_DEFAULT", True)
    yield from until(lambda: bakes.current.run.fraction > 0.02, seconds=120)
    ticks = Ticks()
    yield from until(lambda: bakes.current.run.fraction > 0.3, seconds=120)
    found["ticks_per_s"] = round(ticks.per_second(), 1)
    found["ticks_per_s_of_its_own_time"] = round(ticks.per_second_of_its_own(), 1)
    found["longest_pause_s"] = round(ticks.longest_s(), 2)
    shot("4-baking")
    key("Escape")
    yield from until(lambda: bakes.current.run.is_over, seconds=60)
    found["is_cancelled"] = bakes.current.run.is_cancelled
    yield 1.0
    shot("5-stopped")
    with within(view):
        bpy.ops.avcore.bake("INVOKE_DEFAULT", True)
    yield from until(lambda: bakes.current.run.fraction > 0.6, seconds=300)
    key("ctrl+z")  # undo does not disturb it
    yield from until(lambda: bakes.current.run.is_over, seconds=300)
    yield 1.0
    run = bakes.current.run
    found["skipped"] = run.baked.skipped if run.baked else str(run.failed)
    found["frames"] = run.baked.frames if run.baked else 0
    found["in_the_way"] = run.in_the_way.sentence if run.in_the_way else ""
    shot("6-baked")
    with within(view):
        bpy.ops.avcore.use_bake("EXEC_DEFAULT", True, target="SAME", replace=True)
    found["material"] = bpy.context.object.active_material.name
    move(view)
    key("ctrl+z")
    yield 1.5
    found["material_after_undo"] = bpy.context.object.active_material.name
    key("ctrl+shift+z")
    yield 1.5
    view = area("VIEW_3D")
    scene = bpy.context.scene
    view.spaces.active.shading.type = "MATERIAL"
    yield 8.0
    shot("7-material")
    view.spaces.active.shading.type = "SOLID"

    strip = scene.sequence_editor.strips["song"]
    strip.content_start += 24
    yield 4.0
    found["moved"] = status.problems(bpy.context)
    shot("8-moved")
    with within(view):
        bpy.ops.avcore.update("INVOKE_DEFAULT", True)
        bpy.ops.avcore.key_controller("INVOKE_DEFAULT", True)
        bpy.ops.avcore.markers("INVOKE_DEFAULT", True, moments="DOWNBEATS")
        bpy.ops.avcore.job_add("INVOKE_DEFAULT", True)
    yield from until(lambda: len(bpy.context.scene.timeline_markers) > 5, seconds=120)
    yield from until(lambda: "avcore" in bpy.data.objects, seconds=120)
    found["problems_after_update"] = status.problems(bpy.context)
    scene = bpy.context.scene
    found["markers"] = len(scene.timeline_markers)
    yield 1.0
    shot("9-keys")
    for kind in ("ShaderNodeTree",):
        editor = area("VIEW_3D")
        editor.type = "NODE_EDITOR"
        editor.ui_type = kind
        editor.spaces.active.show_region_ui = True
        yield 1.0
        yield from choose_tab(editor)
        shot("10-shader")
    properties = area("PROPERTIES")
    properties.spaces.active.context = "MATERIAL"
    yield 1.0
    shot("11-material-properties")
    area("NODE_EDITOR").type = "PREFERENCES"
    yield 0.5
    bpy.ops.preferences.addon_show(module=EXTENSION)
    yield 2.0
    shot("12-preferences")
    bpy.ops.preferences.addon_disable(module=EXTENSION)
    yield 0.5
    found["stays"] = [name for name in dir(bpy.types) if name.startswith("AVCORE")]
    shot("13-disabled")


play(walk())
