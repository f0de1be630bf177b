"""Bakes and live pictures as things that follow a sound: see ``followers``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import bpy

from ..bake import InTheWay, baked_images, recall, shift
from ..bake.images import is_of, place_of, remember
from ..errors import AddonError
from ..keys import Conflict
from ..live import shift as shift_live
from . import live_plans, lives, make, plans
from .asking import Running, Steps
from .bakes import Printer, Run, current
from .hearables import hearing_plainly
from .recipes import Choice, scene_of

BASE = "base"
Make = Callable[[], None]


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
        yield Running(run, lambda: f"{run.plan.name}: {run.text}", lambda: run.wait(Printer()))

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
        shift_live(live, by)
        memory = live.memory
        assert memory is not None
        live.remember(dataclasses.replace(memory, heard=heard, recipe=recipe))

    def remade(self, context: bpy.types.Context, sound: Choice) -> Steps[Make]:
        """Ask for its graph and signals again."""
        job = live_plans.job_of(live_plans.find(self.name))
        job.sound = sound
        run = yield from lives.asking(context, job, again=self.name)

        def show() -> None:
            made = lives.make(run)
            if isinstance(made, InTheWay | Conflict):
                raise AddonError(made.sentence)

        return show


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
