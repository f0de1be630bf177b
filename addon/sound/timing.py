"""From the strips of a scene to what is heard of a sound at which frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from .files import path_of, played
from .fingerprint import Fingerprint
from .hearing import Hearing, Piece, layered
from .retiming import measure
from .strips import is_heard, metas_of, read_state, scene_fps, seen_from, sound_strips, view_from

if TYPE_CHECKING:
    from bpy.types import Scene, Strip


def timing(strip: Strip, scene: Scene, *, cuts: bool = True, target: Scene | None = None) -> Hearing:
    """What is heard of a strip's sound, at the frames of ``scene``.

    Args:
        strip: a sound strip of ``scene``'s sequencer.
        scene: the scene that holds it.
        cuts: hear the other strips of the same file too; where they overlap, ``strip`` goes first.
        target: the scene whose frames to count in, where that is another. Frame for frame, whatever its own rate,
            through the scene strip that shows it in ``scene``; where there is none, both begin together at frame 0, as
            seconds count.

    Raises:
        SoundError: the speed of a strip was changed, and this Blender has no audio to listen to it with.
    """
    fps = scene_fps(scene)
    pieces: list[Piece] = []
    for each in heard_strips(strip, scene, cuts=cuts):
        state = read_state(each, scene)
        if state.retiming:
            pieces += measure(each, scene, state)
        elif (piece := state.piece(fps)) is not None:
            pieces.append(piece)
    return seen_from(target, layered(fps, pieces), scene)


def fingerprint(
    strip: Strip, scene: Scene, *, cuts: bool = True, hashed: bool = True, target: Scene | None = None
) -> Fingerprint:
    """What decides what is heard, to keep with what is made; without ``hashed`` cheap enough for a panel.

    Args:
        strip: a sound strip of ``scene``'s sequencer.
        scene: the scene that holds it.
        cuts: as for ``timing``.
        hashed: read the file for its hash, so that a copy of it elsewhere counts as the same.
        target: as for ``timing``.
    """
    states = [read_state(each, scene) for each in heard_strips(strip, scene, cuts=cuts)]
    sounds = (played(strip.sound, states, hashed=hashed),)
    return Fingerprint(scene_fps(scene), sounds, view_from(target, scene), scene.name)


def mix_fingerprint(
    strips: Iterable[Strip],
    scene: Scene,
    *,
    loudness: Callable[[Strip], str],
    hashed: bool = True,
    target: Scene | None = None,
) -> Fingerprint:
    """As ``fingerprint``, of several strips that are heard together; ``loudness`` tells their volumes apart."""
    by_sound: dict[object, list[Strip]] = {}
    for strip in strips:
        if strip.sound is not None:
            by_sound.setdefault(_identity(strip), []).append(strip)
    sounds = tuple(
        played(
            same[0].sound,
            [replace(read_state(each, scene), loudness=loudness(each)) for each in same],
            hashed=hashed,
        )
        for same in by_sound.values()
    )
    return Fingerprint(scene_fps(scene), sounds, view_from(target, scene), scene.name)


def heard_strips(strip: Strip, scene: Scene, *, cuts: bool = True) -> list[Strip]:
    """The strips of the same file that are heard, ``strip`` first."""
    strips = [strip]
    if cuts:
        same = _identity(strip)
        strips += [each for each in sound_strips(scene) if each != strip and each.sound and _identity(each) == same]
    return [each for each in strips if is_heard(each, scene)]


def heard_of(scene: Scene, channel: int | None = None) -> list[Strip]:
    """The sound strips that are heard, of one channel (a strip in a meta is where that is) or of all."""
    return [
        strip
        for strip in sound_strips(scene)
        if strip.sound is not None
        if is_heard(strip, scene)
        if channel is None or [*metas_of(strip, scene), strip][0].channel == channel
    ]


def _identity(strip: Strip) -> object:
    """Equal for strips of one file: a packed sound is its datablock, since its path may lead nowhere."""
    sound = strip.sound
    return sound if sound is None or sound.packed_file is not None else path_of(sound)
