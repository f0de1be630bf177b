"""Neural fields as native nodes: no image files, any resolution, in EEVEE and Cycles, and without the extension.

    reply = session.wait(Live(preset, overrides, audio=path, fps="24", times_s=...))  # of the worker
    if reply.why_not:                                              # a sentence: grey the button out and show it
        ...
    live = live_material(reply.graph, obj)                         # or live_world, live_light, live_compositor
    if isinstance(live, InTheWay):                                 # as with a bake: ask, then again with replace=True
        ...
    names, rows = reply.signals.names, read_array(reply.signals.array)
    follow(live, frames=frames, times_s=times, signals=dict(zip(names, rows)))

``frames`` and ``times`` are those of ``session.sampling`` (``hearing.frames()``, ``hearing.times(frames)``); the worker
gets the times at which something is heard, and ``follow`` NaN at the others. Asked without ``audio``, the worker says
``why_not`` at once, which is what a button needs. A button "Live" beside "Bake" does the above with the preset and the
sound of the panel; "Bake this live material" is ``to_material``, which takes the same material over. When the strip
moves, ``shift`` moves the keys.

The node groups are found again by what they are, so that materials of one preset share them.
"""

from .groups import ensure_group
from .make import (
    Coordinates,
    LiveNode,
    forget,
    input_path,
    live_compositor,
    live_group,
    live_light,
    live_material,
    live_world,
)
from .operations import LiveError
from .sync import follow, shift

__all__ = [
    "Coordinates",
    "LiveError",
    "LiveNode",
    "ensure_group",
    "follow",
    "forget",
    "input_path",
    "live_compositor",
    "live_group",
    "live_light",
    "live_material",
    "live_world",
    "shift",
]
