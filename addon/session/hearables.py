"""What can be heard in a scene, and the file and timing of what was picked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from ..errors import AddonError
from ..sound import (
    Fingerprint,
    Hearing,
    Piece,
    StripState,
    active_strip,
    find_strip,
    fingerprint,
    heard_strips,
    path_of,
    scene_fps,
    sequencer_scene,
    sound_strips,
    source,
    take,
    timing,
)
from . import heard as heard_store
from . import mixes
from .asking import Say, Steps, finish
from .places import user_folder
from .recipes import Choice


@dataclass(frozen=True)
class Heard:
    """A sound file, and which of its moments is heard at which frame; ``strip`` is empty for a file or a mix."""

    label: str
    path: Path
    hearing: Hearing
    strip: str
    fingerprint: Fingerprint


def strip_names(_settings: Any, context: bpy.types.Context, _typed: str) -> list[str]:
    """Names of the sound strips, for a field to search in."""
    return [strip.name for strip in sound_strips(sequencer_scene(context))]


def signal_names(_settings: Any, context: bpy.types.Context, _typed: str) -> list[str]:
    """Names of features, and of the signals of the chosen preset."""
    known = heard_store.last()
    features = [feature.name for feature in known.features] if known is not None else list(COMMON_FEATURES)
    return [*features, *heard_store.preset_signals(context.scene.avcore.now.preset.name)]


# What every sound has, for the time before the first one is analysed.
COMMON_FEATURES = ("rms", "bass", "low_mid", "high_mid", "treble", "onset", "beat_pulse", "centroid")


def picked_strip(context: bpy.types.Context, scene: bpy.types.Scene, sound: Any) -> Any:
    """The strip that is meant, None for a channel, the mix or a file.

    Raises:
        AddonError: there is none, with what to do.
    """
    if sound.kind == "ACTIVE":
        strip = active_strip(context)
        if strip is None:
            every = sound_strips(strip_scene(context, scene))
            if len(every) == 1:
                return every[0]
            raise AddonError(
                "select a sound strip in the Video Sequencer, or pick one by its name"
                if every
                else "there is no sound strip; add one in the Video Sequencer, or pick a file"
            )
        return strip
    if sound.kind == "STRIP":
        strip = find_strip(strip_scene(context, scene), sound.strip)
        if strip is None:
            raise AddonError(f"there is no sound strip {sound.strip!r}; pick another")
        return strip
    return None


def strip_scene(context: bpy.types.Context, scene: bpy.types.Scene) -> bpy.types.Scene:
    """The scene that holds the strips: the Sequencer's own where it shows another (from Blender 5 on)."""
    shown = sequencer_scene(context)
    return shown if sound_strips(shown) or not sound_strips(scene) else scene


def hear(context: bpy.types.Context, scene: bpy.types.Scene, sound: Any) -> Heard:
    """The file and timing of what was picked, at the frames of ``scene``; waits for the worker and for mixing.

    Raises:
        AddonError: there is no such sound, or it cannot be mixed.
        WorkerError: a file's length is not known, and there is no worker to ask.
    """
    return finish(hearing(context, scene.name, Choice.of(sound)))


def hear_plainly(context: bpy.types.Context, scene: bpy.types.Scene, sound: Any) -> Heard:
    """As ``hear``, in one piece at its own speed: cuts and other speeds are mixed into a file of their own.

    Raises:
        AddonError: there is no such sound, or it cannot be mixed.
        WorkerError: a file's length is not known, and there is no worker to ask.
    """
    return finish(hearing_plainly(context, scene.name, Choice.of(sound)))


def hearing(context: bpy.types.Context, scene: str, sound: Choice) -> Steps[Heard]:
    """As ``hear``, in steps."""
    if sound.kind == "FILE":
        return (yield from _file(scene, sound))
    strips, strip = _found(context, scene, sound)
    if strip is None:
        channel = sound.channel if sound.kind == "CHANNEL" else None
        mix, taken = yield from mixes.of_channel(strips.name, channel, target=scene)
        return Heard(f"channel {channel}" if channel else "mix", mix.path, mix.hearing, "", taken)
    if getattr(strip, "retiming_keys", ()):
        yield Say(f"measuring the speed of {strip.name}")
        strips, strip = _found(context, scene, sound)
    path = source(strip, folder=user_folder("sounds"))
    target = bpy.data.scenes[scene]
    heard = timing(strip, strips, target=target)
    if not heard.pieces:
        raise AddonError(f"the strip {strip.name!r} is muted; unmute it, or pick another")
    return Heard(strip.name, path, heard, strip.name, fingerprint(strip, strips, target=target))


