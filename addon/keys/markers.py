"""Markers on a scene's timeline, where things of the sound are heard. The Sequencer shows those of its scene."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..sound.hearing import Hearing

if TYPE_CHECKING:
    from bpy.types import Scene

RECORD = "avcore_markers"


@dataclass(frozen=True)
class Event:
    """Something at a time of the sound, and the name of its marker."""

    time_s: float
    name: str


def write_markers(scene: Scene, hearing: Hearing, events: Sequence[Event], *, kind: str) -> int:
    """Put a marker wherever an event is heard, in the place of those of the same kind that were made before.

    A marker that the user has moved or renamed is the user's and stays, and so does every other.

    Args:
        scene: whose timeline; ``hearing`` counts in its frames.
        hearing: what is heard when.
        events: beats, onsets, sections ...
        kind: what they are, so that one kind can be made again without the others.

    Returns:
        How many markers there are now.
    """
    remove_markers(scene, kind=kind)
    frames, indices = hearing.frames_of([event.time_s for event in events])
    places = dict.fromkeys((events[index].name, int(frame)) for frame, index in zip(frames, indices, strict=True))
    for name, frame in places:
        scene.timeline_markers.new(name, frame=frame)
    record = _record(scene)
    record[kind] = list(places)
    scene[RECORD] = json.dumps(record)
    return len(places)


def remove_markers(scene: Scene, *, kind: str | None = None) -> int:
    """Remove the markers of ours of a kind, or all; how many that were."""
    record = _record(scene)
    kinds = list(record) if kind is None else [kind]
    ours = Counter((name, frame) for each in kinds for name, frame in record.pop(each, ()))
    removed = 0
    for marker in list(scene.timeline_markers):
        place = (marker.name, marker.frame)
        if ours[place] > 0:
            ours[place] -= 1
            scene.timeline_markers.remove(marker)
            removed += 1
    if RECORD in scene:
        scene[RECORD] = json.dumps(record)
    return removed


def shift_markers(scene: Scene, by: int) -> int:
    """Move the markers of ours by whole frames; how many that were."""
    record = _record(scene)
    ours = Counter((name, frame) for places in record.values() for name, frame in places)
    moved = 0
    for marker in scene.timeline_markers:
        place = (marker.name, marker.frame)
        if ours[place] > 0:
            ours[place] -= 1
            marker.frame += by
            moved += 1
    scene[RECORD] = json.dumps(
        {kind: [(name, frame + by) for name, frame in places] for kind, places in record.items()}
    )
    return moved


def _record(scene: Scene) -> dict[str, list[tuple[str, int]]]:
    try:
        record = json.loads(scene.get(RECORD, "{}"))
        return {str(kind): [(str(name), int(frame)) for name, frame in places] for kind, places in record.items()}
    except (TypeError, ValueError, AttributeError):
        return {}
