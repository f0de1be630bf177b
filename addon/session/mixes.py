"""What several strips sound like together: mixed by Blender, which waits meanwhile, and kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ..errors import AddonError
from ..keys import find_curve
from ..sound import Fingerprint, Hearing, Mix, handles, heard_of, mix_fingerprint, mixdown
from .asking import Say, Steps
from .places import user_folder
from .recipes import scene_of

_mixes: dict[Fingerprint, Mix] = {}


def of_channel(strips: str, channel: int | None, *, target: str) -> Steps[tuple[Mix, Fingerprint]]:
    """What is heard of a channel, or of all, from its first strip until its last ends, and what it was made of.

    Args:
        strips: the scene whose Sequencer is heard.
        channel: its number, None for the whole mix.
        target: the scene whose frames to count in.

    Raises:
        AddonError: nothing is heard, or it cannot be mixed.
    """
    taken = print_of_channel(scene_of(strips), channel, target=scene_of(target))
    if taken not in _mixes or not _mixes[taken].path.is_file():
        yield Say(f"mixing {_label(channel)}")
        taken = print_of_channel(scene_of(strips), channel, target=scene_of(target))
    scene = scene_of(strips)
    heard = heard_of(scene, channel)
    if not heard:
        raise AddonError(f"no sound strip is heard in {_label(channel)}; add or unmute one, or pick another sound")
    start, end = min(handles(strip)[0] for strip in heard), max(handles(strip)[1] for strip in heard)
    how = {"channel": channel, "frame_start": start, "frame_end": end}
    return _mixed(taken, scene, _label(channel), target=scene_of(target), **how), taken


def of_strips(strips: str, names: Sequence[str], whole: Hearing, *, target: str) -> Steps[Mix]:
    """What is heard of some strips in the frames of ``whole``.

    Raises:
        AddonError: it cannot be mixed.
    """
    taken = _print_of(scene_of(strips), names, target=scene_of(target))
    if taken not in _mixes or not _mixes[taken].path.is_file():
        yield Say(f"mixing {names[0]}")
    scene = scene_of(strips)
    heard = [strip for strip in heard_of(scene) if strip.name in names]
    how = {"strips": heard, "frame_start": whole.frame_start, "frame_end": whole.frame_end}
    return _mixed(_print_of(scene, names, target=scene_of(target)), scene, names[0], target=scene_of(target), **how)


def is_mixed(strips: bpy.types.Scene, channel: int | None, *, target: bpy.types.Scene) -> bool:
    """Whether a channel, or all, has been mixed as it is now."""
    return print_of_channel(strips, channel, target=target) in _mixes


def print_of_channel(
    strips: bpy.types.Scene, channel: int | None, *, target: bpy.types.Scene, hashed: bool = True
) -> Fingerprint:
    """What decides what is heard of a channel, or of all."""
    return mix_fingerprint(heard_of(strips, channel), strips, loudness=_loudness(strips), hashed=hashed, target=target)


def _print_of(strips: bpy.types.Scene, names: Sequence[str], *, target: bpy.types.Scene) -> Fingerprint:
    heard = [strip for strip in heard_of(strips) if strip.name in names]
    taken = mix_fingerprint(heard, strips, loudness=_loudness(strips), target=target)
    return replace(taken, scene=f"{taken.scene} {names}")  # apart from the same strips in a channel


def _mixed(taken: Fingerprint, strips: bpy.types.Scene, label: str, **how: Any) -> Mix:
    known = _mixes.get(taken)
    if known is None or not known.path.is_file():
        name = f"{_slug(label)}-{hashlib.sha256(repr(taken).encode()).hexdigest()[:12]}.wav"
        known = _mixes[taken] = mixdown(strips, user_folder("mixes") / name, **how)
    return known


def _loudness(scene: bpy.types.Scene) -> Any:
    """How to tell volumes apart; one with keys is told by these, since its value is another at each frame."""

    def told(strip: Any) -> str:
        parts = [f"{scene.audio_volume:g}"]
        for name in ("volume", "pan"):
            curve = find_curve(scene, strip.path_from_id(name))
            if curve is None:
                parts.append(f"{getattr(strip, name):g}")
                continue
            points = np.empty(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", points)
            points[0::2] -= handles(strip)[0]  # keys that move with the strip are the same
            parts.append(hashlib.sha256(points.tobytes()).hexdigest()[:16])
        return " ".join(parts)

    return told


def _label(channel: int | None) -> str:
    return "the whole mix" if channel is None else f"channel {channel}"


def _slug(text: str) -> str:
    return re.sub(r"[^\w-]+", "-", text).strip("-").lower() or "sound"
