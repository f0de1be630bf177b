"""The song in a scene: a sound strip, so that it is heard and the extension follows it, and a note of it."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from addon.sound import fingerprint

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

NOTE = "avcore_shot"
SONG = "avcore_song"
CHANNEL = 1


def set_rate(scene: Scene, fps: Fraction) -> None:
    """Frames a second as Blender keeps them, exactly: 30000/1001 is 30 over 1.001."""
    if fps.denominator == 1:
        scene.render.fps, scene.render.fps_base = fps.numerator, 1.0
    elif fps.denominator == 1001 and fps.numerator % 1000 == 0:
        scene.render.fps, scene.render.fps_base = fps.numerator // 1000, 1.001
    else:
        by = max(1, math.ceil(fps.numerator / 32767))
        scene.render.fps, scene.render.fps_base = round(fps.numerator / by), fps.denominator / by


def add_song(scene: Scene, song: Path, *, frame: int, start_s: Fraction, fps: Fraction) -> Strip | None:
    """Let ``start_s`` of a song be heard at ``frame`` and go on from there; None where this Blender has no sound.

    A strip begins at a whole frame; what is left over becomes the strip's offset in seconds.
    """
    if not bpy.app.build_options.audaspace:
        return None
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    begin = frame - start_s * fps
    strip = strips.new_sound(song.stem, str(song), _free_channel(strips), math.floor(begin))
    if hasattr(strip, "sound_offset"):
        strip.sound_offset = float((begin - math.floor(begin)) / fps)
    if math.floor(begin) < frame:
        if bpy.app.version >= (5, 1, 0):  # the older name warns there
            strip.left_handle = frame
        else:
            strip.frame_final_start = frame
    if bpy.data.filepath:
        strip.sound.filepath = bpy.path.relpath(str(song))
    return strip


def heard(strip: Strip | None, scene: Scene) -> str:
    """What is heard of a strip now, as the extension keeps it with what it makes; empty without one."""
    return fingerprint(strip, scene).to_json() if strip is not None else ""


def write_note(scene: Scene, song: Path, **told: Any) -> None:
    """Keep what a scene was made of with it: where a Blender has no sound, this alone names the song."""
    scene[NOTE] = json.dumps(told, sort_keys=True, default=str)
    scene[SONG] = bpy.path.relpath(str(song))


def read_note(scene: Scene) -> dict[str, Any]:
    """What a scene was made of, with its ``song``; empty for one that we have not made."""
    try:
        return {**json.loads(scene[NOTE]), "song": scene[SONG]}
    except (KeyError, TypeError, ValueError):
        return {}


def _free_channel(strips: Any) -> int:
    used = {strip.channel for strip in strips}
    return next(channel for channel in range(CHANNEL, 129) if channel not in used)
