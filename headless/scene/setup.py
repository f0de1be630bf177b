"""A scene from nothing: a song, a preset and a template become a .blend that is ready to be baked and rendered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from addon.bake import InTheWay, make_image, to_material
from addon.bake.images import TAG, image_user, show
from avcore.cli.options import parse_size
from avcore.errors import InputError, UsageError
from avcore.files import replacing
from headless.job import Bake, Shot
from headless.scene import sounding
from headless.scene.fd_filter import OwnOutput
from headless.scene.live import live_of, show_live
from headless.scene.opening import no_backups, open_file
from headless.scene.pictures import planned
from headless.scene.recipes import recipe_of
from headless.scene.templates import TEMPLATES, Stage, users

if TYPE_CHECKING:
    from bpy.types import Material, Scene

LIVE_SIZE = (1024, 1024)  # a live picture has no pixels; it is square unless something wider is asked for


def make_scene(shot: Shot) -> list[str]:
    """Write ``shot.scene``; sentences about what could not be made in this Blender.

    Raises:
        UsageError: the template's name, the preset or the size makes no sense; the preset cannot be live.
        InputError: the song or the template's file is missing, or there is no place for the picture in it.
        OutputError: the .blend cannot be written.
    """
    with OwnOutput():
        return _make_scene(shot)


def _make_scene(shot: Shot) -> list[str]:
    notes: list[str] = []
    if not shot.song.is_file():
        raise InputError(f"there is no song {shot.song}; check the path")
    live = live_of(shot) if shot.kind == "live" else None  # what cannot be is said before anything is made
    scene, stage = _stage(shot)
    _set_up(scene, shot)
    no_backups()
    with replacing(shot.scene) as part:
        bpy.ops.wm.save_as_mainfile(filepath=str(part), check_existing=False)  # from here on, paths are relative to it
        strip = sounding.add_song(scene, shot.song, frame=shot.first, start_s=shot.start_s, fps=shot.fps)
        if strip is None:
            notes.append(
                f"Blender {bpy.app.version_string} of this Python has no sound, so the scene has no strip of "
                f"{shot.song.name}; it is named in the scene's properties, and films get their sound from it"
            )
        heard = sounding.heard(strip, scene)
        recipe = recipe_of(shot, scene, stage, strip=strip.name if strip is not None else "", size=_picture_size(shot))
        if live is not None:
            width, height = _picture_size(shot) if shot.template in TEMPLATES else (1, 1)
            show_live(live, stage, aspect=width / height, heard=heard, recipe=recipe)
        else:
            _show_bake(_bake_of(shot), stage, frame_start=shot.first, heard=heard, recipe=recipe)
        sounding.write_note(scene, shot.song, **_note(shot))
        bpy.ops.wm.save_mainfile(filepath=str(part), check_existing=False, compress=True)
    return notes


def _stage(shot: Shot) -> tuple[Scene, Stage]:
    """The template in Blender's memory."""
    if shot.template.endswith(".blend"):
        open_file(Path(shot.template))
        return bpy.context.scene, users.find(bpy.context.scene)
    if shot.template not in TEMPLATES:
        raise UsageError(f"there is no template {shot.template!r}; use {', '.join(TEMPLATES)} or a .blend file")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = shot.name
    picture, resolution = _picture_size(shot), _resolution(shot)
    stage = TEMPLATES[shot.template](scene, picture, resolution=resolution)
    scene.render.resolution_x, scene.render.resolution_y = resolution
    return scene, stage


def _set_up(scene: Scene, shot: Shot) -> None:
    """Time, and how frames are written."""
    sounding.set_rate(scene, shot.fps)
    scene.frame_start, scene.frame_end = shot.first, shot.last
    scene.frame_set(shot.first)
    scene.render.use_file_extension, scene.render.use_overwrite, scene.render.use_placeholder = True, True, False
    scene.render.filepath = "//frames/"
    scene.render.use_sequencer = False  # the strip is sound alone, and the frame is the scene's
    if hasattr(scene.render.image_settings, "media_type"):
        scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGB", "8"


def _show_bake(bake: Bake, stage: Stage, *, frame_start: int, heard: str, recipe: str) -> None:
    """Put the pictures of a bake where the stage takes them."""
    maps = planned(bake)
    if stage.images:
        image = make_image(maps["base"], frame_start=frame_start, heard=heard, recipe=recipe)
        for _, node in stage.images:
            node.image = image
            node[TAG] = "base"
            show(image_user(node), image, maps["base"], frame_start=frame_start)
        return
    assert stage.obj is not None
    before = stage.obj.material_slots[stage.slot].material if stage.slot is not None else None
    told: dict[str, Any] = {"frame_start": frame_start, "heard": heard, "recipe": recipe}
    made = to_material(maps, stage.obj, slot=stage.slot, lit=stage.lit, replace=True, **told)
    assert not isinstance(made, InTheWay)
    material = bpy.data.materials[made.name]
    picture = next(node for node in material.node_tree.nodes if node.get(TAG) == "base")
    finish(stage, material, picture.outputs["Color"], before)


def finish(stage: Stage, material: Material, colour: Any, before: Material | None = None) -> None:
    """What a template does with the material of the picture, and the other slots that show it."""
    if not stage.lit:
        surface = next(node for node in material.node_tree.nodes if node.get(TAG) == "surface")
        surface.inputs["Strength"].default_value = stage.strength
    if stage.finish is not None:
        stage.finish(material, colour)
    for obj, at in stage.slots:
        if before is None or obj.material_slots[at].material == before:
            obj.material_slots[at].material = material


def _bake_of(shot: Shot) -> Bake:
    if not shot.bakes:
        raise UsageError(f"the shot {shot.name} has no bake to show; name a preset")
    return shot.bakes[0]


def _picture_size(shot: Shot) -> tuple[int, int]:
    if shot.bakes:
        return parse_size(shot.bakes[0].texture.size)
    return _resolution(shot)


def _resolution(shot: Shot) -> tuple[int, int]:
    """Of the frames: as asked, else that of the picture on a plane, and 720p in a room."""
    if shot.render.resolution:
        return parse_size(shot.render.resolution)
    if shot.template == "plane" and shot.bakes:
        return parse_size(shot.bakes[0].texture.size)
    return (1280, 720) if shot.template != "plane" else LIVE_SIZE


def _note(shot: Shot) -> dict[str, Any]:
    return {
        "name": shot.name,
        "preset": shot.preset,
        "start_s": str(shot.start_s),
        "first": shot.first,
        "kind": shot.kind,
        "overrides": dict(shot.overrides),
    }
