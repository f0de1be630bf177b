"""What is heard of several strips, a channel or the whole mix, as one WAV file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from .files import SoundError
from .hearing import Hearing, Piece
from .mixing import mix_apart, mix_here
from .strips import handles, scene_fps, seen_from, walk

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

NO_AUDIO = "this Blender was built without audio, so it cannot mix strips; use a single strip or a file"


@dataclass(frozen=True)
class Mix:
    """A mixdown, and the plain hearing of it: its second 0 is at the first frame."""

    path: Path
    hearing: Hearing


def can_mix() -> bool:
    """Whether this Blender can hear at all; the bpy wheel of 4.2 cannot."""
    return bool(bpy.app.build_options.audaspace)


def mixdown(
    scene: Scene,
    path: Path,
    *,
    strips: Sequence[Strip] = (),
    channel: int | None = None,
    frame_start: int | None = None,
    frame_end: int | None = None,
    target: Scene | None = None,
) -> Mix:
    """Write what is heard to a WAV file (16 bits), as Blender plays it: volumes, pans, speeds, cuts, mutes.

    Args:
        scene: the scene whose sequencer is heard; it is left as it is.
        path: the file to write; it appears whole or not at all.
        strips: hear these alone.
        channel: hear the strips of this channel alone.
        frame_start: first frame; the scene's without it.
        frame_end: the frame after the last; the scene's without it.
        target: the scene whose frames the hearing counts in, as for ``timing``.

    Raises:
        SoundError: this Blender has no audio, or the file cannot be written.
    """
    start = scene.frame_start if frame_start is None else frame_start
    end = scene.frame_end + 1 if frame_end is None else frame_end
    if end <= start:
        raise SoundError(f"there is nothing to mix from frame {start} until before {end}; choose a longer range")
    wanted = set(strips)
    names = {
        strip.name
        for strip, metas in walk(scene)
        if (not wanted or strip in wanted) and (channel is None or (metas[0] if metas else strip).channel == channel)
    }
    with listening_copy(scene) as copy:
        for strip, _ in walk(copy):
            if strip.type != "META" and strip.name not in names:
                strip.mute = True
        write_mix(copy, path, frame_start=start, frame_end=end)
    fps = scene_fps(scene)
    return Mix(path, seen_from(target, Hearing(fps, (Piece(start, end, Fraction(0), 1 / fps),)), scene))


@contextlib.contextmanager
def listening_copy(scene: Scene) -> Iterator[Scene]:
    """A copy of a scene with its strips, to change and listen to; it is gone when the block ends.

    Raises:
        SoundError: this Blender has no audio.
    """
    if not can_mix():
        raise SoundError(NO_AUDIO)
    copy = scene.copy()
    try:
        yield copy
    finally:
        bpy.data.scenes.remove(copy)


def write_mix(scene: Scene, path: Path, *, frame_start: int, frame_end: int, sample: str = "S16") -> None:
    """Write the sound of a scene from ``frame_start`` until before ``frame_end``.

    Raises:
        SoundError: the file cannot be written.
    """
    late = max(0, -frame_start)  # a scene cannot begin before frame 0
    part = path.with_name(f".{path.name}.{os.getpid()}.part.wav")
    with listening_copy(scene) as copy:
        _move_all(copy, late)
        copy.frame_end = frame_end + late  # one more than is wanted, so that the last frame is heard to its end
        copy.frame_start = frame_start + late
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            (mix_here if bpy.app.background else mix_apart)(copy, part, sample=sample)
            part.replace(path)
        except (OSError, RuntimeError) as error:
            raise SoundError(f"the mix cannot be written to {path} ({error}); choose another folder") from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink()


def _move_all(scene: Scene, by: int) -> None:
    """Move all strips of a scene, those ahead first, since strips that meet would change their channels."""
    if not by:
        return
    outermost = [strip for strip, metas in walk(scene) if not metas]
    for strip in sorted(outermost, key=handles, reverse=by > 0):
        name = "content_start" if bpy.app.version >= (5, 1, 0) else "frame_start"
        setattr(strip, name, getattr(strip, name) + by)
