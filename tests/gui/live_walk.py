"""Inside Blender: a cube that plays live in the viewport, while the timeline runs."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from driver import SHARE, Steps, area, found, install, key, move, play, region, set_up, shot, until, within

SIDE = 420  # of the part of the viewport with the cube, in pixels
LOOKED = range(60, 109)
PLAYED_S = 8.0


def walk() -> Steps:
    """Install, click Live on the cube that has a material already, replace it, look, play, bake it."""
    install()
    yield 0.5
    from bl_ext.user_default.avcore.session import bakes, catalogue, live_offers, lives

    yield from set_up(first=1)
    scene, view = bpy.context.scene, area("VIEW_3D")
    now = scene.avcore.now
    yield from until(lambda: bool(catalogue.presets()), seconds=120)
    now.preset.name = "lava"
    yield from until(lambda: live_offers.of(now.preset) is not None)
    found["why_not"] = live_offers.why_not(now)
    found["is_offered"] = bpy.ops.avcore.live.poll()
    yield 1.0
    shot("live-0-not")
    now.preset.name = "ember"
    yield from until(lambda: live_offers.of(now.preset) is not None)
    found["nodes"] = live_offers.of(now.preset).nodes
    yield 1.5
    shot("live-1-panel")

    asked = time.monotonic()
    with within(view):
        bpy.ops.avcore.live("INVOKE_DEFAULT", True)
    found["returned_s"] = round(time.monotonic() - asked, 3)
    yield from until(lambda: lives.current.run is not None, seconds=120)
    found["in_the_way"] = lives.current.run.in_the_way.sentence
    found["kept"] = bpy.context.object.active_material.name
    yield 1.0
    shot("live-2-question")
    asked = time.monotonic()
    with within(view):
        bpy.ops.avcore.live("INVOKE_DEFAULT", True, replace=True)
    yield from until(lambda: bpy.context.object.active_material.name == "Ember", seconds=60)
    found["live_s"] = round(time.monotonic() - asked, 3)
    yield 0.5
    move(view)
    key("ctrl+z")
    yield 1.0
    found["after_undo"] = bpy.context.object.active_material.name
    key("ctrl+shift+z")
    yield 1.0
    found["after_redo"] = bpy.context.object.active_material.name

    scene, view = bpy.context.scene, area("VIEW_3D")
    now = scene.avcore.now
    view.spaces.active.overlay.show_overlays = False
    view.spaces.active.show_gizmo = False
    view.spaces.active.region_3d.view_distance = 6.0
    drawn: list[float] = []
    handler = bpy.types.SpaceView3D.draw_handler_add(lambda: drawn.append(time.monotonic()), (), "WINDOW", "POST_PIXEL")
    asked = time.monotonic()
    view.spaces.active.shading.type = "MATERIAL"
    yield from until(lambda: colour(picture(view)) > 5.0, seconds=120)  # a cube that is not compiled yet is grey
    found["first_seen_s"] = round(time.monotonic() - asked, 2)
    yield 5.0
    shot("live-3-material")

    node = bpy.context.object.active_material.node_tree.nodes["Group"]
    pictures, kicks = [], []
    for frame in LOOKED:
        scene.frame_set(frame)
        count = len(drawn)
        region(view, "WINDOW").tag_redraw()
        yield from until(lambda count=count: len(drawn) > count, seconds=20)
        yield 0.4  # what was drawn is on the screen
        pictures.append(picture(view))
        kicks.append(node.inputs["kick"].default_value)
        if frame % 12 in (0, 6):
            shot(f"live-4-frame-{frame}")
    found["kick"] = [round(value, 3) for value in kicks]
    found["brightness"] = [round(float(each.mean()), 2) for each in pictures]
    found["change"] = [round(float(np.abs(after - before).mean()), 2) for before, after in itertools.pairwise(pictures)]

    scene.frame_set(1)
    yield 1.0
    drawn.clear()
    with within(view):
        bpy.ops.screen.animation_play()
    began, first = time.monotonic(), scene.frame_current
    while time.monotonic() - began < PLAYED_S:
        yield 2.0
        shot(f"live-5-playing-{scene.frame_current}")
    found["drawn_per_s"] = round(len(drawn) / (time.monotonic() - began), 2)
    found["played_frames"] = scene.frame_current - first
    with within(view):
        bpy.ops.screen.animation_cancel(restore_frame=False)
    bpy.types.SpaceView3D.draw_handler_remove(handler, "WINDOW")

    view.spaces.active.shading.type = "SOLID"
    bake = now.bake
    bake.folder, bake.width, bake.height = str(SHARE / "bakes"), 64, 64
    bake.range, bake.first, bake.last = "CUSTOM", 20, 40
    with within(view):
        bpy.ops.avcore.bake_live("INVOKE_DEFAULT", True)
    yield from until(lambda: bakes.current.run is not None and bakes.current.run.made is not None, seconds=120)
    found["baked"] = bakes.current.run.made.name
    found["roles"] = sorted(
        node["avcore"] for node in bpy.context.object.active_material.node_tree.nodes if "avcore" in node
    )
    yield 1.0
    shot("live-6-baked")


def picture(view: object) -> np.ndarray:
    """The middle of the viewport as it is on the screen [shape=(height, width, 3), 0 to 255]."""
    place = region(view, "WINDOW")
    x, y = place.x + (place.width - SIDE) // 2, 1000 - (place.y + (place.height + SIDE) // 2)
    command = ["import", "-window", "root", "-crop", f"{SIDE}x{SIDE}+{x}+{y}", "-depth", "8", "rgb:-"]
    pixels = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE, 3).astype(float)


def colour(pixels: np.ndarray) -> float:
    """How far a picture is from grey."""
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())


play(walk())
