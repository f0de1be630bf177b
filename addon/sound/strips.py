"""The sound strips of a scene's sequencer, over the differences of Blender 4.2 to 5.2."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import bpy
import numpy as np

from .hearing import Hearing, View
from .state import StripState

if TYPE_CHECKING:
    from bpy.types import Context, MetaStrip, Scene, Strip


def sequencer_scene(context: Context) -> Scene:
    """The scene whose strips the Sequencer shows; from Blender 5 on that may be another than the one in view."""
    return getattr(context, "sequencer_scene", None) or context.scene


def sound_strips(scene: Scene) -> list[Strip]:
    """All sound strips of a scene, those in metas too, by their place on the timeline."""
    found = [strip for strip, _ in walk(scene) if strip.type == "SOUND"]
    return sorted(found, key=lambda strip: (handles(strip), strip.channel))


def find_strip(scene: Scene, name: str) -> Strip | None:
    """The sound strip with that name, None where there is none."""
    return next((strip for strip in sound_strips(scene) if strip.name == name), None)


def active_strip(context: Context) -> Strip | None:
    """The active sound strip of the Sequencer, None where another strip or none is active."""
    editor = sequencer_scene(context).sequence_editor
    strip = editor.active_strip if editor is not None else None
    return strip if strip is not None and strip.type == "SOUND" else None


def is_heard(strip: Strip, scene: Scene) -> bool:
    """Whether neither the strip, nor a meta that holds it, nor a channel of theirs is muted."""
    return not _is_muted([*metas_of(strip, scene), strip], scene)


def scene_fps(scene: Scene) -> Fraction:
    """The frame rate of a scene as an exact ratio: 30 / 1.001 is 30000/1001."""
    base = np.format_float_positional(np.float32(scene.render.fps_base), unique=True)
    return Fraction(scene.render.fps) / Fraction(base)


def view_from(target: Scene | None, scene: Scene) -> View | None:
    """How the sequencer of ``scene`` is seen from ``target``: see ``timing``. None where they are one."""
    if target is None or target == scene:
        return None
    for strip, _ in walk(scene):
        if strip.type == "SCENE" and strip.scene == target:  # Blender plays it frame for frame, at any frame rate
            is_new = bpy.app.version >= (5, 1, 0)
            start = strip.content_start if is_new else strip.frame_start
            skipped = strip.content_trim_start if is_new else strip.animation_offset_start
            return View(scene_fps(scene), at=int(start), to=target.frame_start + int(skipped))
    return View(scene_fps(target))


def seen_from(target: Scene | None, hearing: Hearing, scene: Scene) -> Hearing:
    """What is heard in the sequencer of ``scene``, at the frames of ``target``: see ``timing``."""
    view = view_from(target, scene)
    return hearing if view is None else hearing.seen_in(view.fps, at=view.at, to=view.to)


def walk(scene: Scene) -> Iterator[tuple[Strip, tuple[MetaStrip, ...]]]:
    """Every strip of a scene with the metas that hold it, the outermost first."""
    editor = scene.sequence_editor
    if editor is not None:
        yield from _walk(_strips(editor), ())


def metas_of(strip: Strip, scene: Scene) -> tuple[MetaStrip, ...]:
    """The metas that hold a strip, the outermost first."""
    return next((metas for each, metas in walk(scene) if each == strip), ())


def handles(strip: Strip) -> tuple[int, int]:
    """The frames from and until which a strip is seen."""
    if bpy.app.version >= (5, 1, 0):  # the older names warn there
        return int(strip.left_handle), int(strip.right_handle)
    return int(strip.frame_final_start), int(strip.frame_final_end)


def read_state(strip: Strip, scene: Scene) -> StripState:
    """The numbers that decide what is heard of a sound strip; Blender hears from whole frames."""
    if bpy.app.version >= (5, 1, 0):
        start, length, trimmed = strip.content_start, strip.content_duration, strip.left_handle_offset
        skipped, cut = strip.content_trim_start, strip.content_trim_end
    else:
        start, length, trimmed = strip.frame_start, strip.frame_duration, strip.frame_offset_start
        skipped, cut = strip.animation_offset_start, strip.animation_offset_end
    retiming = tuple(int(key.timeline_frame) for key in getattr(strip, "retiming_keys", ()))
    own = handles(strip)
    # Whole frames are trimmed off at the handle: another frame rate makes parts of frames of both (measured).
    begin = math.floor(start) if retiming else own[0] - int(trimmed)
    bounds = [*(handles(each) for each in metas_of(strip, scene)), own]
    # An unset offset is written as 0.0; six decimals are far below a sample.
    late_s = Fraction(round(getattr(strip, "sound_offset", 0.0), 6)).limit_denominator(10**6)
    return StripState(
        content_start=begin,
        content_end=begin + int(length) + int(cut),  # a handle can bring back what was cut off
        left=max(left for left, _ in bounds),
        right=min(right for _, right in bounds),
        skipped=int(skipped),
        late_s=late_s,
        retiming=retiming,
    )


def _walk(strips: list[Strip], metas: tuple[MetaStrip, ...]) -> Iterator[tuple[Strip, tuple[MetaStrip, ...]]]:
    for strip in strips:
        yield strip, metas
        if strip.type == "META":
            yield from _walk(_strips(strip), (*metas, strip))


def _strips(owner: bpy.types.SequenceEditor | MetaStrip) -> list[Strip]:
    return list(owner.strips if hasattr(owner, "strips") else owner.sequences)


def _is_muted(chain: list[Strip], scene: Scene) -> bool:
    owners = [scene.sequence_editor, *chain[:-1]]
    return any(strip.mute or owner.channels[strip.channel].mute for owner, strip in zip(owners, chain, strict=True))
