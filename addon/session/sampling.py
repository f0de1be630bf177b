"""Curves of the sound at the frames of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..engine.client import read_array
from ..engine.contract import Curves, CurveValues
from ..errors import AddonError
from ..keys import scaled
from ..sound import Hearing
from . import heard as heard_store
from . import parameters, refresh
from .engine import session
from .hearables import Heard, hear


@dataclass(frozen=True)
class Sampled:
    """Values of a signal at frames [both shape=(n,)], in the range of the settings."""

    label: str
    frames: Any
    values: Any


Key = tuple[str, Hearing, tuple[tuple[str, Any], ...], str]
_shown: dict[Key, Sampled] = {}
_asked: set[Key] = set()


def sample(context: bpy.types.Context, source: str) -> Sampled:
    """The signal ``source`` of the picked sound at every frame at which it is heard, shaped as the settings say.

    Raises:
        AddonError: there is no such sound, or nothing of it is heard.
        WorkerError: there is no such signal, or no worker.
    """
    scene = context.scene
    keys = scene.avcore.keys
    heard = hear(context, scene, scene.avcore.now.sound)
    frames, is_heard, request = _request(scene, heard, source)
    values = _spread(session.wait(request), is_heard)
    return Sampled(heard.label, frames, scaled(values, low=keys.low, high=keys.high))


def shown(context: bpy.types.Context, heard: Heard) -> Sampled | None:
    """The signal of the settings, in [0, 1], for drawing: None until it has come."""
    scene = context.scene
    keys, preset = scene.avcore.keys, scene.avcore.now.preset
    shape = tuple(_shaped(keys.source, keys).items())
    key = (str(heard.path), heard.hearing, shape, preset.name)
    if key in _shown or key in _asked:
        return _shown.get(key)
    try:
        frames, is_heard, request = _request(scene, heard, keys.source)
    except AddonError:
        return None
    _asked.add(key)

    def take(reply: CurveValues) -> None:
        _asked.discard(key)
        _shown.clear()
        values = np.nan_to_num(_spread(reply, is_heard))
        _shown[key] = Sampled(heard.label, frames, values / max(1.0, values.max(initial=0.0)))
        refresh.redraw()

    session.ask(request, take)  # what failed is not asked for again
    return None


def forget() -> None:
    """Forget what was drawn."""
    _shown.clear()
    _asked.clear()


def _request(scene: bpy.types.Scene, heard: Heard, source: str) -> tuple[Any, Any, Curves]:
    """The frames with sound, at which of them something is heard, and the request for those."""
    keys, preset = scene.avcore.keys, scene.avcore.now.preset
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
    if source in heard_store.preset_signals(preset.name):
        told |= {"preset": preset.name, "overrides": parameters.overrides(preset), "preset_signals": (source,)}
    else:
        told["signals"] = {source: _shaped(source, keys)}
    return frames, is_heard, Curves(**told)


def _spread(reply: CurveValues, is_heard: Any) -> Any:
    """Values at all frames, NaN where nothing is heard."""
    values = np.full(len(is_heard), np.nan)
    values[is_heard] = read_array(reply.array)[0]
    return values


def error_of(keys: Any) -> float | None:
    """The largest error of few keys, in units of the values; None for a key on each frame."""
    if keys.spacing != "DECIMATED":
        return None
    return float(keys.error * (abs(keys.high - keys.low) or 1.0))


def _shaped(source: str, keys: Any) -> dict[str, Any]:
    shape = {name: getattr(keys, name) for name in ("attack", "release", "lookahead", "delay")}
    return {"source": source, **{name: f"{value:g}ms" for name, value in shape.items() if value}}
