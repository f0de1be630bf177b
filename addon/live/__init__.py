"""Neural fields as native nodes: no image files, any resolution, in EEVEE and Cycles, and without the extension.

    reply = session.wait(Live(preset, overrides, audio=path, fps="24", times_s=...))  # of the worker
    if reply.why_not:                                              # a sentence: grey the button out and show it
        ...
    live = live_material(reply.graph, obj)                         # or live_world, live_light, live_compositor
    if isinstance(live, InTheWay):                                 # as with a bake: ask, then again with replace=True
        ...
    names, rows = reply.signals.names, read_array(reply.signals.array)
    follow(live, frames=frames, times_s=times, signals=dict(zip(names, rows)))

``frames`` and ``times`` are those at which the sound is heard; the worker gets the times at which something is heard,
and ``follow`` NaN at the others. ``session.lives`` does all of it with the preset and the sound of the panel.

A live picture ``remember``s its sound and how it was made; ``live_nodes`` finds those of a file, each with its
``memory`` and a ``key`` such as ``material Ember``. When the strip moves, ``shift`` moves the keys. A bake and a live
picture share a place: ``live_material`` takes over what is baked there, and ``give_way`` leaves it to a bake.

The node groups are found again by what they are, so that materials of one preset share them.
"""

from .groups import ensure_group
from .make import (
    Coordinates,
    live_compositor,
    live_geometry,
    live_group,
    live_light,
    live_material,
    live_world,
    show_again,
)
from .memory import LiveNode, Memory, compositor_of, live_in, live_nodes
from .operations import LiveError
from .places import forget, give_way, input_path
from .sync import follow, shift, sources

__all__ = [
    "Coordinates",
    "LiveError",
    "LiveNode",
    "Memory",
    "compositor_of",
    "ensure_group",
    "follow",
    "forget",
    "give_way",
    "input_path",
    "live_compositor",
    "live_geometry",
    "live_group",
    "live_in",
    "live_light",
    "live_material",
    "live_nodes",
    "live_world",
    "shift",
    "show_again",
    "sources",
]
