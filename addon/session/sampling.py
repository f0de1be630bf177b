"""Curves of the sound at the frames of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..engine.client import read_array
from ..engine.contract import Curves, CurveValues
from ..errors import AddonError
from ..keys import Conflict, Written, scaled, write_curve
from ..sound import Hearing
from . import refresh
from .asking import Ask, Steps
from .engine import session
from .hearables import Heard, hearing
from .recipes import Recipe, of_curve


@dataclass(frozen=True)
class Sampled:
    """Values of a signal at frames [both shape=(n,)], and the sound that they are of."""

    heard: Heard
    frames: Any
    values: Any


Key = tuple[str, Hearing, tuple[tuple[str, Any], ...], str]
_shown: dict[Key, Sampled] = {}
_asked: set[Key] = set()


def sampling(context: bpy.types.Context, recipe: Recipe) -> Steps[Sampled]:
    """A curve of the sound at every frame at which it is heard, in the range of its shape, in steps.

    Raises:
        AddonError: there is no such sound, or nothing of it is heard.
        WorkerError: there is no such signal, or no worker.
    """
    heard = yield from hearing(context, recipe.scene, recipe.sound)
    frames, is_heard, request = _request(heard, recipe)
    values = _spread((yield Ask(request, f"sampling {recipe.source}")), is_heard)
    return Sampled(heard, frames, scaled(values, low=recipe.shape["low"], high=recipe.shape["high"]))


def write(
    curve: Sampled, recipe: Recipe, owner: Any, path: str, index: int = 0, *, replace: bool = False
) -> Written | Conflict:
    """Key a property with a curve, which then remembers what it was made of.

    Raises:
        KeysError: the property cannot have keys.
    """
    return write_curve(
        owner,
        path,
        index,
        frames=curve.frames,
        values=curve.values,
        max_error=error_of(recipe.shape),
        heard=curve.heard.fingerprint.to_json(),
        recipe=recipe.of_strip(curve.heard.strip).to_json(),
        replace=replace,
    )


def shown(context: bpy.types.Context, heard: Heard) -> Sampled | None:
    """The signal of the settings, in [0, 1], for drawing: None until it has come."""
    scene = context.scene
    source = scene.avcore.keys.source
    recipe = of_curve(scene, source)
    key = (str(heard.path), heard.hearing, tuple(_shaped(recipe).items()), scene.avcore.now.preset.name)
    if key in _shown or key in _asked:
        return _shown.get(key)
    try:
        frames, is_heard, request = _request(heard, recipe)
    except AddonError:
        return None
    _asked.add(key)

    def take(reply: CurveValues) -> None:
        _asked.discard(key)
        _shown.clear()
        values = np.nan_to_num(_spread(reply, is_heard))
        _shown[key] = Sampled(heard, frames, values / max(1.0, values.max(initial=0.0)))
        refresh.redraw()

    session.ask(request, take)  # what failed is not asked for again
    return None


def forget() -> None:
    """Forget what was drawn."""
    _shown.clear()
    _asked.clear()


def error_of(shape: dict[str, Any]) -> float | None:
    """The largest error of few keys, in units of the values; None for a key on each frame."""
    if shape["spacing"] != "DECIMATED":
        return None
    return float(shape["error"] * (abs(shape["high"] - shape["low"]) or 1.0))


def _request(heard: Heard, recipe: Recipe) -> tuple[Any, Any, Curves]:
    """The frames with sound, at which of them something is heard, and the request for those."""
    frames = heard.hearing.frames()
    times = heard.hearing.times(frames)
    is_heard = np.isfinite(times)
    if not is_heard.any():
        raise AddonError(f"nothing of {heard.label} is heard; unmute it, or pick another sound")
    told: dict[str, Any] = {
        "audio": str(heard.path),
        "fps": f"{heard.hearing.fps.numerator}/{heard.hearing.fps.denominator}",
        "times_s": tuple(times[is_heard].tolist()),
    }
    if recipe.preset:
        told |= {"preset": recipe.preset, "overrides": recipe.overrides, "preset_signals": (recipe.source,)}
        told["start_s"] = float(times[is_heard].min())  # where a loop begins, as in a bake of the whole strip
    else:
        told["signals"] = {recipe.source: _shaped(recipe)}
    return frames, is_heard, Curves(**told)


def _spread(reply: CurveValues, is_heard: Any) -> Any:
    """Values at all frames, NaN where nothing is heard."""
    values = np.full(len(is_heard), np.nan)
    values[is_heard] = read_array(reply.array)[0]
    return values


def _shaped(recipe: Recipe) -> dict[str, Any]:
    shape = {name: recipe.shape[name] for name in ("attack", "release", "lookahead", "delay")}
    return {"source": recipe.source, **{name: f"{value:g}ms" for name, value in shape.items() if value}}
