"""What follows a sound, and how each is moved or made again. Names are kept, not datablocks, since undo replaces those.

Making again is done in steps that change nothing and return what does it, so that all of it is one step to undo.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import bpy

from ..bake import baked_images, recall
from ..errors import AddonError
from ..keys import Conflict, Keyed, KeysError, keyed_curves, marked, shift_curve, shift_markers
from ..live import live_nodes
from . import marks, owners
from .asking import Steps
from .rebaking import BASE, LivePicture, Picture
from .recipes import Choice, Recipe, scene_of
from .sampling import sampling, write

Make = Callable[[], None]


class Follower(Protocol):
    """Something that follows a sound: ``heard`` and ``recipe`` are what it remembers of its making."""

    @property
    def name(self) -> str: ...
    @property
    def heard(self) -> str: ...
    @property
    def recipe(self) -> str: ...
    @property
    def is_ours(self) -> bool:
        """Whether there is anything that is not the user's by now."""

    @property
    def is_lost(self) -> bool:
        """Whether it must be made again, whatever is heard."""

    def shift(self, by: int, *, heard: str, recipe: str) -> None: ...
    def remade(self, context: bpy.types.Context, sound: Choice) -> Steps[Make]: ...


def followers() -> Iterator[Follower]:
    """All in this file."""
    for image in baked_images():
        memory = recall(image)
        if memory is not None and memory.map == BASE:
            yield Picture(image.name, memory.heard, memory.recipe)
    for live in live_nodes():
        if live.memory is not None:
            yield LivePicture(live.key, live.memory.heard, live.memory.recipe)
    same: dict[tuple[str, str], list[Keyed]] = {}
    for keyed in keyed_curves():
        same.setdefault((keyed.heard, keyed.recipe), []).append(keyed)
    for (heard, recipe), curves in same.items():
        yield Keys(heard, recipe, tuple((repr(each.owner), each.path, each.index) for each in curves))
    for each in marked():
        yield Markers(each.scene.name, each.kind, each.heard, each.recipe)


@dataclass(frozen=True)
class Keys:
    """Curves of one signal in one shape; ``places`` are their owners, as Python shows them, paths and indices."""

    heard: str
    recipe: str
    places: tuple[tuple[str, str, int], ...]
    is_lost = False

    @property
    def name(self) -> str:
        """The signal, and who has it."""
        names = dict.fromkeys(owners.name_of(owner) for owner, _, _ in self.places)
        return f"{Recipe.from_json(self.recipe).source} on {', '.join(names)}"

    @property
    def is_ours(self) -> bool:
        """Whether one at least was not edited."""
        return any(self._curves())

    def shift(self, by: int, *, heard: str, recipe: str) -> None:
        """Move those that nobody has edited."""
        for curve in self._curves():
            shift_curve(curve.owner, curve.path, curve.index, by=by, heard=heard, recipe=recipe)

    def remade(self, context: bpy.types.Context, sound: Choice) -> Steps[Make]:
        """Sample the signal again."""
        recipe = dataclasses.replace(Recipe.from_json(self.recipe), sound=sound)
        curve = yield from sampling(context, recipe)

        def key() -> None:
            for each in list(self._curves()):
                made = write(curve, recipe, each.owner, each.path, each.index)
                if isinstance(made, Conflict):  # the user's own have come there in between
                    raise KeysError(made.sentence)

        return key

    def _curves(self) -> Iterator[Keyed]:
        """Those that nobody has edited."""
        for owner, path, index in self.places:
            try:
                curve = Keyed(owners.find(owner), path, index, self.heard, self.recipe)
            except AddonError:  # its owner is gone
                continue
            if curve.is_untouched:
                yield curve


@dataclass(frozen=True)
class Markers:
    """Markers of one kind on one scene."""

    scene: str
    kind: str
    heard: str
    recipe: str
    is_lost = False

    @property
    def name(self) -> str:
        """What they mark."""
        return f"markers of {self.kind}"

    @property
    def is_ours(self) -> bool:
        """Whether one at least is where we have put it."""
        return any(each.is_there for each in marked() if (each.scene.name, each.kind) == (self.scene, self.kind))

    def shift(self, by: int, *, heard: str, recipe: str) -> None:
        """Move those that the user has not moved."""
        shift_markers(scene_of(self.scene), by, kind=self.kind, heard=heard, recipe=recipe)

    def remade(self, context: bpy.types.Context, sound: Choice) -> Steps[Make]:
        """Listen again."""
        recipe = dataclasses.replace(Recipe.from_json(self.recipe), sound=sound)
        mark = yield from marks.marking(context, recipe)

        def make() -> None:
            mark()

        return make
