"""What follows a sound, and how each is moved or made again. Names are kept, not datablocks, since undo replaces those.

Making again is done in steps that change nothing and return what does it, so that all of it is one step to undo.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import bpy

from .. import live as native
from ..bake import InTheWay, baked_images, recall, shift
from ..bake.images import is_of, place_of, remember
from ..engine import WorkerError
from ..engine.contract import Cancelled
from ..errors import AddonError
from ..keys import Conflict, Keyed, KeysError, keyed_curves, marked, shift_curve, shift_markers
from . import live_plans, lives, make, marks, owners, plans
from .asking import Steps
from .bakes import Printer, Run, current
from .hearables import hearing_plainly
from .recipes import Choice, Recipe, scene_of
from .sampling import sampling, write

BASE = "base"
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
    for live in native.live_nodes():
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
class Picture:
    """A bake."""

    name: str
    heard: str
    recipe: str
    is_ours = True

    @property
    def is_lost(self) -> bool:
        """Whether its files are gone."""
        return not place_of(bpy.data.images[self.name]).exists()

    def shift(self, by: int, *, heard: str, recipe: str) -> None:
        """Show it later, with its maps."""
        place = place_of(bpy.data.images[self.name])
        shift(place, by=by)
        for image in baked_images():
            memory = recall(image)
            if memory is not None and is_of(image, place):
                remember(image, dataclasses.replace(memory, heard=heard, recipe=recipe))

    def remade(self, context: bpy.types.Context, sound: Choice) -> Steps[Make]:
        """Bake it again."""
        image = bpy.data.images.get(self.name)
        if image is None:
            raise AddonError("it is gone; bake it anew")
        job = job_of(image)
        job.sound = sound
        yield from hearing_plainly(context, job.scene, sound)  # planning has nothing to wait for then
        if current.run is not None and not current.run.is_over:
            raise AddonError("a bake is under way; wait for it, or cancel it")
        run = current.run = Run(plans.plan(context, job, scene=scene_of(job.scene)))
        yield _Running(run, lambda: f"{run.plan.name}: {run.text}", lambda: run.wait(Printer()))

        def show() -> None:
            made = make.target(run)
            if isinstance(made, InTheWay):
                run.in_the_way = made
                make.target(run, kind="IMAGE")

        return show


@dataclass(frozen=True)
class LivePicture:
    """A live picture."""

    name: str
    heard: str
    recipe: str
    is_ours = True
    is_lost = False

    def shift(self, by: int, *, heard: str, recipe: str) -> None:
        """Move its keys."""
        live = live_plans.find(self.name)
        native.shift(live, by)
        memory = live.memory
        assert memory is not None
        live.remember(dataclasses.replace(memory, heard=heard, recipe=recipe))

    def remade(self, context: bpy.types.Context, sound: Choice) -> Steps[Make]:
        """Ask for its graph and signals again."""
        job = live_plans.job_of(live_plans.find(self.name))
        job.sound = sound
        run = yield from lives.asking(context, job, again=self.name)
        return lambda: _expect(lives.make(run))


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
                _expect(write(curve, recipe, each.owner, each.path, each.index))

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
        return lambda: _expect(mark())


class _Running:
    """A run of the worker's, as a task."""

    def __init__(self, run: Any, text: Callable[[], str], wait: Callable[[], Any]) -> None:
        self._run, self._text, self._wait = run, text, wait

    @property
    def text(self) -> str:
        return self._text()

    @property
    def is_over(self) -> bool:
        return bool(self._run.is_over)

    def start(self) -> None:
        self._run.start()

    def cancel(self) -> None:
        self._run.cancel()

    def wait(self) -> None:
        try:
            self._wait()
        except WorkerError as error:
            self._run.failed = self._run.failed or error.failed
            raise

    def result(self) -> None:
        if self._run.is_cancelled:
            raise WorkerError(Cancelled("stopped; nothing was changed"))
        if self._run.failed is not None:
            raise WorkerError(self._run.failed)


def job_of(image: bpy.types.Image) -> SimpleNamespace:
    """The job that an image was baked by, with the properties of ``props.Job``, and its scene.

    Raises:
        AddonError: it does not remember one.
    """
    memory = recall(image)
    try:
        told = json.loads(memory.recipe) if memory else {}
        return SimpleNamespace(
            sound=Choice(**told["sound"]),
            preset=SimpleNamespace(**told["preset"], described="", parameters=()),
            bake=SimpleNamespace(**told["bake"]),
            object=told["object"],
            scene=told["scene"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise AddonError(f"{image.name} does not remember how it was baked; bake it anew") from error


def _expect(made: Any) -> None:
    """What of the user's was in the way is an error: it has come there in between."""
    if isinstance(made, Conflict | InTheWay):
        raise KeysError(made.sentence)
