"""Markers at the moments of a sound."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..engine.contract import Analysis
from ..keys import Event, write_markers
from . import heard
from .asking import Steps
from .hearables import hearing
from .recipes import Recipe, scene_of


def marking(context: bpy.types.Context, recipe: Recipe) -> Steps[Callable[[], int]]:
    """What puts the markers there and returns how many they are, once all is known.

    Raises:
        AddonError: there is no such sound.
        WorkerError: it cannot be analysed, or there is no worker.
    """
    found = yield from hearing(context, recipe.scene, recipe.sound)
    known = yield from heard.listening(found.path)

    def make() -> int:
        return write_markers(
            scene_of(recipe.scene),
            found.hearing,
            _events(known.analysis, recipe.moments),
            kind=recipe.moments.lower(),
            heard=found.fingerprint.to_json(),
            recipe=recipe.of_strip(found.strip).to_json(),
        )

    return make


def _events(known: Analysis, moments: str) -> list[Event]:
    """Times of the sound and names of their markers."""
    if moments == "SECTIONS":
        return [Event(section.start_s, section.label) for section in known.sections]
    times, name = {
        "BEATS": (known.beats_s, "beat"),
        "DOWNBEATS": (known.downbeats_s, "bar"),
        "ONSETS": (known.onsets_s, "onset"),
    }[moments]
    return [Event(time_s, f"{name} {at}") for at, time_s in enumerate(times, start=1)]
