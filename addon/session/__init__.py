"""What the extension knows while Blender runs: the worker, the presets, the preview, what was heard, the bake.

Nothing here is saved; what a scene keeps is in ``props``. ``engine`` talks to the worker, all else asks through it.
"""

from __future__ import annotations

from . import bakes, catalogue, heard, live_offers, lives, looking, picture, refresh, sampling, status
from .engine import session


def register() -> None:
    """Begin."""
    catalogue.register()
    picture.register()
    refresh.register()
    refresh.on_change(looking.follow)
    refresh.on_change(live_offers.follow)
    refresh.on_load(_forget_file)
    refresh.on_look(status.now)


def _forget_file() -> None:
    """Forget what belongs to the file that was open; a bake under way goes on, and is shown nowhere."""
    bakes.current.run = lives.current.run = None
    picture.shown.forget()


def unregister() -> None:
    """End the worker, and forget all."""
    if bakes.current.run is not None:
        bakes.current.run.cancel()
        bakes.current.run = None
    lives.current.run = None
    session.close()
    refresh.unregister()
    picture.unregister()
    catalogue.unregister()
    heard.forget()
    live_offers.forget()
    sampling.forget()