def hearing_plainly(context: bpy.types.Context, scene: str, sound: Choice) -> Steps[Heard]:
    """As ``hear_plainly``, in steps."""
    heard = yield from hearing(context, scene, sound)
    if heard.hearing.is_plain:
        return heard
    strips, strip = _found(context, scene, sound)
    names = [each.name for each in heard_strips(strip, strips)]
    mix = yield from mixes.of_strips(strips.name, names, timing(strip, strips), target=scene)
    return replace(heard, path=mix.path, hearing=mix.hearing)


def require(context: bpy.types.Context, scene: bpy.types.Scene, sound: Any) -> None:
    """See that what was picked is there, without mixing it or listening to it.

    Raises:
        AddonError: it is not, with what to do.
    """
    if sound.kind == "FILE":
        _require_file(Choice.of(sound))
        return
    strips = strip_scene(context, scene)
    strip = picked_strip(context, scene, sound)
    if strip is not None:
        source(strip, folder=user_folder("sounds"))
        if not heard_strips(strip, strips):
            raise AddonError(f"the strip {strip.name!r} is muted; unmute it, or pick another")


def is_ready(context: bpy.types.Context, scene: bpy.types.Scene, sound: Any) -> bool:
    """Whether what was picked can be heard without waiting; what is only to be analysed is so soon.

    Raises:
        AddonError: there is no such sound.
    """
    if sound.kind == "FILE":
        path = Choice.of(sound).path
        if heard_store.of(path) is None:
            _require_file(Choice.of(sound))
            heard_store.ask(path)
            return False
    if sound.kind in ("CHANNEL", "MIX"):
        channel = sound.channel if sound.kind == "CHANNEL" else None
        return mixes.is_mixed(strip_scene(context, scene), channel, target=scene)
    return True


def hear_cheaply(context: bpy.types.Context, scene: bpy.types.Scene) -> Heard | None:
    """As ``hear`` of the picked strip, for drawing: None for what would have to be mixed or asked for.

    Raises:
        AddonError: there is no such sound.
    """
    sound = scene.avcore.now.sound
    strips = strip_scene(context, scene)
    strip = picked_strip(context, scene, sound) if sound.kind in ("ACTIVE", "STRIP") else None
    if strip is None or strip.sound is None or strip.sound.packed_file is not None:
        return None
    taken = fingerprint(strip, strips, hashed=False, target=scene)
    if not taken.strips or any(state.retiming for state in taken.strips):
        return None
    return Heard(strip.name, path_of(strip.sound), timing(strip, strips, target=scene), strip.name, taken)


def _found(context: bpy.types.Context, scene: str, sound: Choice) -> tuple[bpy.types.Scene, Any]:
    """The scene of the strips, and the strip; None for a channel or the mix.

    Raises:
        AddonError: there is none.
    """
    target = bpy.data.scenes.get(scene) or context.scene
    strips = bpy.data.scenes.get(sound.strips) or strip_scene(context, target)
    if sound.kind != "STRIP":
        return strips, picked_strip(context, target, sound)
    strip = find_strip(strips, sound.strip)
    if strip is None:
        raise AddonError(f"there is no sound strip {sound.strip!r}; pick another")
    return strips, strip


def _file(scene: str, sound: Choice) -> Steps[Heard]:
    _require_file(sound)
    path = sound.path
    known = yield from heard_store.listening(path)
    fps, start = scene_fps(bpy.data.scenes[scene]), sound.file_start
    frames = max(1, round(Fraction(known.analysis.duration_s) * fps))
    piece = Piece(start, start + frames, Fraction(0), 1 / fps)
    return Heard(path.stem, path, Hearing(fps, (piece,)), "", print_of_file(sound, fps))


def _require_file(sound: Choice) -> None:
    if not sound.file or not sound.path.is_file():
        raise AddonError(f"there is no sound file {sound.path}; pick another" if sound.file else "pick a sound file")


def print_of_file(sound: Choice, fps: Fraction, *, hashed: bool = True) -> Fingerprint:
    """What decides what is heard of a file: itself, and its first frame."""
    start = StripState(sound.file_start, sound.file_start, sound.file_start, sound.file_start)
    return Fingerprint(fps, (take(sound.path, strips=(start,), hashed=hashed),))
