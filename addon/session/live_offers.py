"""Whether a preset, as it is set, can be a live picture: known without asking again, and never waited for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import bpy

from ..engine.contract import Live, LiveGraph
from . import catalogue, parameters, refresh
from .engine import session
from .kinds import TARGETS

MOST_KEPT = 64
NO_LIVE_FORM = ("IMAGE", "BRUSH")

Key = tuple[str, str]


@dataclass(frozen=True)
class Offer:
    """A live picture of so many nodes, or why there can be none."""

    nodes: int
    why_not: str


_known: dict[Key, Offer] = {}
_asked: Key | None = None


def of(preset: Any) -> Offer | None:
    """What is known of a preset with its settings, None while nothing is."""
    key = _key(preset)
    if key is None:
        return None
    info = catalogue.info(preset.name)
    if key[1] == "{}" and info is not None:
        return Offer(info.live_nodes, info.not_live)
    return _known.get(key)


def why_not(settings: Any) -> str:
    """Why the settings of the panel can make no live picture; empty where they can, or where it is not known yet."""
    if settings.bake.target in NO_LIVE_FORM:
        name = next(title for identifier, title, *_ in TARGETS if identifier == settings.bake.target)
        return f"the target {name} has no live form; choose Material or another target"
    offer = of(settings.preset)
    return offer.why_not if offer is not None else ""


def follow(scene: bpy.types.Scene) -> None:
    """Ask about the preset of the panel where nothing is known of it."""
    global _asked
    preset = scene.avcore.now.preset
    key = _key(preset)
    if key is None or _asked is not None or of(preset) is not None:
        return
    _asked = key

    def take(offer: Offer) -> None:
        global _asked
        _asked = None
        if len(_known) >= MOST_KEPT:
            _known.clear()
        _known[key] = offer
        refresh.redraw()
        refresh.soon()  # the settings may have changed since

    def got(reply: LiveGraph) -> None:
        take(Offer(reply.nodes, reply.why_not))

    def missed(why: Any) -> None:
        take(Offer(0, why.sentence or "avcore did not say whether it can be live; bake it, or look for avcore again"))

    session.ask(Live(key[0], json.loads(key[1])), got, failed=missed)


def _key(preset: Any) -> Key | None:
    try:
        return preset.name, json.dumps(parameters.overrides(preset), sort_keys=True)
    except ValueError:
        return None


def forget() -> None:
    """Forget all."""
    global _asked
    _known.clear()
    _asked = None
