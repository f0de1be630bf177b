"""What a live picture is, from the settings as they are: the request to the worker, and what it needs afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np

from ..engine.contract import Live
from ..errors import AddonError
from ..live import LiveNode, compositor_of, live_in, live_nodes
from . import parameters
from .asking import Steps
from .hearables import Heard, hearing_plainly
from .plans import BAKE_NAMES, object_of, recipe_of, wanted_range
from .recipes import Choice, scene_of

LIVE_NAMES = ("coordinates", "emission", "keys")
KINDS = {"material": "MATERIAL", "world": "WORLD", "light": "LIGHT", "compositor": "COMPOSITOR"}


@dataclass(frozen=True)
class LivePlan:
    """What to show live, and on what; names instead of datablocks, since undo replaces those.

    ``again`` is the key of a live picture that is to be made again where it is.
    """

    request: Live
    heard: Heard
    target: str
    object: str
    scene: str
    coordinates: str
    lit: bool
    emission: bool
    on_controller: bool
    aspect: float
    again: str
    recipe: str

    @property
    def frames(self) -> Any:
        """The frames with sound [shape=(n,)]."""
        return self.heard.hearing.frames()


def planning(context: bpy.types.Context, job: SimpleNamespace, *, again: str = "") -> Steps[LivePlan]:
    """What a live picture of ``job`` is; ``job`` is what ``panel_job`` or ``job_of`` returned.

    Raises:
        AddonError: there is no sound, or the scene is gone.
        WorkerError: the length of a file is not known, and there is no worker to ask.
    """
    heard = yield from hearing_plainly(context, job.scene, job.sound)
    scene, hearing = scene_of(job.scene), heard.hearing
    times = hearing.times(hearing.frames())
    # A perfect loop begins where that of a bake with the same settings does.
    begin = min(max(wanted_range(scene, job.bake, heard)[0], hearing.frame_start), hearing.frame_end - 1)
    overrides = json.loads(job.preset.overrides)
    request = Live(
        job.preset.name,
        overrides,
        audio=str(heard.path),
        fps=f"{hearing.fps.numerator}/{hearing.fps.denominator}",
        start_s=float(hearing.times([begin])[0]),
        times_s=tuple(times[np.isfinite(times)].tolist()),
    )
    recipe = recipe_of(job, heard, scene=scene.name, object=job.object, overrides=overrides)
    recipe["live"] = dict(vars(job.live))
    return LivePlan(
        request,
        heard,
        job.bake.target,
        job.object,
        scene.name,
        job.live.coordinates,
        job.bake.surface == "LIT",
        job.live.emission,
        job.live.keys == "CONTROLLER",
        job.bake.width / job.bake.height,
        again,
        json.dumps(recipe, sort_keys=True),
    )


def panel_job(context: bpy.types.Context) -> SimpleNamespace:
    """The settings of the panel as they are now, which stay so whatever is undone meanwhile.

    Raises:
        AddonError: the overrides of the preset cannot be read.
    """
    now = context.scene.avcore.now
    try:
        overrides = parameters.overrides(now.preset)
    except ValueError as error:
        raise AddonError(str(error)) from error
    return SimpleNamespace(
        sound=Choice.of(now.sound),
        preset=_preset(now.preset.name, json.dumps(overrides, sort_keys=True)),
        bake=SimpleNamespace(**{name: getattr(now.bake, name) for name in BAKE_NAMES}),
        live=SimpleNamespace(**{name: getattr(now.live, name) for name in LIVE_NAMES}),
        object=object_of(context, now),
        scene=context.scene.name,
    )


def find(key: str) -> LiveNode:
    """The live picture of that key.

    Raises:
        AddonError: there is none.
    """
    for live in live_nodes():
        if live.key == key:
            return live
    raise AddonError(f"there is no live {key}; it may have been renamed or removed")


def here(context: bpy.types.Context) -> LiveNode | None:
    """The live picture at the target of the panel, None where there is none that remembers how it was made."""
    target, obj, scene = context.scene.avcore.now.bake.target, context.object, context.scene
    live = None
    if target == "MATERIAL" and obj is not None and obj.active_material is not None:
        live = live_in(obj.active_material.node_tree, kind="material", name=obj.active_material.name)
    elif target == "WORLD" and scene.world is not None:
        live = live_in(scene.world.node_tree, kind="world", name=scene.world.name)
    elif target == "LIGHT" and obj is not None and obj.type == "LIGHT":
        live = live_in(obj.data.node_tree, kind="light", name=obj.data.name)
    elif target == "COMPOSITOR":
        live = live_in(compositor_of(scene), kind="compositor", name=scene.name)
    elif target == "GEOMETRY":
        live = next((each for each in live_nodes() if each.tree.bl_idname == "GeometryNodeTree"), None)
    return live if live is not None and live.memory is not None else None


def job_of(live: LiveNode) -> SimpleNamespace:
    """The job that a live picture was made by, with the properties of ``props.Job``.

    Raises:
        AddonError: it does not remember one.
    """
    try:
        assert live.memory is not None
        told = json.loads(live.memory.recipe)
        return SimpleNamespace(
            sound=Choice(**told["sound"]),
            preset=_preset(**told["preset"]),
            bake=SimpleNamespace(**told["bake"]),
            live=SimpleNamespace(**told["live"]),
            object=told["object"],
            scene=told["scene"],
        )
    except (AssertionError, ValueError, KeyError, TypeError) as error:
        raise AddonError(f"the live {live.key} does not remember how it was made; make it anew") from error


def bake_job(context: bpy.types.Context, live: LiveNode) -> SimpleNamespace:
    """The job that bakes a live picture into the place where it is, in the size and range of the panel.

    Raises:
        AddonError: it does not remember how it was made.
    """
    job, now = job_of(live), context.scene.avcore.now.bake
    made = job.bake.surface
    job.bake = SimpleNamespace(**{name: getattr(now, name) for name in BAKE_NAMES})
    job.bake.surface, job.bake.target = made, KINDS.get(live.kind, "GEOMETRY")
    job.object = context.object.name if context.object is not None else ""
    return job


def _preset(name: str, overrides: str) -> SimpleNamespace:
    """A preset with all its changes as overrides, with the properties of ``props.PresetSettings``."""
    return SimpleNamespace(name=name, overrides=overrides, described="", parameters=())
