"""Inside Blender: keys, markers and updates, while the window goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from driver import Steps, Ticks, area, click, found, install, key, move, play, set_up, shot, until, within

OK = (601, 661)  # the dialog's button on the screen, as it opens with the mouse in the middle of the 3D view


def walk() -> Steps:
    """Key a controller, stop it, key it again, drive a property by the dialog, mark, move the strip, update, undo."""
    install()
    yield 0.5
    from bl_ext.user_default.avcore.session import catalogue, heard, status

    yield from set_up()
    view = area("VIEW_3D")
    yield from until(lambda: bool(catalogue.presets()), seconds=120)
    yield 1.0
    move(view)

    # The song is not known yet: the worker listens to it for seconds.
    with within(view):
        found["asked"] = sorted(bpy.ops.avcore.key_controller("INVOKE_DEFAULT", True, source="onset"))
    yield 0.4
    shot("following-1-listening")
    key("Escape")
    yield 1.0
    found["after_escape"] = "avcore" in bpy.data.objects
    ticks, asked = Ticks(), time.monotonic()
    with within(view):
        bpy.ops.avcore.key_controller("INVOKE_DEFAULT", True, source="onset")
    yield from until(lambda: "avcore" in bpy.data.objects, seconds=120)
    found["keyed_s"] = round(time.monotonic() - asked, 2)
    yield 1.0
    found["ticks_per_s"] = round(ticks.per_second(), 1)
    found["longest_pause_s"] = round(ticks.longest_s(), 2)
    move(view)
    key("ctrl+z")
    yield 1.0
    found["after_undo"] = "avcore" in bpy.data.objects
    key("ctrl+shift+z")
    yield 1.0
    found["after_redo"] = "avcore" in bpy.data.objects

    with within(area("SEQUENCE_EDITOR")):
        bpy.ops.avcore.listen("INVOKE_DEFAULT", True)
    yield from until(lambda: heard.last() is not None, seconds=120)
    cube = bpy.data.objects["Cube"]
    with within(view):
        bpy.ops.avcore.drive("INVOKE_DEFAULT", True, owner=repr(cube), path="location", index=2)
    yield 1.0
    shot("following-2-dialog")
    click(*OK)  # the mouse comes to the button,
    yield 1.0
    click(*OK)  # and presses it
    yield from until(lambda: bpy.data.objects["Cube"].animation_data is not None, seconds=60)
    yield 0.5
    with within(view):
        bpy.ops.avcore.markers("INVOKE_DEFAULT", True, moments="BEATS")
    yield from until(lambda: len(bpy.context.scene.timeline_markers) > 5, seconds=60)
    yield 0.5
    found["steps"] = [curve_start(), first_marker()]

    strip = bpy.context.scene.sequence_editor.strips["song"]
    strip.content_start += 24
    bpy.ops.ed.undo_push(message="Move strip")
    yield 2.0
    found["moved"] = status.problems(bpy.context)
    shot("following-3-moved")
    with within(view):
        bpy.ops.avcore.update("INVOKE_DEFAULT", True, name=found.values["moved"][0][0])
    yield 1.0
    found["shifted"] = [curve_start(), first_marker(), status.problems(bpy.context)]
    move(view)
    key("ctrl+z")
    yield 1.0
    found["shift_undone"] = [curve_start(), first_marker(), len(status.problems(bpy.context))]
    key("ctrl+shift+z")
    yield 1.0

    strip = bpy.context.scene.sequence_editor.strips["song"]
    strip.left_handle += 12
    bpy.ops.ed.undo_push(message="Trim strip")
    yield 1.0
    with within(view):
        bpy.ops.avcore.update("INVOKE_DEFAULT", True)
    yield from until(lambda: status.problems(bpy.context) == [], seconds=60)
    yield 0.5
    found["trimmed"] = [curve_start(), bpy.context.scene.sequence_editor.strips["song"].left_handle]
    move(view)
    key("ctrl+z")
    yield 1.0
    found["trim_undone"] = [curve_start(), len(status.problems(bpy.context))]

    bpy.ops.avcore.pick_sound("EXEC_DEFAULT", True, kind="MIX")
    with within(view):
        bpy.ops.avcore.key_controller("INVOKE_DEFAULT", True, source="rms")
    yield 0.4
    shot("following-4-mixing")
    yield from until(lambda: "rms" in bpy.data.objects["avcore"], seconds=120)
    yield 1.0
    shot("following-5-mixed")


def curve_start() -> float:
    """The frame of the first key of the cube's curve."""
    from bl_ext.user_default.avcore.keys import find_curve

    return float(find_curve(bpy.data.objects["Cube"], "location", 2).keyframe_points[0].co.x)


def first_marker() -> int:
    """The frame of the first marker."""
    return min(marker.frame for marker in bpy.context.scene.timeline_markers)


play(walk())
