"""avcore for Blender: sound into textures and keyframes.

``engine`` (no Blender) talks to the worker; ``sound``, ``keys`` and ``bake`` read strips and write datablocks, and can
be called from Python without any of the rest; ``session`` is what is known while Blender runs; ``props`` and ``prefs``
are what is saved; ``ops`` and ``ui`` are what the artist meets.
"""

from __future__ import annotations


def register() -> None:
    """Switch the extension on."""
    from . import ops, prefs, props, session, translations, ui

    for module in (translations, session, prefs, props, ops, ui):
        module.register()


def unregister() -> None:
    """Switch it off; nothing of it stays."""
    from . import ops, prefs, props, session, translations, ui

    for module in (ui, ops, props, prefs, session, translations):
        module.unregister()
