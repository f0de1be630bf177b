"""Whether what was made still follows its sound: bakes, live pictures, keys and markers, each by what it remembers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ..sound import (
    Change,
    Changed,
    Fingerprint,
    Moved,
    compare,
    find_strip,
    fingerprint,
    path_of,
    scene_fps,
    sound_strips,
)
from . import mixes
from .asking import Steps
from .followers import Follower, followers
from .hearables import print_of_file, strip_scene
from .rebaking import job_of
from .recipes import Choice


@dataclass(frozen=True)
class Stale:
    """Something that is out of step: ``now`` is heard in its place, None where that is gone; ``sound`` is its sound."""

    follower: Follower
    change: Moved | Changed
    now: Fingerprint | None
    sound: Choice

    @property
    def name(self) -> str:
        """What it is, for the panel."""
        return self.follower.name

    @property
    def why(self) -> str:
        """How it differs, as a sentence without its full stop."""
        if isinstance(self.change, Changed):
            return self.change.reason
        return f"its {'strip' if self.sound.kind == 'STRIP' else 'sound'} has moved by {self.change.frames} frames"

    def shift(self) -> None:
        """Move it with its sound."""
        assert isinstance(self.change, Moved)
        assert self.now is not None
        recipe = _moved(self.follower.recipe, self.sound, by=self.change.frames)
        self.follower.shift(self.change.frames, heard=self.now.to_json(), recipe=recipe)

    def remade(self, context: bpy.types.Context) -> Steps[Callable[[], None]]:
        """What makes it again, once all is known for that.

        Raises:
            AddonError: it cannot be made again.
            WorkerError: the worker failed.
        """
        return self.follower.remade(context, self.sound)


def stale(context: bpy.types.Context) -> list[Stale]:
    """What was made and no longer follows its sound; cheap, since panels ask for it."""
    found = []
    known: dict[tuple[str, str], tuple[Fingerprint | None, Choice]] = {}
    for each in followers():
        try:
            old, recipe = Fingerprint.from_json(each.heard), json.loads(each.recipe)
            key = json.dumps(recipe["sound"]), recipe["scene"]
            if key not in known:
                known[key] = _heard_now(context, recipe, old)
        except (ValueError, KeyError, TypeError):  # it remembers no sound
            continue
        now, sound = known[key]
        change: Change = Changed("its strip is gone") if now is None else compare(old, now)
        if each.is_lost:
            change = Changed("its pictures are gone")
        if isinstance(change, Moved | Changed) and each.is_ours:
            found.append(Stale(each, change, now, sound))
    return found


def _heard_now(context: bpy.types.Context, recipe: Any, old: Fingerprint) -> tuple[Fingerprint | None, Choice]:
    """What is heard now, and the sound as it is called now."""
    scene = bpy.data.scenes.get(recipe["scene"]) or context.scene
    sound = Choice(**recipe["sound"])
    if sound.kind == "FILE":
        sound = replace(sound, file_start=_file_start(context, sound))
        return print_of_file(sound, scene_fps(scene), hashed=False), sound
    strips = bpy.data.scenes.get(old.scene) or strip_scene(context, scene)
    sound = replace(sound, strips=strips.name)
    if sound.kind in ("CHANNEL", "MIX"):
        channel = sound.channel if sound.kind == "CHANNEL" else None
        return mixes.print_of_channel(strips, channel, target=scene, hashed=False), sound
    strip = find_strip(strips, sound.strip) or _same_file(strips, old)
    if strip is None or strip.sound is None:
        return None, sound
    return fingerprint(strip, strips, hashed=False, target=scene), replace(sound, strip=strip.name)


def _same_file(strips: bpy.types.Scene, old: Fingerprint) -> Any:
    """A strip that plays the same file, where the one that was meant was renamed or is gone."""
    paths = {sound.path for sound in old.sounds}
    same = (strip for strip in sound_strips(strips) if strip.sound and str(path_of(strip.sound)) in paths)
    return next(same, None)


def _file_start(context: bpy.types.Context, sound: Choice) -> int:
    """The frame at which a file begins: the panel's, where it has the same file."""
    shown = Choice.of(context.scene.avcore.now.sound)
    is_shown = shown.kind == "FILE" and shown.file and shown.path == sound.path
    return shown.file_start if is_shown else sound.file_start


def _moved(recipe: str, sound: Choice, *, by: int) -> str:
    """The recipe of something that was moved with its sound."""
    told = json.loads(recipe)
    told["sound"] |= {"strip": sound.strip, "file_start": sound.file_start}
    bake = told.get("bake", {})
    if bake.get("range") == "CUSTOM":
        bake |= {"first": bake["first"] + by, "last": bake["last"] + by}
    return json.dumps(told, sort_keys=True)


__all__ = ["Stale", "job_of", "stale"]
