"""Markers on a scene's timeline, where things of the sound are heard. The Sequencer shows those of its scene."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import bpy

from ..sound.hearing import Hearing

if TYPE_CHECKING:
    from bpy.types import Scene

RECORD = "avcore_markers"


@dataclass(frozen=True)
class Event:
    """Something at a time of the sound, and the name of its marker."""

    time_s: float
    name: str


@dataclass(frozen=True)
class Marked:
    """Markers of a kind that remember their sound."""

    scene: Scene
    kind: str
    heard: str
    recipe: str

    @property
    def is_there(self) -> bool:
        """Whether one at least is where we have put it."""
        places = set(_record(self.scene)[self.kind].places)
        return any((marker.name, marker.frame) in places for marker in self.scene.timeline_markers)


@dataclass
class _Kind:
    """The names and frames of markers of one kind, and what they were made of."""

    places: list[tuple[str, int]]
    heard: str = ""
    recipe: str = ""


def write_markers(
    scene: Scene, hearing: Hearing, events: Sequence[Event], *, kind: str, heard: str = "", recipe: str = ""
) -> int:
    """Put a marker wherever an event is heard, in the place of those of the same kind that were made before.

    A marker that the user has moved or renamed is the user's and stays, and so does every other.

    Args:
        scene: whose timeline; ``hearing`` counts in its frames.
        hearing: what is heard when.
        events: beats, onsets, sections ...
        kind: what they are, so that one kind can be made again without the others.
        heard: text of ``addon.sound.Fingerprint``, to tell later whether the sound has moved or changed.
        recipe: any text from which the markers can be made again.

    Returns:
        How many markers there are now.
    """
    remove_markers(scene, kind=kind)
    frames, indices = hearing.frames_of([event.time_s for event in events])
    places = dict.fromkeys((events[index].name, int(frame)) for frame, index in zip(frames, indices, strict=True))
    for name, frame in places:
        scene.timeline_markers.new(name, frame=frame)
    _keep(scene, {**_record(scene), kind: _Kind(list(places), heard, recipe)})
    return len(places)


def remove_markers(scene: Scene, *, kind: str | None = None) -> int:
    """Remove the markers of ours of a kind, or all; how many that were."""
    record = _record(scene)
    kinds = [each for each in record if kind in (None, each)]
    ours = Counter(place for each in kinds for place in record.pop(each).places)
    removed = 0
    for marker in list(scene.timeline_markers):
        place = (marker.name, marker.frame)
        if ours[place] > 0:
            ours[place] -= 1
            scene.timeline_markers.remove(marker)
            removed += 1
    if kinds:
        _keep(scene, record)
    return removed


def shift_markers(scene: Scene, by: int, *, kind: str | None = None, heard: str = "", recipe: str = "") -> int:
    """Move the markers of ours of a kind, or all, by whole frames; how many that were.

    ``heard`` and ``recipe`` are what markers of one kind remember then.
    """
    record = _record(scene)
    kinds = [each for each in record if kind in (None, each)]
    ours = Counter(place for each in kinds for place in record[each].places)
    moved = 0
    for marker in scene.timeline_markers:
        place = (marker.name, marker.frame)
        if ours[place] > 0:
            ours[place] -= 1
            marker.frame += by
            moved += 1
    for each in kinds:
        record[each].places = [(name, frame + by) for name, frame in record[each].places]
        if kind is not None:
            record[each].heard, record[each].recipe = heard, recipe
    _keep(scene, record)
    return moved


def marked() -> list[Marked]:
    """The markers in this file that remember a sound, by their scenes and kinds."""
    return [
        Marked(scene, kind, each.heard, each.recipe)
        for scene in bpy.data.scenes
        if RECORD in scene and scene.is_editable
        for kind, each in _record(scene).items()
        if each.heard
    ]


def _keep(scene: Scene, record: dict[str, _Kind]) -> None:
    scene[RECORD] = json.dumps({kind: asdict(each) for kind, each in record.items()})


def _record(scene: Scene) -> dict[str, _Kind]:
    try:
        record = {kind: _Kind(**each) for kind, each in json.loads(scene.get(RECORD, "{}")).items()}
        for each in record.values():
            each.places = [(str(name), int(frame)) for name, frame in each.places]
    except (TypeError, ValueError, AttributeError):
        return {}
    return record
