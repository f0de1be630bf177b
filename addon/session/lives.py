"""Live pictures: asked of the worker, and made into nodes with keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np

from ..bake import InTheWay
from ..engine.client import read_array
from ..engine.contract import LiveGraph
from ..errors import AddonError
from ..keys import Conflict, all_curves, make_controller
from ..live import (
    LiveNode,
    Memory,
    follow,
    live_compositor,
    live_geometry,
    live_light,
    live_material,
    live_nodes,
    live_world,
    show_again,
    sources,
)
from .asking import Ask, Steps
from .live_plans import LivePlan, find, planning


@dataclass
class LiveRun:
    """A live picture that was asked for, and what of the user's is in its way."""

    plan: LivePlan
    reply: LiveGraph
    in_the_way: InTheWay | Conflict | None = None


class Current:
    """The live picture with something in its way, if any, for the panel to ask about."""

    run: LiveRun | None = None


current = Current()


def asking(context: bpy.types.Context, job: SimpleNamespace, *, again: str = "") -> Steps[LiveRun]:
    """Ask for all that a live picture takes; see ``planning``. Nothing of the file is changed.

    Raises:
        AddonError: there is no sound, or the scene is gone.
        WorkerError: the worker failed.
    """
    plan = yield from planning(context, job, again=again)
    return LiveRun(plan, (yield Ask(plan.request, f"hearing what moves {job.preset.name}")))


def make(run: LiveRun, *, replace: bool = False) -> LiveNode | InTheWay | Conflict:
    """Make what was asked for; what of the user's is in the way is left, unless ``replace``.

    A ``Conflict`` are keys of the user's on the node: the picture is there, and follows the sound but for those.

    Raises:
        AddonError: it cannot be made.
    """
    plan, reply = run.plan, run.reply
    if reply.why_not:
        raise AddonError(reply.why_not)
    if reply.graph is None:
        raise AddonError(f"{plan.request.preset} has no graph; pick a sound, and make it live again")
    live = _shown(plan, reply.graph, replace=replace)
    if isinstance(live, InTheWay):
        return live
    if not plan.again:
        live.group_node.inputs["Aspect"].default_value = _aspect(plan)
    conflict = _keyed(live, plan, reply, replace=replace)
    heard = plan.heard.fingerprint.to_json() if plan.heard.fingerprint else ""
    live.remember(Memory(heard, plan.recipe, plan.heard.hearing.frame_start))
    return conflict or live


def _shown(plan: LivePlan, graph: dict[str, Any], *, replace: bool) -> LiveNode | InTheWay:
    scene = bpy.data.scenes.get(plan.scene) or bpy.context.scene
    if plan.again:
        live = find(plan.again)
        show_again(live, graph)
        return live
    if plan.target == "MATERIAL":
        return live_material(
            graph,
            _object(plan),
            coordinates=plan.coordinates,
            lit=plan.lit,
            emission=plan.emission,
            replace=replace,
        )
    if plan.target == "WORLD":
        return live_world(graph, scene, replace=replace)
    if plan.target == "LIGHT":
        return live_light(graph, _object(plan), replace=replace)
    if plan.target == "GEOMETRY":
        return live_geometry(graph)
    if plan.target == "COMPOSITOR":
        return live_compositor(graph, scene)
    raise AddonError("an image cannot be live; choose Material or another target")


def _keyed(live: LiveNode, plan: LivePlan, reply: LiveGraph, *, replace: bool) -> Conflict | None:
    """Let it follow its sound; the first of the user's own keys that stayed."""
    scene = bpy.data.scenes.get(plan.scene) or bpy.context.scene
    frames = plan.frames
    times = plan.heard.hearing.times(frames)
    is_heard = np.isfinite(times)
    rows: dict[str, Any] = {}
    if reply.signals is not None:
        for name, values in zip(reply.signals.names, read_array(reply.signals.array), strict=True):
            rows[name] = np.full(len(frames), np.nan)
            rows[name][is_heard] = values
    controller, label, keys = None, "", scene.avcore.keys
    if plan.on_controller:
        controller = make_controller(scene, kind=keys.controller, obj=bpy.data.objects.get(plan.object))
        label = _label(live, plan, controller, ["Time", *rows])
    done = follow(
        live,
        frames=frames,
        times_s=times,
        signals=rows,
        controller=controller,
        label=label,
        max_error=keys.error if keys.spacing == "DECIMATED" else None,
        replace=replace,
    )
    return next((each for each in done if isinstance(each, Conflict)), None)


def _label(live: LiveNode, plan: LivePlan, controller: Any, names: list[str]) -> str:
    """What comes before the names of the signals, so that no other picture's curves on the controller are replaced."""
    mine: set[str] = set()
    foreign: set[str] = set()
    for each in live_nodes():
        is_mine = each.key == live.key or (each.memory is not None and _is_same(each.memory.recipe, plan.recipe))
        (mine if is_mine else foreign).update(path for owner, path in sources(each) if owner == controller)
    taken = ({curve.data_path for curve in all_curves(controller)} - mine) | foreign
    title = live.group_node.label
    for label in ("", f"{title} ", f"{title} of {plan.heard.label} "):
        wanted = {f'["{bpy.utils.escape_identifier(label + name)}"]' for name in names}
        if not wanted & taken:
            return label
    return f"{live.key} "


def _is_same(recipe: str, other: str) -> bool:
    """Whether two pictures are of one preset and one sound, and so can share their curves."""
    try:
        first, second = json.loads(recipe), json.loads(other)
        return all(first[name] == second[name] for name in ("preset", "scene")) and _sound(first) == _sound(second)
    except (ValueError, KeyError, TypeError):
        return False


def _sound(recipe: dict[str, Any]) -> list[Any]:
    """What says which sound it is; the other settings of a sound are left from before."""
    sound = recipe["sound"]
    names = {"STRIP": ("strip",), "CHANNEL": ("channel",), "FILE": ("file", "file_start")}.get(sound["kind"], ())
    return [sound["kind"], *(sound[name] for name in names)]


def _aspect(plan: LivePlan) -> float:
    """The width of the picture over its height, as a bake would have it."""
    if plan.target == "COMPOSITOR":
        render = (bpy.data.scenes.get(plan.scene) or bpy.context.scene).render
        return float(render.resolution_x / render.resolution_y)
    return plan.aspect if plan.target == "MATERIAL" and plan.coordinates == "UV" else 1.0


def _object(plan: LivePlan) -> bpy.types.Object:
    thing = bpy.data.objects.get(plan.object)
    if thing is None:
        raise AddonError("there is no object to show it on; select one, or choose another target")
    return thing
