"""What can be heard in a scene, and the file and timing of what was picked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from ..engine.contract import Analyze
from ..errors import AddonError
from ..sound import (
    Fingerprint,
    Hearing,
    Piece,
    active_strip,
    find_strip,
    fingerprint,
    mixdown,
    scene_fps,
    sequencer_scene,
    sound_strips,
    source,
    timing,
)
from . import heard as heard_store
from .engine import session
from .places import user_folder


@dataclass(frozen=True)
class Heard:
    """A sound file, and which of its moments is heard at which frame. ``fingerprint`` is None for a file or a mix."""

    label: str
    path: Path
    hearing: Hearing
    strip: str
    fingerprint: Fingerprint | None


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
    """The file and timing of what was picked, at the frames of ``scene``.

    Raises:
        AddonError: there is no such sound, or it cannot be mixed.
        WorkerError: a file's length is not known, and there is no worker to ask.
    """
    if sound.kind == "FILE":
        return _file(scene, sound)
    strips = strip_scene(context, scene)
    strip = picked_strip(context, scene, sound)
    if strip is None:
        channel = sound.channel if sound.kind == "CHANNEL" else None
        return _mix(strips, f"channel {channel}" if channel else "mix", sound_strips(strips), channel=channel)
    path = source(strip, folder=user_folder("sounds"))
    hearing = timing(strip, strips, target=scene)
    if not hearing.pieces:
        raise AddonError(f"the strip {strip.name!r} is muted; unmute it, or pick another")
    return Heard(strip.name, path, hearing, strip.name, fingerprint(strip, strips, path=path))


def hear_plainly(context: bpy.types.Context, scene: bpy.types.Scene, sound: Any) -> Heard:
    """As ``hear``, in one piece at its own speed: cuts and other speeds are mixed into a file of their own.

    Raises:
        AddonError: there is no such sound, or it cannot be mixed.
        WorkerError: a file's length is not known, and there is no worker to ask.
    """
    heard = hear(context, scene, sound)
    if heard.hearing.is_plain:
        return heard
    strips = strip_scene(context, scene)
    strip = find_strip(strips, heard.strip)
    assert strip is not None
    same = [each for each in sound_strips(strips) if each.sound and each.sound.filepath == strip.sound.filepath]
    whole = timing(strip, strips)
    mixed = _mix(strips, strip.name, same, only=True, frame_start=whole.frame_start, frame_end=whole.frame_end)
    return replace(heard, path=mixed.path, hearing=mixed.hearing)


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
    taken = fingerprint(strip, strips, hashed=False)
    if not taken.strips or any(state.retiming for state in taken.strips):
        return None
    return Heard(strip.name, Path(taken.path), timing(strip, strips, target=scene), strip.name, taken)


_mixes: dict[str, Heard] = {}


def _mix(strips: bpy.types.Scene, label: str, heard: list[Any], *, only: bool = False, **how: Any) -> Heard:
    """A mix, made again only where a strip has changed."""
    states = [fingerprint(each, strips, cuts=False, hashed=False).to_json() for each in heard]
    loudness = [(each.volume, each.pan, each.mute) for each in heard]
    frames = strips.frame_start, strips.frame_end
    key = repr((strips.name, label, states, loudness, frames, how))
    known = _mixes.get(key)
    if known is None or not known.path.is_file():
        name = f"{_slug(label)}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.wav"
        mix = mixdown(strips, user_folder("mixes") / name, strips=heard if only else (), **how)
        known = _mixes[key] = Heard(label, mix.path, mix.hearing, "", None)
    return known


def _file(scene: bpy.types.Scene, sound: Any) -> Heard:
    path = Path(bpy.path.abspath(sound.file))
    if not sound.file or not path.is_file():
        raise AddonError(f"there is no sound file {path}; pick another" if sound.file else "pick a sound file")
    fps = scene_fps(scene)
    known = heard_store.of(path) or session.wait(Analyze(str(path)))
    frames = max(1, round(Fraction(known.duration_s) * fps))
    piece = Piece(sound.file_start, sound.file_start + frames, Fraction(0), 1 / fps)
    return Heard(path.stem, path, Hearing(fps, (piece,)), "", None)


def _slug(text: str) -> str:
    return re.sub(r"[^\w-]+", "-", text).strip("-").lower() or "sound"
