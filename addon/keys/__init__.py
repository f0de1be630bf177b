"""Numbers from sound as keyframes, drivers and markers. They work without the extension once they are made.

    controller = make_controller(scene, kind="EMPTY", name="avcore drums")
    path = ensure_property(controller, "bass", low=0, high=1)                  # '["bass"]'
    made = write_curve(controller, path, frames=frames, values=bass, max_error=0.01)
    if isinstance(made, Conflict):                                             # the user's own keys are there:
        ...                                                                    # ask, then call again with replace=True
    add_driver(cube, "location", 2, source=controller, source_path=path, low=0, high=3)
    write_markers(scene, hearing, [Event(1.5, "beat"), ...], kind="beats")

What is made is marked as ours: curves by the channel group ``avcore`` and a checksum of their keys on the action (so
that keys that were edited by hand count as the user's), drivers by the name of their variable, markers by a list on
their scene. Making it again replaces that and nothing else. With ``heard`` and ``recipe``, curves and markers remember
what they were made of, for ``keyed_curves`` and ``marked`` to find. ``decimate`` knows nothing of Blender.
"""

from .controller import ControllerKind, ensure_property, make_controller, scaled
from .curves import all_curves, find_curve, is_animated
from .decimate import decimate
from .drivers import Driven, add_driver, remove_driver
from .markers import Event, Marked, marked, remove_markers, shift_markers, write_markers
from .memory import Keyed, keyed_curves
from .write import (
    Conflict,
    ConflictKind,
    KeysError,
    Written,
    find_conflict,
    remove_curves,
    shift_curve,
    shift_curves,
    write_curve,
)

__all__ = [
    "Conflict",
    "ConflictKind",
    "ControllerKind",
    "Driven",
    "Event",
    "Keyed",
    "KeysError",
    "Marked",
    "Written",
    "add_driver",
    "all_curves",
    "decimate",
    "ensure_property",
    "find_conflict",
    "find_curve",
    "is_animated",
    "keyed_curves",
    "make_controller",
    "marked",
    "remove_curves",
    "remove_driver",
    "remove_markers",
    "scaled",
    "shift_curve",
    "shift_curves",
    "shift_markers",
    "write_curve",
    "write_markers",
]
